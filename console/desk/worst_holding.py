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
        self._other = ZERO
        self._other_until: float | None = None

    def closable(
        self, listed: Decimal, orders: Iterable[Order], own: set[str], now: float
    ) -> Decimal:
        """Return how much may be closed at most, without sign; `now` in seconds of any clock.

        What our closing orders (`own`) have filled counts for good. Any other fill of that
        side counts for as long as a list may lag: after that the list has it.
        """
        closing = [order for order in orders if self._closes(order)]
        done = sum((order.filled_qty for order in closing if order.key in own), ZERO)
        other = sum((self._unshown(order) for order in closing if order.key not in own), ZERO)
        if other != self._other:
            self._other, self._other_until = other, now + self._lag
        if self._other_until is not None and now < self._other_until:
            done += other
        return max(min(abs(listed), self._qty - done), ZERO)

    def _closes(self, order: Order) -> bool:
        return (order.request.symbol, order.request.side) == (self._symbol, self._side)

    def _unshown(self, order: Order) -> Decimal:
        return order.filled_qty - self._shown.get(order.key, ZERO)
