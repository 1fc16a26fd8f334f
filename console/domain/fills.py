"""Fills: what was executed of our orders, each execution once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from console.domain.orders import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution of one of our orders."""

    execution_id: str
    order: str
    """The client order id of the order that was executed; the broker's until that is known."""
    symbol: str
    side: Side
    qty: Decimal
    price: Decimal
    at: datetime

    @property
    def is_nameless(self) -> bool:
        """Whether its order goes by the broker's id, with which the execution's own id begins."""
        return self.execution_id.startswith(f"{self.order}:")
