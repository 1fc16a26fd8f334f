"""Our picture held against the broker's: the broker wins, and every difference is told.

One path serves the start, each reconnection of the trading stream, an unknown
order, and every few seconds. A question that failed is never taken for "none".
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from console.desk.alerts import AlertDesk
from console.desk.books import POSITIONS, Books, terms
from console.desk.ledger import from_text
from console.desk.limits import Pace
from console.desk.recorder import THE_DESK, Recorder
from console.desk.store import Store
from console.desk.survey import Snapshot, Survey
from console.desk.unknowns import Unknowns
from console.desk.workers import Sleep
from console.domain.alerts import AlertKind, Severity
from console.domain.events import AccountReported, ClockReported, OrderUpdated, Reconciled
from console.domain.orders import Order
from console.domain.reconciliation import Cause, Difference, Reconciliation, Subject
from console.ports import BrokerError, Clock, KeysRefused

log = logging.getLogger(__name__)
FIRST_LOOK_BACK = timedelta(days=1)
"""How far back orders and fills are asked for when nothing older is open."""
OVERLAP = timedelta(minutes=2)
"""How far two successive questions overlap, so that nothing falls between."""
TAKEN_OVER = "The broker's word was taken over."
WEIGHT = {cause: weight for weight, cause in enumerate(Cause)}
"""Of several causes the later one in the list is told."""


class Reconciler:
    """Keeps our picture true."""

    def __init__(
        self,
        *,
        survey: Survey,
        store: Store,
        books: Books,
        recorder: Recorder,
        unknowns: Unknowns,
        alerts: AlertDesk,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._survey = survey
        self._store = store
        self._books = books
        self._recorder = recorder
        self._unknowns = unknowns
        self._alerts = alerts
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._since = clock.now() - FIRST_LOOK_BACK
        self._wanted = asyncio.Event()
        self._announced: set[str] = set()
        self._suspected: dict[str, Difference] = {}
        self._found: list[Difference] = []
        self._cause = Cause.START
        self._number = 0
        self._asked: list[tuple[int, asyncio.Future[Reconciliation]]] = []
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
        self.on_mismatch: Callable[[Sequence[str]], None] = lambda _found: None
        """Called with a sentence for each holding that our fills do not explain."""

    def remember(self, settings: Mapping[str, str]) -> None:
        """Take up what a former desk last saw, and how far back to look."""
        opened = [order.submitted_at - OVERLAP for order in self._store.state.open_orders]
        self._since = min([self._since, *opened])
        text = settings.get(POSITIONS)
        if text is None:
            return
        try:
            self._books.take_up_ledger(from_text(text))
        except ValueError:
            log.exception("what a former desk held is unreadable")

    def demand(self, cause: Cause = Cause.DOUBT) -> int:
        """Have the comparison made now; return the round that will answer."""
        self.round += 1
        self._cause = max(self._cause, cause, key=WEIGHT.__getitem__)
        self._wanted.set()
        return self.round

    async def ask(self) -> Reconciliation:
        """Compare now and return what was found. BrokerError when the broker could not tell."""
        answer: asyncio.Future[Reconciliation] = asyncio.get_running_loop().create_future()
        self._asked.append((self.demand(Cause.ASKED), answer))
        return await answer

    async def work(self) -> None:
        """Compare when asked and every few seconds, for ever."""
        while True:
            self._wanted.clear()
            try:
                await self.reconcile()
            except BrokerError as error:
                self._could_not(error)
                await self._until_it_answers()
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.reconcile_every):
                    await self._wanted.wait()

    async def reconcile(self) -> None:
        """Compare once. BrokerError when the broker could not tell everything."""
        began, gap, began_at = self.round, self.gap, self._clock.now()
        if self._suspected:
            await self._sleep(self._pace.difference_grace)
        snapshot = await self._survey.take(self._since, is_first=not self.is_done)
        if not gap and self._has_news(snapshot):
            # What REST has just said the stream may be about to say: give it a moment.
            await self._sleep(self._pace.difference_grace)
        untold = [self._take_in(order, gap) for order in snapshot.orders]
        untold += [await self._look_up(order, gap) for order in snapshot.missing]
        for fill in snapshot.fills:
            self._books.tell_fill(fill, source="reconciliation")
        account = replace(snapshot.account, at=snapshot.asked_at)
        self._store.apply(AccountReported(account), ClockReported(snapshot.clock))
        self._compare_positions(snapshot)
        self._since = snapshot.asked_at - OVERLAP
        self.is_done, self._are_keys_refused = True, False
        self._conclude(snapshot, began, began_at)
        self.on_done(began)
        if any(untold) and not gap:
            self.on_deaf()

    async def _until_it_answers(self) -> None:
        """Ask the smallest question until it is answered: an outage is no reason for a storm."""
        pause = self._pace.retry_first
        while True:
            await self._sleep(pause)
            pause = min(pause * 2, self._pace.reconcile_pause_longest)
            try:
                await self._survey.answers()
            except BrokerError as error:
                self._could_not(error)
            else:
                return

    def _conclude(self, snapshot: Snapshot, began: int, began_at: datetime) -> None:
        """Tell what was found: to the state, to the audit unless it is nothing, to who asked."""
        self._number += 1
        report = Reconciliation(
            number=self._number,
            cause=self._cause,
            began_at=began_at,
            at=self._clock.now(),
            orders=len({order.key for order in snapshot.orders}),
            fills=len(snapshot.fills),
            positions=len(snapshot.positions),
            differences=tuple(self._found),
        )
        self._found, self._cause = [], Cause.ROUTINE
        self._store.apply(Reconciled(report))
        if report.differences or report.cause is not Cause.ROUTINE:
            self._recorder.note("reconcile.done", THE_DESK, _words(report))
        for number, answer in self._asked:
            if number <= began and not answer.done():
                answer.set_result(report)
        self._asked = [(number, answer) for number, answer in self._asked if not answer.done()]

    def announce(self, order: Order) -> None:
        """Tell of an order that this desk did not place, once; old closed ones are no news.

        A leg is no news of its own: the stream may tell of it before its order is answered.
        """
        if order.is_leg or order.key in self._announced or (self.gap and order.status.is_closed):
            return
        self._announced.add(order.key)
        whose = "foreign" if order.is_foreign else "named by a Killcord desk"
        text = f"The broker has an order this desk did not place: {order.request} ({whose})."
        self._report_order(order, text, "It is followed and counted like our own.")

    def _has_news(self, snapshot: Snapshot) -> bool:
        is_behind = any(self._books.is_news(order) for order in snapshot.orders)
        return is_behind or bool(snapshot.missing)

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
        self._report_order(absent, text, "It counts as absent.", absent)
        return False

    def _report_change(self, known: Order, told: Order, gap: str) -> bool:
        was, now = known.status, told.status
        is_same = was.is_closed == now.is_closed and known.filled_qty == told.filled_qty
        if is_same or was.is_ours:
            return False
        when = gap or "and the trading stream did not say so"
        text = f"{known.request} was {was.value}; the broker says {now.value}, {when}."
        self._report_order(told, text, TAKEN_OVER)
        return True

    def _compare_positions(self, snapshot: Snapshot) -> None:
        positions, ledger = snapshot.positions, self._books.ledger
        self._books.tell_positions(positions, snapshot.asked_at)
        self._books.learn_costs(positions)
        found = ledger.differences(positions) if ledger.is_open else {}
        # A fill may lie between the question and the answer: only what stays is a difference.
        is_old = self._suspected.get if self.is_done else found.get
        settled = [told for symbol, told in found.items() if is_old(symbol) == told]
        self._suspected = {} if settled else found
        for difference in settled:
            self._report(difference, {"symbol": difference.symbol})
        if settled or not ledger.is_open:
            self._books.settle_ledger(positions)
        elif found:
            self._wanted.set()
        wrong = tuple(told.text for told in settled if told.subject is Subject.POSITION)
        if wrong and self.is_done:
            # What changed while this desk was away is news, not a fault of its books.
            self.on_mismatch(wrong)

    def _report_order(self, order: Order, text: str, done: str, *rows: Order) -> None:
        difference = Difference(
            subject=Subject.ORDER,
            symbol=order.request.symbol,
            text=text,
            done=done,
            order=order.key,
        )
        self._report(difference, terms(order), *rows)

    def _report(self, found: Difference, body: Mapping[str, object], *rows: Order) -> None:
        self._found.append(found)
        self._alerts.alert(AlertKind.DIFFERENCE, Severity.WARNING, found.text, found.symbol)
        told = {"text": found.text, "done": found.done, **body}
        self._recorder.note("reconcile.difference", THE_DESK, told, *rows)

    def _could_not(self, error: BrokerError) -> None:
        log.warning("not reconciled: %s", error)
        asked, self._asked = self._asked, []
        for _, answer in asked:
            if not answer.done():
                answer.set_exception(error)
        if isinstance(error, KeysRefused) and not self._are_keys_refused:
            self._are_keys_refused = True
            text = (
                f"The broker refuses the keys: {error}. Mend keys.json in the state folder, or "
                "the environment, then end this desk with `killcord desk --stop` and start it anew."
            )
            self._alerts.alert(AlertKind.SYSTEM, Severity.CRITICAL, text)


def _words(report: Reconciliation) -> dict[str, object]:
    return {
        "cause": report.cause.value,
        "found": str(report),
        "seconds": round(report.seconds, 3),
        "differences": [{"text": told.text, "done": told.done} for told in report.differences],
    }
