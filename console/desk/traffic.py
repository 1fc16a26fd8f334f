"""What was asked of the gate within the last minute: how much of it, and what of it twice.

Counted by the clock that cannot be set, from this desk's start on.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from console.desk.store import Store
from console.domain.events import Event, OrderUpdated
from console.domain.orders import OrderRequest, OrderStatus
from console.ports import Clock

MINUTE = 60.0
UNDONE = frozenset(
    {OrderStatus.ABSENT, OrderStatus.REJECTED, OrderStatus.CANCELED, OrderStatus.EXPIRED}
)
"""States in which the same order again is no repetition, if nothing of it was filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One order or replacement that somebody asked for."""

    at: float
    request: OrderRequest
    is_sent: bool
    """Whether the gate let it through."""
    is_twin: bool
    """Whether the gate refused it because the same one had just been sent."""


class Traffic:
    """Remembers a minute of orders."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._attempts: deque[Attempt] = deque()
        self._rejected: deque[float] = deque()
        self._known_rejected: set[str] = set()
        self._acknowledged_at = float("-inf")

    def start(self) -> Callable[[], None]:
        """Count what the broker rejects from now on; return how to end that."""
        orders = self._store.state.orders.values()
        self._known_rejected = {o.key for o in orders if o.status is OrderStatus.REJECTED}
        return self._store.listen(self._see)

    def note(self, request: OrderRequest, *, is_sent: bool, is_twin: bool = False) -> None:
        """Remember that an order was asked for."""
        self._forget()
        now = self._clock.monotonic()
        attempt = Attempt(at=now, request=request, is_sent=is_sent, is_twin=is_twin)
        self._attempts.append(attempt)

    def acknowledge(self) -> None:
        """Forget what was counted for the triggers; what was sent still counts for the gate."""
        self._rejected.clear()
        self._acknowledged_at = self._clock.monotonic()

    @property
    def sent(self) -> int:
        """Orders let through within the last minute."""
        self._forget()
        return sum(attempt.is_sent for attempt in self._attempts)

    @property
    def asked(self) -> int:
        """Orders asked for within the last minute and since the last re-arm, refused ones too."""
        return len(self._since_rearm())

    @property
    def twins(self) -> int:
        """Orders refused within the last minute as repetitions."""
        return sum(attempt.is_twin for attempt in self._since_rearm())

    @property
    def rejected(self) -> int:
        """Orders rejected by the broker within the last minute."""
        self._forget()
        return len(self._rejected)

    def age_of_twin(self, request: OrderRequest) -> float | None:
        """Seconds since the same order was sent that still stands or was filled; None if never."""
        self._forget()
        for attempt in reversed(self._attempts):
            if attempt.is_sent and _is_same(attempt.request, request) and self._stands(attempt):
                return self._clock.monotonic() - attempt.at
        return None

    def _stands(self, attempt: Attempt) -> bool:
        order = self._store.state.orders.get(attempt.request.client_order_id)
        return order is None or order.status not in UNDONE or order.filled_qty > 0

    def _since_rearm(self) -> list[Attempt]:
        self._forget()
        return [attempt for attempt in self._attempts if attempt.at > self._acknowledged_at]

    def _see(self, event: Event) -> None:
        if not isinstance(event, OrderUpdated) or event.order.status is not OrderStatus.REJECTED:
            return
        order = event.order
        if not order.is_foreign and order.key not in self._known_rejected:
            self._known_rejected.add(order.key)
            self._rejected.append(self._clock.monotonic())

    def _forget(self) -> None:
        oldest = self._clock.monotonic() - MINUTE
        while self._attempts and self._attempts[0].at <= oldest:
            self._attempts.popleft()
        while self._rejected and self._rejected[0] <= oldest:
            self._rejected.popleft()


def _is_same(one: OrderRequest, other: OrderRequest) -> bool:
    """Whether two orders ask for the same: side, symbol, size and price."""
    return _terms(one) == _terms(other)


def _terms(request: OrderRequest) -> tuple[object, ...]:
    return (
        request.symbol,
        request.side,
        request.qty,
        request.order_type,
        request.limit_price,
        request.stop_price,
        request.trail_price,
        request.trail_percent,
    )
