"""How much of a holding is certainly there, while the broker's list may lag behind its fills.

An order may have told of a fill that a list of holdings does not show yet, such as a stop
that filled while it was being canceled. Selling what such a list says turns the position
round. Here a list can only make less of what is known.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from console.domain.orders import Order, Side
from console.domain.state import TradingState

ZERO = Decimal(0)


def fills_shown(state: TradingState, until: datetime) -> Mapping[str, Decimal]:
    """Return how much of each order a list of holdings surely shows: its fills until then."""
    shown = {key: order.filled_qty for key, order in state.orders.items()}
    for fill in state.fills.values():
        if fill.at > until and fill.order in shown:
            shown[fill.order] -= fill.qty
    return shown


class WorstHolding:
    """One position from the moment somebody confirmed to close it."""

    def __init__(
        self, *, symbol: str, qty: Decimal, shown: Mapping[str, Decimal], lag: float
    ) -> None:
        """Begin with the holding that was confirmed, with its sign, and the fills it shows."""
        self._symbol = symbol
        self._qty = abs(qty)
        self._side = Side.SELL if qty > ZERO else Side.BUY
        self._shown = shown
        self._lag = lag
        self._filled = ZERO
        self._heard: list[tuple[float, Decimal]] = []
        """When fills of the closing side were heard of, and how much it was."""

    def is_turned_by(self, listed: Decimal) -> bool:
        """Whether what is listed now stands on the other side than what was confirmed."""
        return listed * self._side.sign > ZERO and self._qty > ZERO

    def closable(
        self, listed: Decimal, orders: Iterable[Order], own: set[str], now: float
    ) -> Decimal:
        """Return how much may be closed at most, without sign; `now` in seconds of any clock.

        Two amounts are certainly held: what was confirmed, less every fill that its list may
        not have shown; and what is listed now, less the fills that are younger than a list
        may lag. The larger is the nearer one. What our closing orders (`own`) have filled of
        what was confirmed is never closed again, however long a list may lag.
        """
        closing = [order for order in orders if self._closes(order)]
        filled = sum((self._unshown(order) for order in closing), ZERO)
        closed = sum((order.filled_qty for order in closing if order.key in own), ZERO)
        if filled != self._filled:
            self._heard.append((now, filled - self._filled))
            self._filled = filled
        fresh = sum((qty for at, qty in self._heard if now < at + self._lag), ZERO)
        certain = max(self._qty - filled, abs(listed) - fresh)
        return max(min(abs(listed), certain, self._qty - closed), ZERO)

    def _closes(self, order: Order) -> bool:
        return (order.request.symbol, order.request.side) == (self._symbol, self._side)

    def _unshown(self, order: Order) -> Decimal:
        return order.filled_qty - self._shown.get(order.key, ZERO)
