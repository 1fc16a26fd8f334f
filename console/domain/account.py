"""The account as the broker last told of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Money in one account, in dollars."""

    number: str
    equity: Decimal
    last_equity: Decimal
    cash: Decimal
    buying_power: Decimal
    is_shorting_enabled: bool
    is_blocked: bool
    """Whether the broker refuses trading: blocked, or suspended by its user."""
    at: datetime
    is_suspended: bool = False
    """Whether its own user has suspended it (`suspend_trade`), as the fence of a halt does."""

    @property
    def day_pnl(self) -> Decimal:
        """Equity now less equity at the close before; deposits are not told apart."""
        return self.equity - self.last_equity
