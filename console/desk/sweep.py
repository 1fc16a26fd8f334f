"""The broker's side of a halt: cancel all, look again, prove that nothing is left.

It goes on for ever: a broker that does not answer is asked again, and until the
proof nothing is called confirmed. Protective stops are spared by choice, and counted apart.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.desk.books import Books
from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.market_hours import opening
from console.desk.sender import Sender
from console.desk.store import Store
from console.desk.unknowns import Unknowns
from console.desk.workers import Sleep
from console.domain.orders import Order, OrderStatus
from console.domain.protection import protective_stops
from console.ports import Broker, BrokerError, Clock, OrderRejected

Say = Callable[[str], None]
AT_ONCE = 8
"""Single cancels on their way at the same time."""
ON_ITS_WAY = frozenset({OrderStatus.PENDING_CANCEL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Two successive looks at the broker that showed nothing open and nothing unknown."""

    first_at: datetime
    second_at: datetime


class Sweep:
    """Cancels everything and proves it."""

    def __init__(
        self,
        *,
        broker: Broker,
        store: Store,
        books: Books,
        sender: Sender,
        unknowns: Unknowns,
        connections: Connections,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._broker = broker
        self._store = store
        self._books = books
        self._sender = sender
        self._unknowns = unknowns
        self._connections = connections
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self.touched: set[str] = set()
        """Every order that was open during the halt, by key."""
        self.keeps_stops = False
        """Whether the protective stops of open positions stay."""
        self.kept: frozenset[str] = frozenset()
        """The stops that stay, by key, as of the last look."""

    async def clear(self, say: Say) -> None:
        """Cancel until the broker lists no open order; `say` how it goes."""
        pause = self._pace.retry_first
        while True:
            self._note_open()
            # A cancel of all would take the stops as well: they are spared by being left out.
            trouble = "" if self.keeps_stops else await self._cancel_all()
            left, why = await self.look()
            if left is not None and not left:
                say(self._swept())
                return
            say(self._progress(left, trouble or why))
            if left:
                await self._cancel_each(left)
            await self._sleep(pause)
            pause = min(pause * 2, self._pace.sweep_pause_longest)

    async def prove(self, say: Say) -> Proof | None:
        """Return the proof, or None when an order was seen after all."""
        first_at: datetime | None = None
        pause = self._pace.retry_first
        while True:
            left, why = await self.look()
            if left:
                say(f"{_orders(len(left))} seen again: sweeping again")
                return None
            waiting = len(self._unknowns.open) + self._sender.in_flight
            if left is None or waiting or not self._unknowns.are_remembered:
                first_at = None
                say(why or self._waits_for(waiting))
                await self._sleep(pause)
                pause = min(pause * 2, self._pace.sweep_pause_longest)
                continue
            if first_at is not None:
                return Proof(first_at=first_at, second_at=self._clock.now())
            first_at = self._clock.now()
            say(f"the first snapshot shows nothing open{self.besides}")
            await self._sleep(self._pace.proof_gap)

    def _waits_for(self, waiting: int) -> str:
        if not self._unknowns.are_remembered:
            return "the journal has not told yet what was unknown before this desk started"
        return f"{_orders(waiting)} unknown: looking them up"

    async def _cancel_all(self) -> str:
        try:
            await self._connections.ask_within(self._pace.sweep_deadline, self._broker.cancel_all())
        except BrokerError as error:
            return str(error)
        return ""

    @property
    def besides(self) -> str:
        """What a word of nothing open leaves out, in words."""
        if not self.kept:
            return ""
        return f" besides {len(self.kept)} kept stop{'s' * (len(self.kept) != 1)}"

    async def look(self) -> tuple[Sequence[Order] | None, str]:
        """Return what the broker lists as open and is not kept; None and why when not known."""
        known = self._store.state.open_orders
        try:
            listed = await self._connections.ask_within(
                self._pace.sweep_deadline, self._broker.open_orders()
            )
            await self._settle(known, listed)
            self.kept = await self._spared(listed)
        except BrokerError as error:
            return None, str(error)
        return [order for order in listed if order.key not in self.kept], ""

    async def _spared(self, listed: Sequence[Order]) -> frozenset[str]:
        """Return which of the open orders stay: a stop without its holding would be an entry."""
        if not self.keeps_stops:
            return frozenset()
        asked_at = self._clock.now()
        held = await self._connections.ask_within(
            self._pace.sweep_deadline, self._broker.positions()
        )
        self._books.tell_positions(held, asked_at)
        stops = protective_stops(listed, {position.symbol: position for position in held})
        return frozenset(order.key for order in stops)

    async def _settle(self, known: Sequence[Order], listed: Sequence[Order]) -> None:
        """Let the state follow what the broker listed; ask singly for what it left out."""
        for order in listed:
            self.touched.add(order.key)
            self._books.tell_order(order, source="halt")
        self.touched |= {order.key for order in known}
        gone = {order.key for order in known} - {order.key for order in listed}
        if self._still_open(gone):
            # The stream is about to tell of most of them: ask only for what it leaves out.
            await self._sleep(self._pace.proof_gap)
        for key in self._still_open(gone):
            await self._unknowns.look_up(key)

    def _still_open(self, keys: set[str]) -> list[str]:
        orders = (self._store.state.orders[key] for key in sorted(keys))
        return [order.key for order in orders if order.is_open and not order.status.is_ours]

    async def _cancel_each(self, left: Sequence[Order]) -> None:
        """Cancel singly what a cancel of all has left over."""
        gate = asyncio.Semaphore(AT_ONCE)
        stubborn = [order for order in left if order.status not in ON_ITS_WAY]
        await asyncio.gather(*(self._cancel(order, gate) for order in stubborn))

    async def _cancel(self, order: Order, gate: asyncio.Semaphore) -> None:
        if order.broker_id is None:
            return
        async with gate:
            try:
                await self._connections.ask_within(
                    self._pace.sweep_deadline, self._broker.cancel(order.broker_id)
                )
            except OrderRejected:
                # It has just been filled or canceled: the next look tells which.
                return
            except BrokerError:
                # The next round asks again; what matters is the proof, not this answer.
                return

    def _note_open(self) -> None:
        self.touched |= {order.key for order in self._store.state.open_orders}
        for order in self._unknowns.open:
            if order.status is OrderStatus.UNKNOWN:
                self._unknowns.follow(order.key)

    def _swept(self) -> str:
        seen = _orders(len(self.touched))
        return f"the broker lists no open order{self.besides}; {seen} seen"

    def _progress(self, left: Sequence[Order] | None, trouble: str) -> str:
        if left is None:
            return f"the broker does not answer: {trouble}"
        pending = sum(order.status in ON_ITS_WAY for order in left)
        told = f"{_orders(len(left))} still open"
        if pending:
            told += f", {pending} of them pending cancel{self._until_open()}"
        return f"{told} ({trouble})" if trouble else told

    def _until_open(self) -> str:
        """Return since when, at the earliest, pending cancels take effect in a closed market."""
        clock = self._store.state.clock
        if clock is None or clock.is_open:
            return ""
        return f" until {opening(clock)}: the market is closed"


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count} orders"
