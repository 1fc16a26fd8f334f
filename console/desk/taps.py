"""Taps on the stream: who asks often enough gets every tick of some symbols, not the newest.

A tap holds a bounded number of ticks; what comes beyond is counted and said. It ends when
nobody has asked for a while, so that a follower that died costs nothing.
"""

from collections import deque
from collections.abc import Sequence

from console.domain.market import Quote, Trade
from console.domain.ticks import Ticks, ticks_of
from console.ports import Clock

MOST_TAPS = 8
MOST_KEPT = 20_000
AT_ONCE = 2_000
"""Ticks of one answer: they are packed while the desk does nothing else."""
PATIENCE = 30.0
"""Seconds without a question after which a tap ends."""


class _Tap:
    """The ticks that wait for one follower."""

    def __init__(self) -> None:
        self.symbols: frozenset[str] = frozenset()
        self.waiting: deque[Quote | Trade] = deque(maxlen=MOST_KEPT)
        self.missed = 0
        self.asked_at = 0.0

    def hear(self, ticks: Sequence[Quote | Trade]) -> None:
        wanted = [tick for tick in ticks if tick.symbol in self.symbols]
        self.missed += max(len(self.waiting) + len(wanted) - MOST_KEPT, 0)
        self.waiting.extend(wanted)

    def take(self) -> Ticks:
        told = [self.waiting.popleft() for _ in range(min(len(self.waiting), AT_ONCE))]
        missed, self.missed = self.missed, 0
        return ticks_of(told, missed=missed, has_more=bool(self.waiting))


class Taps:
    """Every tap of the desk, by the name its follower gave it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._taps: dict[str, _Tap] = {}

    @property
    def is_open(self) -> bool:
        """Whether anybody wants every tick."""
        return bool(self._taps)

    def hear(self, ticks: Sequence[Quote | Trade]) -> None:
        """Keep the ticks for those who want them."""
        self._end_idle()
        for tap in self._taps.values():
            tap.hear(ticks)

    def take(self, name: str, symbols: Sequence[str]) -> Ticks | None:
        """Return what came since the last time; None when there are too many taps for another.

        The first question begins a tap and gets nothing.
        """
        self._end_idle()
        tap = self._taps.get(name)
        if tap is None:
            if len(self._taps) >= MOST_TAPS:
                return None
            tap = self._taps[name] = _Tap()
        tap.symbols = frozenset(symbols)
        tap.asked_at = self._clock.monotonic()
        return tap.take()

    def _end_idle(self) -> None:
        now = self._clock.monotonic()
        idle = [name for name, tap in self._taps.items() if now - tap.asked_at > PATIENCE]
        for name in idle:
            del self._taps[name]
