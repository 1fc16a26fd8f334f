"""What the account holds, and what that is worth now."""

from dataclasses import dataclass
from decimal import Decimal

from console.domain.orders import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A holding in one symbol; `qty` is below zero for a short."""

    symbol: str
    qty: Decimal
    avg_entry_price: Decimal
    qty_available: Decimal
    """What is not held back by open closing orders, without sign."""
    last_price: Decimal | None = None
    """The broker's last mark, used while there is no quote."""

    @property
    def closing_side(self) -> Side:
        """The side of the order that would close it."""
        return Side.SELL if self.qty > 0 else Side.BUY

    def market_value(self, price: Decimal) -> Decimal:
        """What it is worth at `price`; below zero for a short."""
        return self.qty * price

    def unrealized_pnl(self, price: Decimal) -> Decimal:
        """What closing it at `price` would bring over its cost."""
        return self.qty * (price - self.avg_entry_price)
