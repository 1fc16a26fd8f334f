"""What was executed since the positions were last asked for.

Between a fill and the next look at the positions the holding told is too large: an order
that would close it might open the other way. What is not in it yet is reckoned here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from console.desk.store import Store
from console.domain.events import Event, OrderUpdated, PositionsReported
from console.domain.orders import Order, Side
from console.ports import Clock

ZERO = Decimal(0)
OLD_NEWS = timedelta(seconds=5)
"""The broker's word on an order that is older than this was in its positions before we heard."""


@dataclass(frozen=True, slots=True)
class _Heard:
    at: datetime
    filled: Decimal


class UnseenFills:
    """Compares when each order's fills were heard of with when the positions were asked for."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._asked_at: datetime | None = None
        self._contained: dict[str, Decimal] = {}
        self._heard: dict[str, list[_Heard]] = {}

    def start(self) -> None:
        """Listen from now on; what is known already is taken to be in the positions."""
        for order in self._store.state.orders.values():
            self._contained[order.key] = order.filled_qty
        self._store.listen(self._see)

    def qty(self, symbol: str, side: Side) -> Decimal:
        """Return how much of one side was executed that the positions do not show yet."""
        return sum(
            (
                heard[-1].filled - self._contained.get(key, ZERO)
                for key, heard in self._heard.items()
                if self._is_of(key, symbol, side)
            ),
            ZERO,
        )

    def _see(self, event: Event) -> None:
        match event:
            case OrderUpdated(order):
                self._hear(order)
            case PositionsReported(at=at):
                self._take_in(at)
            case _:
                return

    def _hear(self, order: Order) -> None:
        heard = self._heard.get(order.key, [])
        known = heard[-1].filled if heard else self._contained.get(order.key, ZERO)
        if order.filled_qty <= known:
            return
        now = self._clock.now()
        told_at = order.updated_at if now - order.updated_at > OLD_NEWS else now
        if self._asked_at is not None and told_at <= self._asked_at:
            self._contained[order.key] = order.filled_qty
            self._heard.pop(order.key, None)
            return
        self._heard[order.key] = [*heard, _Heard(told_at, order.filled_qty)]

    def _take_in(self, asked_at: datetime) -> None:
        self._asked_at = asked_at
        for key, heard in tuple(self._heard.items()):
            contained = [one.filled for one in heard if one.at <= asked_at]
            if contained:
                self._contained[key] = contained[-1]
            later = [one for one in heard if one.at > asked_at]
            if later:
                self._heard[key] = later
            else:
                del self._heard[key]

    def _is_of(self, key: str, symbol: str, side: Side) -> bool:
        request = self._store.state.orders[key].request
        return (request.symbol, request.side) == (symbol, side)
