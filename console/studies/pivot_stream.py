"""Pivots bar by bar: the same ones as in the whole column, each when it is confirmed."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from console.domain.market import Bar
from console.studies.pivot_rules import DEFAULT, PivotGate, PivotRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivot:
    """A peak or a trough, and when it became known."""

    is_peak: bool
    at: datetime
    """The start of its bar."""
    price: float
    confirmed_at: datetime
    """The start of the bar at whose end it was known."""


class PivotStream:
    """Looks at finished bars as they come; keeps one window of them."""

    def __init__(self, rules: PivotRules = DEFAULT) -> None:
        self._rules = rules
        self._gate = PivotGate(rules)
        self._bars: deque[Bar] = deque(maxlen=rules.window)
        self._seen = 0

    def add(self, bar: Bar) -> tuple[Pivot, ...]:
        """Return the pivots this bar confirms, a peak first: none, one or two.

        Raises:
            ValueError: when the bar is not later than the one before.
        """
        if self._bars and bar.at <= self._bars[-1].at:
            raise ValueError(
                f"bars must come in the order of time: {bar.at} is not after {self._bars[-1].at}"
            )
        self._bars.append(bar)
        self._seen += 1
        if len(self._bars) < self._rules.window:
            return ()
        highs, lows = [one.high for one in self._bars], [-one.low for one in self._bars]
        middle, place = self._bars[self._rules.half], self._seen - 1 - self._rules.half
        found = []
        if self._stands_out(highs) and self._gate.lets(place, middle.high, True):  # noqa: FBT003 - a row
            found.append(_pivot(middle, bar, is_peak=True))
        if self._stands_out(lows) and self._gate.lets(place, middle.low, False):  # noqa: FBT003 - a row
            found.append(_pivot(middle, bar, is_peak=False))
        return tuple(found)

    def _stands_out(self, values: list[float]) -> bool:
        half = self._rules.half
        middle = values[half]
        # comparing one by one: a NaN compares as False and max() would pass over it
        return all(middle > value for value in values[:half]) and all(
            middle >= value for value in values[half + 1 :]
        )


def _pivot(middle: Bar, newest: Bar, *, is_peak: bool) -> Pivot:
    return Pivot(
        is_peak=is_peak,
        at=middle.at,
        price=middle.high if is_peak else middle.low,
        confirmed_at=newest.at,
    )
