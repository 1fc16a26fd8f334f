"""Orders without an answer: looked up by our own id until the broker has told of them."""

import logging
from collections.abc import Callable
from dataclasses import replace

from console.desk.books import Books, terms
from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.recorder import THE_DESK, Recorder
from console.desk.store import Store
from console.desk.workers import Sleep, Workers
from console.domain.events import OrderUpdated
from console.domain.orders import Order, OrderStatus
from console.ports import Broker, BrokerError, Clock

log = logging.getLogger(__name__)
UNANSWERED = frozenset({OrderStatus.IN_FLIGHT, OrderStatus.UNKNOWN})


class Unknowns:
    """Follows every unknown order to its end. Never sends anything."""

    def __init__(
        self,
        *,
        broker: Broker,
        store: Store,
        books: Books,
        recorder: Recorder,
        connections: Connections,
        workers: Workers,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._broker = broker
        self._store = store
        self._books = books
        self._recorder = recorder
        self._connections = connections
        self._workers = workers
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._followed: set[str] = set()
        self.are_remembered = False
        """Whether what a former desk left unanswered has been taken up: before that nobody
        can say that nothing is unknown."""
        self.on_resolved: Callable[[Order], None] = lambda _order: None

    @property
    def open(self) -> tuple[Order, ...]:
        """Every order whose fate is not known."""
        orders = self._store.state.orders.values()
        return tuple(order for order in orders if order.status in UNANSWERED)

    def follow_remembered(self) -> None:
        """Take up what a former desk left unanswered."""
        self.are_remembered = True
        for order in self.open:
            unknown = replace(order, status=OrderStatus.UNKNOWN, updated_at=self._clock.now())
            self._store.apply(OrderUpdated(unknown))
            self.follow(order.key)

    def follow(self, key: str) -> None:
        """Look an order up until its fate is known."""
        if key not in self._followed:
            self._followed.add(key)
            self._workers.run(f"look-up of {key}", self._resolve(key))

    async def look_up(self, key: str) -> Order | None:
        """Ask the broker for one order and take in its word. BrokerError when it cannot tell."""
        told = await self._connections.ask_within(self._pace.send_deadline, self._broker.find(key))
        if told is not None:
            self._books.tell_order(told, source="look-up")
        return told

    async def _resolve(self, key: str) -> None:
        absent_since: float | None = None
        pause = self._pace.retry_first
        try:
            while self._is_unanswered(key):
                asked_at = self._clock.monotonic()
                if await self._is_absent(key):
                    if absent_since is None:
                        absent_since = self._clock.monotonic()
                    # By when it was asked: an answer that took long is as old as its question.
                    if asked_at - absent_since >= self._pace.absent_after:
                        self._give_up(key)
                        break
                if self._is_unanswered(key):
                    await self._sleep(pause)
                pause = min(pause * 2, self._pace.retry_longest)
        finally:
            self._followed.discard(key)
        self.on_resolved(self._store.state.orders[key])

    async def _is_absent(self, key: str) -> bool:
        try:
            return await self.look_up(key) is None
        except BrokerError as error:
            log.warning("looking up %s failed: %s", key, error)
            return False
        except Exception:
            # Whatever it was, it says nothing of the order: it is followed to its end all the same.
            log.exception("looking up %s failed in a way nobody foresaw", key)
            return False

    def _is_unanswered(self, key: str) -> bool:
        return self._store.state.orders[key].status in UNANSWERED

    def _give_up(self, key: str) -> None:
        order = self._store.state.orders[key]
        why = f"the broker had no such order for {self._pace.absent_after:g} s"
        absent = self._books.absent(order, why)
        self._store.apply(OrderUpdated(absent))
        self._recorder.note("order.absent", THE_DESK, terms(absent), absent)
