"""One exit under way: what it lifted, what it sent, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from console.desk.worst_holding import WorstHolding
from console.domain.orders import Order, Side
from console.domain.permissions import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """One exit from the moment its position was looked at."""

    symbol: str
    actor: Actor
    lifted: Sequence[Order]
    """Its own orders that held the shares."""
    worst: WorstHolding
    """How much of the position is certainly there."""
    sent: set[str] = field(default_factory=set)
    """The closing orders so far, by key."""
    told: list[str] = field(default_factory=list)
    """What was sold or bought back, in words."""

    @property
    def words(self) -> str:
        """What came of it, once nothing is left."""
        if not self.told:
            return f"{self.symbol} is flat: one of its own orders was filled meanwhile."
        return f"Exited: {'; '.join(self.told)}."


def sold(order: Order) -> str:
    """Return what a filled closing order did, such as `Sold 100 AAPL @ 190.05`."""
    price = "" if order.filled_avg_price is None else f" @ {order.filled_avg_price:.2f}"
    verb = "Sold" if order.request.side is Side.SELL else "Bought back"
    return f"{verb} {order.filled_qty:f} {order.request.symbol}{price}"
