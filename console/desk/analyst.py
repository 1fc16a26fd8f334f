"""Readings of the symbols somebody is looking at, taken twice a second."""

import logging
from typing import Protocol

from console.desk.feed import Feed
from console.desk.limits import Pace
from console.desk.store import Store
from console.desk.workers import Sleep
from console.domain.events import ReadingsTaken
from console.domain.readings import Reading
from console.domain.windows import MarketWindow
from console.ports import Clock

log = logging.getLogger(__name__)


class TakeReadings(Protocol):
    """What the studies give the desk: pure, quick, and honest about what is not known."""

    def __call__(self, symbol: str, window: MarketWindow) -> tuple[Reading, ...]:
        """Return every reading of one symbol."""


class Analyst:
    """Analyses what is in focus."""

    def __init__(
        self,
        *,
        feed: Feed,
        store: Store,
        take_readings: TakeReadings,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._feed = feed
        self._store = store
        self._take_readings = take_readings
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._focus: dict[str, str] = {}

    def look(self, console: str, symbol: str | None) -> None:
        """Analyse this symbol for a console from now on; None for nothing."""
        if symbol is None:
            self._focus.pop(console, None)
            return
        self._focus[console] = symbol

    async def work(self) -> None:
        """Analyse what is in focus, for ever."""
        while True:
            for symbol in sorted(set(self._focus.values())):
                readings = self._take_readings(symbol, self._feed.window(symbol))
                now = self._clock.now()
                self._store.apply(ReadingsTaken(symbol=symbol, readings=readings, at=now))
            await self._sleep(self._pace.readings_every)
