"""Ten thousand names within a venue's requests a minute, on clocks that only the test moves."""

import asyncio
from collections import Counter

import pytest

from console.adapters.alpaca.budget import KEPT_BY_HISTORY, Budget, HeldBack
from console.adapters.alpaca.scans import KEPT_BY_SCANS
from console.desk.limits import Pace
from console.desk.scan_shelf import ScanShelf
from console.desk.scanner import Scanner
from console.domain.scans import ScanState
from console.ports import Postponed
from console.venue.rest.rate_limit import RateLimit
from tests.desk.test_scanner import FakeSource, Kit, found

NAMES = [f"Z{number:05}" for number in range(10_000)]
ACCOUNT = "PA1"
CHART_SECONDS = 20.0
"""How often a console asks for bars while the scan waits."""


class Clock:
    """Time that goes on while somebody sleeps, and by a little with each question."""

    def __init__(self):
        self.seconds = 1_000.0

    def __call__(self):
        return self.seconds

    async def sleep(self, seconds):
        self.seconds += seconds
        await asyncio.sleep(0)


class LimitedSource(FakeSource):
    """Asks within the budget, of a venue that counts and would refuse."""

    def __init__(self, clock, limit):
        super().__init__()
        self.clock = clock
        self.venue = RateLimit(limit, now=clock)
        self.budget = Budget(monotonic=clock, wall=clock)
        self.refused = 0
        self.charts = 0
        self.asked_in_minute = Counter()

    async def snapshots(self, symbols):
        try:
            self.budget.spend(KEPT_BY_SCANS)
        except HeldBack:
            raise Postponed("held back") from None
        self._reach_the_venue()
        return await super().snapshots(symbols)

    def chart(self):
        """Ask for bars, as a console does while the scan runs; raise when it may not."""
        self.budget.spend(KEPT_BY_HISTORY)
        self.charts += 1
        self._reach_the_venue()

    def _reach_the_venue(self):
        self.clock.seconds += 0.02
        allowance = self.venue.spend(ACCOUNT)
        self.refused += allowance.is_spent
        self.asked_in_minute[allowance.resets_at] += 1
        self.budget.heed(allowance.headers)


class LimitedKit(Kit):
    """A scanner over many names and a venue with a limit."""

    def __init__(self, folder, limit, names=NAMES):
        self.virtual = Clock()
        self.chart_due = self.virtual()
        self.limited = LimitedSource(self.virtual, limit)
        super().__init__(folder, names)

    def make(self):
        self.source = self.limited
        return Scanner(
            source=self.limited,
            universe=self,
            store=self,
            shelf=ScanShelf(self.folder / "scans"),
            recorder=self.recorder,
            workers=self,
            clock=self,
            pace=Pace(),
            sleep=self._sleep,
        )

    def monotonic(self):
        return self.virtual()

    async def _sleep(self, seconds):
        if self.virtual() >= self.chart_due:
            self.chart_due += CHART_SECONDS
            self.limited.chart()
        await self.virtual.sleep(seconds)


@pytest.mark.parametrize("limit", [20, 60])
async def test_ten_thousand_names_are_scanned_without_one_refusal(tmp_path, limit):
    kit = LimitedKit(tmp_path, limit)

    scan = await kit.scan("movers")

    source = kit.limited
    assert (scan.state, scan.scanned, scan.trouble) == (ScanState.DONE, 10_000, "")
    assert sorted(found(scan)) == NAMES
    assert [name for part in source.asked for name in part] == NAMES
    assert source.refused == 0
    assert max(source.asked_in_minute.values()) <= limit


async def test_a_scan_that_waits_says_so_and_leaves_charts_their_part(tmp_path):
    kit = LimitedKit(tmp_path, 20, NAMES[:3_000])
    troubles = set()

    async def asked_for(symbols):
        troubles.add(kit.scanner.report().trouble)
        return await LimitedSource.snapshots(kit.limited, symbols)

    kit.limited.snapshots = asked_for

    scan = await kit.scan("movers")

    assert scan.state is ScanState.DONE
    assert scan.seconds >= 60 * (30 / (20 * (1 - KEPT_BY_SCANS)) - 1)
    assert "waiting: the requests of this minute are used up" in troubles
    assert kit.limited.charts >= scan.seconds / CHART_SECONDS - 1
