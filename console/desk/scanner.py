"""The scanner: one scan at a time, asked for by whoever may observe, kept when it is over."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from console.desk.limits import Pace
from console.desk.recorder import Recorder
from console.desk.scan_run import ScanRun, not_scanned_words
from console.desk.scan_shelf import ScanShelf
from console.desk.store import Store
from console.desk.universe import Universe
from console.desk.workers import Sleep, Workers
from console.domain.market import MarketClock
from console.domain.permissions import Actor
from console.domain.receipts import Outcome, Receipt
from console.domain.scans import Scan, ScanRule
from console.ports import Clock, ScanSource

log = logging.getLogger(__name__)


class Scanner:
    """Begins scans, tells how far they are, and keeps what they found."""

    def __init__(
        self,
        *,
        source: ScanSource | None,
        universe: Universe,
        store: Store,
        shelf: ScanShelf,
        recorder: Recorder,
        workers: Workers,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._source = source
        self._universe = universe
        self._store = store
        self._shelf = shelf
        self._recorder = recorder
        self._workers = workers
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._run: ScanRun | None = None
        self._kept: Scan | None = None
        self._has_looked = False
        self._task: asyncio.Task[None] | None = None

    def begin(
        self, rule: ScanRule, universe: str, symbols: Sequence[str] | None, actor: Actor
    ) -> Receipt:
        """Start a scan of these symbols, or of all that can be traded when they are None."""
        if self._source is None:
            return _denied("This desk has no market data to scan.")
        if self._run is not None and not self._run.report().is_over:
            now = self._run.report()
            return _denied(
                f"A scan by {now.rule.name} is at {now.scanned:,} of {now.total:,} symbols: "
                "wait for it, or cancel it."
            )
        self._run = run = ScanRun(
            rule,
            universe,
            symbols,
            source=self._source,
            listed=self._universe,
            before=self._shelf.before(rule.name, universe),
            times=self,
            pace=self._pace,
            sleep=self._sleep,
        )
        self._task = self._workers.run(f"scan by {rule.name}", self._carry_out(run, actor))
        detail = f"Scanning {universe} by {rule.name}."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    def cancel(self) -> Receipt:
        """End the running scan; what it found stays."""
        if self._run is None or self._task is None or self._run.report().is_over:
            return _denied("No scan is running.")
        self._run.cancel()
        self._task.cancel()
        detail = "The scan is canceled; what it found stays."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    def report(self) -> Scan | None:
        """Return the scan that runs or ran last, if need be before this desk started."""
        if self._run is not None:
            return self._run.report()
        if not self._has_looked:
            self._has_looked, self._kept = True, self._shelf.newest()
        return self._kept

    def market_time(self) -> datetime:
        """The market's own time, which a replayed tape has."""
        return self._store.state.market_time(self._clock.now())

    def session(self) -> MarketClock | None:
        """The broker's word on the session."""
        return self._store.state.clock

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return self._clock.monotonic()

    async def _carry_out(self, run: ScanRun, actor: Actor) -> None:
        try:
            await run.run()
        finally:
            self._keep(run, actor)

    def _keep(self, run: ScanRun, actor: Actor) -> None:
        scan = run.report()
        body = {
            "rule": scan.rule.name,
            "universe": scan.universe,
            "state": scan.state.value,
            "scanned": scan.scanned,
            "total": scan.total,
            "found": [found.symbol for found in scan.rows[:100]],
            "trouble": ". ".join(filter(None, [scan.trouble, not_scanned_words(scan)])),
        }
        self._recorder.note("scan.ended", actor, body)
        if not run.judged:
            return  # nothing was learned, which is no ground to forget what was known before
        try:
            self._shelf.keep(scan, run.judged)
        except OSError:
            log.exception("the scan could not be kept")


def _denied(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)
