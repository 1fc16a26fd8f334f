"""The scanner against a source that does as the test tells it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from console.desk.scan_shelf import ScanShelf
from console.desk.scanner import Scanner
from console.domain.market import Bar
from console.domain.permissions import Actor, Role
from console.domain.receipts import Outcome
from console.domain.scans import Mark, MarketSnapshot, ScanState, TradingSession
from console.domain.state import TradingState
from console.ports import BrokerUnavailable, KeysRefused, Postponed
from console.scanning.rules import RULES
from console.scanning.sessions import NEW_YORK
from tests.builders import asset, market_clock
from tests.desk.conftest import QUICK, until

BY_NAME = {rule.name: rule for rule in RULES}
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 10:00 in New York, a Friday
TODAY = NOW.date()
TRADER = Actor(uid=1, name="pat", pid=None, role=Role.OWNER, via="test")


def session(day):
    def at(hour, minute):
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)

    return TradingSession(day=day, opens_at=at(9, 30), closes_at=at(16, 0))


def snapshot(symbol, close=112.0, trades=700, previous=100.0):
    def bar(at, price, count=None):
        return Bar(
            symbol=symbol,
            at=at,
            open=price,
            high=price,
            low=price,
            close=price,
            volume=1_000,
            trade_count=count,
        )

    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=NEW_YORK)
    return MarketSnapshot(
        symbol=symbol,
        minute=bar(NOW - timedelta(minutes=1), close, trades),
        day=bar(midnight, close),
        previous_day=bar(midnight - timedelta(days=1), previous),
    )


class FakeSource:
    """Knows every symbol but those it was told to forget; fails when told to."""

    def __init__(self):
        self.closes = {}
        self.forgets = set()
        self.asked = []
        self.stretches = []
        self.volume_of = {}
        self.failures = []
        self.hangs_after = None
        self.fails_after = None

    async def sessions(self, first, last):
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [session(day) for day in days if day.weekday() < 5]

    async def snapshots(self, symbols):
        if self.hangs_after is not None and len(self.asked) >= self.hangs_after:
            await asyncio.Event().wait()
        if self.failures:
            raise self.failures.pop(0)
        if self.fails_after is not None and len(self.asked) >= self.fails_after:
            raise BrokerUnavailable("Alpaca answered 500: it hurts")
        self.asked.append(tuple(symbols))
        return [
            snapshot(symbol, self.closes.get(symbol, 112.0))
            for symbol in symbols
            if symbol not in self.forgets
        ]

    async def volumes(self, symbols, timeframe, start, end):
        self.stretches.append((timeframe, start, end, tuple(symbols)))
        share = 5.0 if start.astimezone(NEW_YORK).date() == TODAY else 1.0
        return {s: self.volume_of.get(s, 1_000.0) * share for s in symbols}


class Heard:
    """The recorder, of which a scanner needs one method."""

    def __init__(self):
        self.notes = []

    def note(self, kind, actor, body):
        self.notes.append((kind, body))


class Kit:
    """A scanner with everything it needs, faked; `clock`, `store` and `workers` are its own."""

    def __init__(self, folder, symbols):
        self.source = FakeSource()
        self.recorder = Heard()
        self.assets = {symbol: asset(symbol) for symbol in symbols}
        self.state = TradingState(clock=market_clock(made_at=NOW))
        self.time = NOW
        self.folder = folder
        self.tasks = []
        self.scanner = self.make()

    def make(self):
        return Scanner(
            source=self.source,
            universe=self,
            store=self,
            shelf=ScanShelf(self.folder / "scans"),
            recorder=self.recorder,
            workers=self,
            clock=self,
            pace=QUICK,
            sleep=asyncio.sleep,
        )

    def now(self):
        return self.time

    def monotonic(self):
        return asyncio.get_running_loop().time()

    def run(self, name, work):
        task = asyncio.ensure_future(work)
        self.tasks.append(task)
        return task

    async def scan(self, rule, symbols=None, universe="all tradable"):
        receipt = self.scanner.begin(BY_NAME[rule], universe, symbols, TRADER)
        assert receipt.outcome is Outcome.ACCEPTED, receipt.detail
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.scanner.report()


@pytest.fixture
def kit(tmp_path):
    return Kit(tmp_path, [f"S{n:04}" for n in range(250)])


def found(scan):
    return [row.symbol for row in scan.rows]


async def test_every_symbol_is_asked_for_once_in_batches_of_a_hundred(kit):
    scan = await kit.scan("movers")

    asked = [symbol for batch in kit.source.asked for symbol in batch]
    assert [len(batch) for batch in kit.source.asked] == [100, 100, 50]
    assert asked == sorted(kit.assets)
    assert (scan.state, scan.scanned, scan.total) == (ScanState.DONE, 250, 250)
    assert found(scan) == asked
    assert scan.rows[0].facts.change == 12.0
    assert kit.recorder.notes[0][0] == "scan.ended"


async def test_what_the_source_does_not_know_or_the_broker_does_not_list_is_told(kit):
    kit.source.forgets = {"S0001"}

    scan = await kit.scan("movers", ["S0000", "S0001", "ZZZZ"], "list.txt")

    assert found(scan) == ["S0000"]
    assert scan.not_known == 1
    assert scan.not_listed == ("ZZZZ",)
    assert scan.scanned == 2


async def test_a_scan_waits_for_the_next_minute_as_often_as_it_must(kit):
    kit.source.failures = [Postponed("not asked") for _ in range(7)]

    scan = await kit.scan("movers")

    assert (scan.state, scan.scanned, scan.trouble) == (ScanState.DONE, 250, "")


async def test_a_broker_that_stumbles_twice_is_asked_again(kit):
    kit.source.failures = [BrokerUnavailable("one"), BrokerUnavailable("two")]

    scan = await kit.scan("movers")

    assert scan.state is ScanState.DONE


async def test_a_broker_that_fails_midway_leaves_what_was_found_and_says_what_was_not(kit):
    kit.source.fails_after = 2

    scan = await kit.scan("movers")

    assert scan.state is ScanState.FAILED
    assert "it hurts" in scan.trouble
    assert len(scan.rows) == scan.scanned == 200
    assert scan.not_scanned == tuple(f"S{n:04}" for n in range(200, 250))
    assert "50 of 250 symbols were not scanned" in kit.recorder.notes[0][1]["trouble"]


async def test_refused_keys_are_not_tried_again(kit):
    kit.source.failures = [KeysRefused("wrong keys"), Postponed("never reached")]

    scan = await kit.scan("movers")

    assert (scan.state, scan.scanned) == (ScanState.FAILED, 0)
    assert len(kit.source.failures) == 1
    assert not (kit.folder / "scans").exists()


async def test_a_canceled_scan_keeps_what_it_found_and_another_may_begin(kit):
    kit.source.hangs_after = 1
    kit.scanner.begin(BY_NAME["movers"], "all tradable", None, TRADER)
    await until(lambda: kit.source.asked, "the first batch")

    refused = kit.scanner.begin(BY_NAME["movers"], "all tradable", None, TRADER)
    canceled = kit.scanner.cancel()
    await until(lambda: kit.scanner.report().is_over, "the end")
    scan = kit.scanner.report()
    kit.source.hangs_after = None

    assert refused.outcome is Outcome.DENIED
    assert canceled.outcome is Outcome.ACCEPTED
    assert scan.state is ScanState.CANCELED
    assert (len(scan.rows), len(scan.not_scanned)) == (100, 150)
    assert kit.scanner.cancel().outcome is Outcome.DENIED
    assert (await kit.scan("movers")).state is ScanState.DONE


async def test_a_scan_canceled_before_its_first_step_is_over(kit):
    kit.scanner.begin(BY_NAME["movers"], "all tradable", None, TRADER)

    kit.scanner.cancel()

    assert kit.scanner.report().state is ScanState.CANCELED


async def test_scans_of_one_rule_and_universe_are_compared_even_after_a_restart(kit):
    await kit.scan("movers")
    kit.source.closes = {"S0000": 113.0, "S0001": 111.0, "S0002": 105.0}
    kit.source.forgets = {"S0003"}
    kit.scanner = kit.make()
    before = kit.scanner.report()

    scan = await kit.scan("movers")

    marks = {row.symbol: row.mark for row in scan.rows}
    assert len(before.rows) == 250
    assert (marks["S0000"], marks["S0001"], marks["S0004"]) == (Mark.UP, Mark.DOWN, Mark.SAME)
    assert scan.gone == ("S0002",)
    assert scan.compared_with == before.at
    other = await kit.scan("explosive")
    assert other.compared_with is None


async def test_what_a_partial_scan_did_not_see_is_neither_new_nor_gone(kit):
    kit.source.fails_after = 1
    await kit.scan("movers")
    kit.source.fails_after = None

    scan = await kit.scan("movers")

    marks = {row.symbol: row.mark for row in scan.rows}
    assert marks["S0099"] is Mark.SAME
    assert marks["S0100"] is Mark.NOT_KNOWN


async def test_volumes_are_asked_only_of_those_they_decide(kit):
    kit.source.closes = dict.fromkeys(kit.assets, 100.0) | {"S0007": 106.0, "S0200": 105.0}

    scan = await kit.scan("pre-market")

    assert found(scan) == ["S0007"]
    assert scan.rows[0].facts.relative_volume == 5.0
    asked = {symbols for _, _, _, symbols in kit.source.stretches}
    starts = [start.astimezone(NEW_YORK) for _, start, _, _ in kit.source.stretches]
    assert asked == {("S0007",)}
    assert [(s.month, s.day, s.hour) for s in starts] == [
        (11, 20, 4),
        *((11, day, 4) for day in (19, 18, 17, 16, 13)),
    ]


async def test_a_venue_that_never_closes_has_one_day_from_midnight_to_midnight(kit):
    evening = datetime(2026, 11, 19, 21, 30, tzinfo=NEW_YORK)
    kit.time = evening
    kit.state = TradingState(clock=market_clock(made_at=evening))

    running = await kit.scan("movers")
    kit.state = TradingState(clock=market_clock(is_open=False, made_at=evening))
    closed = await kit.scan("movers")

    assert running.day == evening.date()
    assert closed.day == TODAY


async def test_a_part_of_the_day_that_has_not_begun_is_said_before_anything_is_asked(kit):
    scan = await kit.scan("after-hours")

    assert scan.state is ScanState.FAILED
    assert "16:01" in scan.trouble
    assert kit.source.asked == []


async def test_a_kept_scan_that_cannot_be_read_is_no_scan(kit):
    await kit.scan("movers")
    for path in (kit.folder / "scans").iterdir():
        path.write_text("{")
    kit.scanner = kit.make()

    assert kit.scanner.report() is None
    assert (await kit.scan("movers")).compared_with is None
