"""Fetches what the insight screen rests on: minutes of a symbol, and days of the three funds."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import dropwhile

from console.domain.market import Bar, Timeframe
from console.screens.desk_link import DeskLink
from console.screens.regime_now import RegimeNow, read_regime
from console.studies.following import Following
from console.studies.frames import Frames
from console.studies.pivot_rules import PivotRules
from console.studies.running_pivots import (
    FoundPivot,
    PivotState,
    RunningPivots,
    signal_of,
    state_of,
)
from console.studies.timeframe_view import TimeframeView, view_timeframes

logger = logging.getLogger(__name__)

MOST_MINUTES = 10_000
"""Enough for the daily frame: some 25 sessions."""
WINDOW = 400
"""Minutes among which pivots are looked for, and that are fetched again."""
SHOWN_PIVOTS = 8
MINUTE = timedelta(minutes=1)

PivotRow = tuple[FoundPivot, PivotState, datetime, datetime | None]
"""The pivot, what became of it, when it was, and when it was confirmed."""


class InsightFeed:
    """The newest facts of one symbol and of the market; a new minute is added to what stands."""

    def __init__(self, link: DeskLink, now: Callable[[], datetime]) -> None:
        self.symbol: str | None = None
        self.view: TimeframeView | None = None
        self.minutes = 0
        """Finished minutes that the view rests on."""
        self.pivots: Sequence[PivotRow] = ()
        self.signal: int | None = None
        self.regime: RegimeNow | None = None
        self.trouble = ""
        self._link = link
        self._now = now
        self._frames = Frames()
        self._newest: datetime | None = None
        self.judge_pivots_by(PivotRules())

    def judge_pivots_by(self, rules: PivotRules) -> None:
        """Find pivots by these rules from the next minutes on."""
        self._rules = rules
        self._running = RunningPivots(rules)
        self._following = Following(self._running)

    def turn_to(self, symbol: str | None) -> None:
        """Look at another symbol from now on."""
        if symbol == self.symbol:
            return
        self.symbol = symbol
        self.view, self.pivots, self.signal = None, (), None
        self._begin()

    def _begin(self) -> None:
        self._frames = Frames()
        self._newest, self.minutes = None, 0

    async def load_symbol(self) -> None:
        """Fetch all minutes of the symbol, or those since the last time."""
        symbol, frames = self.symbol, self._frames
        if symbol is None or not self._link.is_attached:
            return
        count = MOST_MINUTES if self._newest is None else WINDOW
        try:
            bars = await self._link.desk.bars(symbol, Timeframe.MIN_1, count)
        except Exception as error:  # noqa: BLE001 - a worker's boundary: the link's errors are many
            logger.info("no minutes of %s: %s", symbol, error)
            self.trouble = f"No minutes of {symbol}: {error}"
            return
        if frames is not self._frames:
            return  # another symbol is wanted by now
        self.trouble = ""
        if self._newest is not None and bars and bars[0].at > self._newest:
            self._begin()  # minutes between were missed
            await self.load_symbol()
            return
        await asyncio.to_thread(self._add, frames, self._over(bars))
        if frames is self._frames:
            self.view = view_timeframes(frames)
            self._find_pivots(bars[-WINDOW:])

    async def load_regime(self) -> None:
        """Fetch the days of the funds and judge them; what was known stays when that fails."""
        if not self._link.is_attached:
            return
        try:
            self.regime = await read_regime(self._link.desk, self._market_time())
        except Exception as error:  # noqa: BLE001 - as above
            logger.info("no regime: %s", error)
            self.trouble = f"No daily bars: {error}"

    def _add(self, frames: Frames, bars: Sequence[Bar]) -> None:
        """Add the minutes that are new; a correction of an old one is not taken back."""
        newest = self._newest
        for bar in dropwhile(lambda bar: newest is not None and bar.at <= newest, bars):
            frames.add_bar(bar)
            self._newest = bar.at
            self.minutes += 1

    def _find_pivots(self, bars: Sequence[Bar]) -> None:
        self._following.follow(bars)
        known, running = self._following.bars, self._running
        found = [*running.confirmed(), *running.provisional()]
        self.signal = signal_of(running.confirmed(), known, self._rules)
        self.pivots = [_row(one, known) for one in found[-SHOWN_PIVOTS:]]

    def _over(self, bars: Sequence[Bar]) -> list[Bar]:
        """Leave out the minute that still grows: what it says may be taken back."""
        now = self._market_time()
        return [bar for bar in bars if bar.at + MINUTE <= now]

    def _market_time(self) -> datetime:
        return self._link.state.market_time(self._now())


def _row(pivot: FoundPivot, bars: Sequence[Bar]) -> PivotRow:
    confirmed = None if pivot.confirmed is None else bars[pivot.confirmed].at
    return pivot, state_of(pivot, bars), bars[pivot.place].at, confirmed
