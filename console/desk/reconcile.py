"""Our picture held against the broker's: the broker wins, and every difference is told.

One path serves the start, each reconnection of the trading stream, an unknown
order, and every few seconds. A question that failed is never taken for "none".
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from console.desk.alerts import AlertDesk
from console.desk.books import POSITIONS, Books, terms
from console.desk.connections import Connections
from console.desk.ledger import differences, from_text, holdings_of
from console.desk.limits import Pace
from console.desk.recorder import THE_DESK, Recorder
from console.desk.store import Store
from console.desk.unknowns import Unknowns
from console.desk.workers import Sleep
from console.domain.account import Account
from console.domain.alerts import AlertKind, Severity
from console.domain.events import AccountReported, ClockReported, OrderUpdated
from console.domain.market import MarketClock
from console.domain.orders import Fill, Order
from console.domain.positions import Position
from console.ports import Broker, BrokerError, Clock, KeysRefused

T = TypeVar("T")
log = logging.getLogger(__name__)
FIRST_LOOK_BACK = timedelta(days=1)
"""How far back orders and fills are asked for when nothing older is open."""
MOST_TRIES = 3
"""How often the first positions are asked for until no fill has come between."""
OVERLAP = timedelta(minutes=2)
"""How far two successive questions overlap, so that nothing falls between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the broker said, and what we held open when it was asked."""

    open_orders: Sequence[Order]
    recent_orders: Sequence[Order]
    fills: Sequence[Fill]
    positions: Sequence[Position]
    account: Account
    clock: MarketClock
    asked_at: datetime
    ours: tuple[Order, ...]

    @property
    def orders(self) -> tuple[Order, ...]:
        """Every order the broker told of."""
        return (*self.recent_orders, *self.open_orders)


class Reconciler:
    """Keeps our picture true."""

    def __init__(
        self,
        *,
        broker: Broker,
        store: Store,
        books: Books,
        recorder: Recorder,
        connections: Connections,
        unknowns: Unknowns,
        alerts: AlertDesk,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._broker = broker
        self._store = store
        self._books = books
        self._recorder = recorder
        self._connections = connections
        self._unknowns = unknowns
        self._alerts = alerts
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._since = clock.now() - FIRST_LOOK_BACK
        self._wanted = asyncio.Event()
        self._announced: set[str] = set()
        self._suspected: dict[str, str] = {}
        self._are_keys_refused = False
        self.is_done = False
        """Whether the broker's truth was read at least once."""
        self.gap = "while this desk was away"
        """Why the trading stream could not tell everything; empty while it should."""
        self.round = 0
        """Counts the demands; a round that began after a demand answers it."""
        self.on_done: Callable[[int], None] = lambda _round: None
        """Called with the round that was answered."""
        self.on_deaf: Callable[[], None] = lambda: None
        """Called when REST knew more than the trading stream, which claims to be live."""

    def remember(self, settings: Mapping[str, str]) -> None:
        """Take up what a former desk last saw, and how far back to look."""
        opened = [order.submitted_at - OVERLAP for order in self._store.state.open_orders]
        self._since = min([self._since, *opened])
        text = settings.get(POSITIONS)
        if text is None:
            return
        try:
            self._books.ledger.begin(from_text(text), self._store.state.fills.values())
        except ValueError:
            log.exception("what a former desk held is unreadable")

    def demand(self) -> int:
        """Have the comparison made now; return the round that will answer."""
        self.round += 1
        self._wanted.set()
        return self.round

    async def work(self) -> None:
        """Compare when asked and every few seconds, for ever."""
        pause = self._pace.retry_first
        while True:
            self._wanted.clear()
            try:
                await self.reconcile()
            except BrokerError as error:
                self._could_not(error)
                await self._sleep(pause)
                pause = min(pause * 2, self._pace.retry_longest)
                continue
            pause = self._pace.retry_first
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.reconcile_every):
                    await self._wanted.wait()

    async def reconcile(self) -> None:
        """Compare once. BrokerError when the broker could not tell everything."""
        began, gap = self.round, self.gap
        if self._suspected:
            await self._sleep(self._pace.difference_grace)
        snapshot = await self._ask()
        if not gap and self._has_news(snapshot):
            # What REST has just said the stream may be about to say: give it a moment.
            await self._sleep(self._pace.difference_grace)
        untold = [self._take_in(order, gap) for order in snapshot.orders]
        untold += [await self._look_up(order, gap) for order in _missing(snapshot)]
        for fill in snapshot.fills:
            self._books.tell_fill(fill, source="reconciliation")
        account = replace(snapshot.account, at=snapshot.asked_at)
        self._store.apply(AccountReported(account), ClockReported(snapshot.clock))
        self._compare_positions(snapshot)
        self._since = snapshot.asked_at - OVERLAP
        self.is_done, self._are_keys_refused = True, False
        self.on_done(began)
        if any(untold) and not gap:
            self.on_deaf()

    def announce(self, order: Order) -> None:
        """Tell of an order that this desk did not place, once; old closed ones are no news."""
        if order.key in self._announced or (self.gap and order.status.is_closed):
            return
        self._announced.add(order.key)
        whose = "foreign" if order.is_foreign else "named by a Killcord desk"
        text = f"The broker has an order this desk did not place: {order.request} ({whose})."
        self._report(text, order.request.symbol, terms(order))

    async def _ask(self) -> Snapshot:
        """Ask everything at once; the first time positions twice, to fit the fills."""
        for _ in range(MOST_TRIES):
            asked_at, broker, ours = self._clock.now(), self._broker, self._store.state.open_orders
            opened, recent, fills, before, account, clock = await asyncio.gather(
                self._question(broker.open_orders),
                self._question(partial(broker.orders_since, self._since)),
                self._question(partial(broker.fills_since, self._since)),
                self._question(broker.positions),
                self._question(broker.account),
                self._question(broker.clock),
            )
            after = before if self.is_done else await self._question(broker.positions)
            if holdings_of(before) == holdings_of(after):
                break
        return Snapshot(
            open_orders=opened,
            recent_orders=recent,
            fills=fills,
            positions=after,
            account=account,
            clock=clock,
            asked_at=asked_at,
            ours=ours,
        )

    async def _question(self, question: Callable[[], Awaitable[T]]) -> T:
        return await self._connections.ask_within(self._pace.send_deadline, question())

    def _has_news(self, snapshot: Snapshot) -> bool:
        is_behind = any(self._books.is_news(order) for order in snapshot.orders)
        return is_behind or bool(_missing(snapshot))

    def _take_in(self, told: Order, gap: str) -> bool:
        """Take in the broker's word on an order; return whether the stream had failed to tell."""
        known = self._store.state.orders.get(told.key)
        if not self._books.tell_order(told, source="reconciliation"):
            return False
        if known is None:
            self.announce(self._store.state.orders[told.key])
            return True
        return self._report_change(known, told, gap)

    async def _look_up(self, missing: Order, gap: str) -> bool:
        """Ask for an order that we held open and the broker did not list."""
        known = self._store.state.orders[missing.key]
        if known.status.is_closed or known.status.is_ours:
            return False
        told = await self._unknowns.look_up(known.key)
        if told is not None:
            return self._report_change(known, told, gap)
        text = f"The broker no longer knows {known.request}, which was {known.status.value}."
        absent = self._books.absent(known, "the broker no longer knows it")
        self._store.apply(OrderUpdated(absent))
        self._report(text, known.request.symbol, terms(absent), absent)
        return False

    def _report_change(self, known: Order, told: Order, gap: str) -> bool:
        was, now = known.status, told.status
        is_same = was.is_closed == now.is_closed and known.filled_qty == told.filled_qty
        if is_same or was.is_ours:
            return False
        when = gap or "and the trading stream did not say so"
        text = f"{known.request} was {was.value}; the broker says {now.value}, {when}."
        self._report(text, known.request.symbol, terms(told))
        return True

    def _compare_positions(self, snapshot: Snapshot) -> None:
        theirs, ledger = holdings_of(snapshot.positions), self._books.ledger
        self._books.tell_positions(snapshot.positions, snapshot.asked_at)
        found = differences(ledger.holdings, theirs) if ledger.is_open else {}
        # A fill may lie between the question and the answer: only what stays is a difference.
        is_old = self._suspected.get if self.is_done else found.get
        settled = {symbol: text for symbol, text in found.items() if is_old(symbol) == text}
        self._suspected = {} if settled else found
        for symbol, text in settled.items():
            self._report(text, symbol, {"symbol": symbol})
        if settled or not ledger.is_open:
            self._books.begin_ledger(theirs)
        elif found:
            self._wanted.set()

    def _report(self, text: str, symbol: str, body: Mapping[str, object], *rows: Order) -> None:
        self._alerts.alert(AlertKind.DIFFERENCE, Severity.WARNING, text, symbol)
        self._recorder.note("reconcile.difference", THE_DESK, {"text": text, **body}, *rows)

    def _could_not(self, error: BrokerError) -> None:
        log.warning("not reconciled: %s", error)
        if isinstance(error, KeysRefused) and not self._are_keys_refused:
            self._are_keys_refused = True
            text = (
                f"The broker refuses the keys: {error}. Mend keys.json in the state folder, or "
                "the environment, then end this desk with `killcord desk --stop` and start it anew."
            )
            self._alerts.alert(AlertKind.SYSTEM, Severity.CRITICAL, text)


def _missing(snapshot: Snapshot) -> tuple[Order, ...]:
    """Return what we held open, by the broker's word, and it did not tell of."""
    told = {order.key for order in snapshot.orders}
    return tuple(
        order for order in snapshot.ours if order.key not in told and not order.status.is_ours
    )
