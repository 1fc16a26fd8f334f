"""One scan from its first batch to its last: what was found stays, whatever happens."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Protocol, TypeVar

from console.desk.limits import Pace
from console.desk.universe import Universe
from console.desk.workers import Sleep
from console.domain.market import MarketClock
from console.domain.scans import (
    Facts,
    MarketSnapshot,
    Measure,
    Scan,
    ScanRow,
    ScanRule,
    ScanState,
)
from console.ports import BrokerError, KeysRefused, Postponed, ScanSource
from console.scanning.comparing import Before, gone, marked
from console.scanning.facts import facts_of, with_volumes
from console.scanning.judging import Verdict, is_worth_asking, judge, ranked, row
from console.scanning.sessions import Calendar
from console.scanning.stretches import NoStretch, Stretch, same_before, stretch_so_far

AT_ONCE = 100
"""Symbols in one request."""
CALENDAR_REACH = timedelta(days=21)
"""How far back the calendar is asked for: further than any holidays hide five sessions."""
TRIES = 3
ASSETS_SECONDS = 30.0

T = TypeVar("T")


class Times(Protocol):
    """What a scan needs of clocks."""

    def market_time(self) -> datetime:
        """The market's own time."""

    def session(self) -> MarketClock | None:
        """The broker's word on the session."""

    def monotonic(self) -> float:
        """Seconds that only go forward."""


class ScanRun:
    """Looks at every symbol once, a hundred at a time."""

    def __init__(
        self,
        rule: ScanRule,
        universe: str,
        symbols: Sequence[str] | None,
        *,
        source: ScanSource,
        listed: Universe,
        before: Before | None,
        times: Times,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        """Prepare a scan of these symbols, or of all that can be traded when they are None."""
        self._rule = rule
        self._universe = universe
        self._asked_for = symbols
        self._source = source
        self._listed = listed
        self._before = before
        self._times = times
        self._pace = pace
        self._sleep = sleep
        self._state = ScanState.RUNNING
        self._trouble = ""
        self._at = times.market_time()
        self._began = times.monotonic()
        self._ended: float | None = None
        self._calendar = Calendar(())
        self._day: date | None = None
        self._stretches: tuple[Stretch, ...] = ()
        self._left: list[str] = []
        """Symbols not looked at yet, the next one last."""
        self._pending: dict[str, Facts] = {}
        """Symbols that only their volume decides."""
        self._total = 0
        self._not_listed: tuple[str, ...] = ()
        self._rows: dict[str, ScanRow] = {}
        self._refused = set[str]()
        self._counts = Counter[str]()

    @property
    def judged(self) -> frozenset[str]:
        """Every symbol the rule could decide on."""
        return frozenset(self._refused | self._rows.keys())

    def report(self) -> Scan:
        """Return the scan as far as it has come."""
        unseen = (*self._pending, *reversed(self._left))
        is_over = self._state is not ScanState.RUNNING
        ended = self._times.monotonic() if self._ended is None else self._ended
        return Scan(
            rule=self._rule,
            universe=self._universe,
            state=self._state,
            at=self._at,
            day=self._day,
            total=self._total,
            scanned=self._total - len(unseen),
            seconds=ended - self._began,
            rows=ranked(self._rule, self._rows.values()),
            gone=gone(self._before, self._refused),
            not_known=self._counts["not known"],
            stale=self._counts["stale"],
            not_listed=self._not_listed,
            not_scanned=unseen if is_over else (),
            trouble=self._trouble,
            compared_with=None if self._before is None else self._before.at,
        )

    async def run(self) -> None:
        """Scan to the end; the report says how it ended."""
        try:
            await self._scan()
        except asyncio.CancelledError:
            self.cancel()
            raise
        except (BrokerError, NoStretch) as trouble:
            self._end(ScanState.FAILED, str(trouble))
        else:
            self._end(ScanState.DONE, "")

    def cancel(self) -> None:
        """Be over; for whoever ends the task, which may not even have begun."""
        self._end(ScanState.CANCELED, "canceled")

    def _end(self, state: ScanState, trouble: str) -> None:
        self._state, self._trouble = state, trouble
        self._ended = self._times.monotonic()

    async def _scan(self) -> None:
        await self._list_symbols()
        await self._find_day()
        while self._left:
            part = self._left[-AT_ONCE:][::-1]
            told = await self._ask(lambda part=part: self._source.snapshots(part))  # type: ignore[misc] # mypy reads no default of a lambda
            del self._left[-AT_ONCE:]
            self._look(part, {snapshot.symbol: snapshot for snapshot in told})
            if len(self._pending) >= AT_ONCE:
                await self._settle()
        while self._pending:
            await self._settle()

    async def _list_symbols(self) -> None:
        until = self._times.monotonic() + ASSETS_SECONDS
        while (assets := self._listed.assets) is None:
            self._trouble = "waiting for the broker's list of instruments"
            if self._times.monotonic() >= until:
                raise BrokerError("The broker has not told its list of instruments.")
            await self._sleep(self._pace.quote_poll)
        self._trouble = ""
        wished = self._asked_for
        if wished is None:
            wished = sorted(name for name, asset in assets.items() if asset.is_tradable)
        self._not_listed = tuple(name for name in wished if name not in assets)
        self._left = [name for name in wished if name in assets][::-1]
        self._total = len(self._left)

    async def _find_day(self) -> None:
        now, clock = self._times.market_time(), self._times.session()
        first, last = (now - CALENDAR_REACH).date(), (now + timedelta(days=1)).date()
        is_open = clock is not None and clock.is_open
        sessions = await self._ask(lambda: self._source.sessions(first, last))
        self._calendar = Calendar(sessions, has_overnight=not is_open)
        self._day = self._calendar.judged_day(now, is_open=is_open)
        if self._day is None:
            raise BrokerError("The broker's calendar names no session in the last three weeks.")
        if self._rule.needs_part:
            self._stretches = tuple(self._find_stretches(self._day, now))

    def _find_stretches(self, day: date, now: datetime) -> Iterator[Stretch]:
        part = self._rule.part
        today = stretch_so_far(part, self._calendar, day, now)
        yield today
        if Measure.RELATIVE_VOLUME in self._rule.measures:
            yield from same_before(today, part, self._calendar, day)

    def _look(self, part: Sequence[str], told: dict[str, MarketSnapshot]) -> None:
        if self._day is None:
            raise AssertionError("a scan knows its day before it looks")
        now = self._times.market_time()
        for symbol in part:
            snapshot = told.get(symbol, MarketSnapshot(symbol=symbol))
            facts = facts_of(snapshot, self._rule.part, self._calendar, self._day, now)
            if self._stretches and is_worth_asking(self._rule, facts):
                self._pending[symbol] = facts
                continue
            self._decide(facts)

    async def _settle(self) -> None:
        """Ask for the volumes of those that only they decide."""
        symbols = tuple(self._pending)[:AT_ONCE]
        today, *before = [
            await self._ask(
                lambda s=stretch: self._source.volumes(symbols, s.timeframe, s.start, s.end)  # type: ignore[misc] # as above
            )
            for stretch in self._stretches
        ]
        for symbol in symbols:
            usual = [volumes[symbol] for volumes in before if symbol in volumes]
            self._decide(with_volumes(self._pending.pop(symbol), today.get(symbol), usual))

    def _decide(self, facts: Facts) -> None:
        verdict = judge(self._rule, facts)
        if verdict is Verdict.MATCH:
            self._rows[facts.symbol] = marked(self._rule, row(self._rule, facts), self._before)
        elif verdict is Verdict.NO:
            self._refused.add(facts.symbol)
        else:
            self._counts["not known"] += 1
            asks_for_pace = Measure.TRADES_PER_MINUTE in self._rule.measures
            self._counts["stale"] += facts.is_stale and asks_for_pace

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Ask until there is an answer: when requests are short, for as long as it takes."""
        failures = 0
        while True:
            try:
                answer = await question()
            except Postponed:
                self._trouble = "waiting: the requests of this minute are used up"
                await self._sleep(self._pace.retry_longest)
            except KeysRefused:
                raise
            except BrokerError as error:
                failures += 1
                if failures == TRIES:
                    raise
                self._trouble = f"trying again: {error}"
                await self._sleep(self._pace.retry_first * 2**failures)
            else:
                self._trouble = ""
                return answer


def not_scanned_words(scan: Scan) -> str:
    """Return which symbols were not looked at, as a sentence; empty when all were."""
    left = len(scan.not_scanned)
    if not left:
        return ""
    some = ", ".join(chain(scan.not_scanned[:3], ["…"] if left > 3 else []))  # noqa: PLR2004 - a few
    return f"{left:,} of {scan.total:,} symbols were not scanned ({some})"
