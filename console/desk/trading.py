"""What the trading stream tells: taken into the books, and trusted only once reconciled."""

import logging
import math
from collections.abc import Callable, Sequence
from typing import Any

from console.desk.books import Books
from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.money import Money
from console.desk.reconcile import Reconciler
from console.desk.reopenings import Reopenings
from console.desk.store import Store
from console.desk.workers import Workers
from console.domain.connections import Channel, Link
from console.domain.events import FillBooked, OrderUpdated
from console.domain.reconciliation import Cause
from console.ports import Clock, TradingStream

TRUSTED_AFTER = 300.0
"""Seconds without a lie after which the next one is a new trouble."""
WHILE_DOWN = "while the trading stream was down"
log = logging.getLogger(__name__)


class TradingLine:
    """The desk's ear for its own orders."""

    def __init__(
        self,
        *,
        stream: TradingStream,
        store: Store,
        books: Books,
        money: Money,
        reconciler: Reconciler,
        connections: Connections,
        workers: Workers,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._stream = stream
        self._store = store
        self._books = books
        self._money = money
        self._reconciler = reconciler
        self._connections = connections
        self._workers = workers
        self._is_up = False
        self._clock = clock
        self._reopenings = Reopenings(pace.reconcile_every)
        self._reopened_at = -math.inf
        self._round = 0

    def start(self) -> None:
        """Begin to listen."""
        self._reconciler.on_done = self._on_reconciled
        self._reconciler.on_deaf = self._on_deaf
        self._stream.start(self._on_updates, self._on_link)

    async def stop(self) -> None:
        """End the stream."""
        await self._stream.stop()

    def _on_updates(self, updates: Sequence[OrderUpdated | FillBooked]) -> None:
        """Take in orders before fills: an order says how much of it was filled."""
        self._connections.hear(Channel.TRADING)
        for update in updates:
            if isinstance(update, OrderUpdated):
                self._take(self._take_order, update)
        for update in updates:
            if isinstance(update, FillBooked):
                self._take(self._take_fill, update)

    def _take(self, take: Callable[[Any], None], update: OrderUpdated | FillBooked) -> None:
        """Take in one update; what breaks on it must not cost those behind it."""
        try:
            take(update)
        except Exception:
            log.exception("an update of the trading stream could not be taken in: %r", update)
            self._reconciler.demand(Cause.DOUBT)

    def _take_order(self, update: OrderUpdated) -> None:
        is_known = update.order.key in self._store.state.orders
        self._books.tell_order(update.order, source="stream")
        if not is_known:
            self._reconciler.announce(self._store.state.orders[update.order.key])

    def _take_fill(self, update: FillBooked) -> None:
        if self._books.tell_fill(update.fill, source="stream"):
            self._money.change()

    def _on_link(self, link: Link, detail: str) -> None:
        """A stream that is up counts as live only after the gap was closed."""
        self._is_up = link is Link.LIVE
        if not self._is_up:
            self._reconciler.gap = self._reconciler.gap or WHILE_DOWN
            self._connections.change(Channel.TRADING, link, detail)
            return
        self._connections.hear(Channel.TRADING)
        self._connections.change(Channel.TRADING, Link.RECONCILING, detail)
        self._round = self._reconciler.demand(Cause.RECONNECTED)

    def _on_reconciled(self, answered: int) -> None:
        if not self._is_up:
            self._reconciler.gap = WHILE_DOWN
            return
        if answered >= self._round:
            self._reconciler.gap = ""
            self._connections.change(Channel.TRADING, Link.LIVE)

    def _on_deaf(self) -> None:
        if not self._is_up:
            return
        now = self._clock.monotonic()
        since = now - self._reopened_at
        if since >= TRUSTED_AFTER:
            self._reopenings.begin_anew()
        if self._reopenings.tries and since < self._reopenings.wait:
            log.warning("the trading stream still does not tell: the comparisons do")
            return
        log.warning("the trading stream is live and did not tell: reconnecting it")
        self._reopenings.spend()
        self._reopened_at = now
        self.reopen("it did not tell what the broker knows: reconnecting")

    def reopen(self, why: str) -> None:
        """Connect anew; entries wait until the gap is closed."""
        self._is_up = False
        self._reconciler.gap = self._reconciler.gap or WHILE_DOWN
        self._connections.change(Channel.TRADING, Link.MUTE, why)
        self._workers.run("trading stream reconnect", self._stream.reconnect())
