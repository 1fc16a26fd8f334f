"""Tells studies of bars only what they have not heard: what is new, and what has changed."""

from collections.abc import Sequence
from typing import Protocol

from console.domain.market import Bar

MOST_BARS = 2_000
"""More than this are not kept: then the bars at hand are told anew."""


class Hears(Protocol):
    """A study that hears of bars one by one."""

    def add(self, bar: Bar) -> None:
        """Take in the bar after the last one."""

    def cut(self, count: int) -> None:
        """Forget all but the first `count` bars."""


class Following:
    """Keeps studies at what a window of bars says, which grows, moves on and is corrected."""

    def __init__(self, *studies: Hears) -> None:
        self.bars: list[Bar] = []
        """All that the studies know of, those before the window too."""
        self._studies = studies

    def follow(self, window: Sequence[Bar]) -> None:
        """Tell the studies of these bars; cost goes with what is new or has changed.

        Another symbol's window, or one whose first bar is not known, is told from its start.
        """
        first = self._place_of(window[0]) if window else None
        if first is None or len(self.bars) > MOST_BARS:
            first = 0
            self._cut(0)
        same = self._agreeing(first, window)
        self._cut(first + same)
        self.bars[first:] = window[:same]
        for bar in window[same:]:
            self.bars.append(bar)
            for study in self._studies:
                study.add(bar)

    def _place_of(self, bar: Bar) -> int | None:
        return next((n for n, known in enumerate(self.bars) if known == bar), None)

    def _agreeing(self, first: int, window: Sequence[Bar]) -> int:
        """Return how many bars of the window are those known from `first` on."""
        known = self.bars[first:]
        pairs = zip(known, window, strict=False)
        changed = (n for n, (old, new) in enumerate(pairs) if old is not new and old != new)
        return next(changed, min(len(known), len(window)))

    def _cut(self, count: int) -> None:
        for study in self._studies:
            study.cut(count)
        del self.bars[count:]
