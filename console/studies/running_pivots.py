"""Pivots that grow with the market: as `pivots` finds them, and what became of each.

A pivot *holds* until a later finished bar closes beyond its price, which breaks it; it was
*touched* when a later bar came back to its price and did not close beyond it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isnan, nan

from console.domain.market import Bar
from console.studies.pivot_rules import DEFAULT, PivotGate, PivotRules
from console.studies.running import sound_price


class PivotState(StrEnum):
    """What became of a pivot."""

    PROVISIONAL = "provisional"
    HOLDS = "holds"
    TOUCHED = "touched"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPivot:
    """A peak or a trough among bars counted from 0."""

    place: int
    confirmed: int | None
    """The bar at whose end it was known; None while it is provisional."""
    price: float
    is_peak: bool


class RunningPivots:
    """Looks at bars as they come; the newest one may still grow."""

    def __init__(self, rules: PivotRules = DEFAULT) -> None:
        self._rules = rules
        self._highs: list[float] = []
        self._falls: list[float] = []
        """Lows with their sign turned, so that a trough stands out like a peak."""
        self._found: list[FoundPivot] = []
        self._gate = PivotGate(rules)

    def add(self, bar: Bar) -> None:
        """Take in the bar after the last one."""
        self._highs.append(_known(bar.high))
        self._falls.append(-_known(bar.low))
        newest = len(self._highs) - 1
        place = newest - self._rules.half
        if place >= self._rules.half:
            self._found += self._candidates(place, self._gate, newest)

    def cut(self, count: int) -> None:
        """Forget all but the first `count` bars."""
        if count >= len(self._highs):
            return
        del self._highs[count:], self._falls[count:]
        kept = [one for one in self._found if one.confirmed is not None and one.confirmed < count]
        if len(kept) < len(self._found):
            self._found, self._gate = kept, self._gate_after(kept)

    def confirmed(self) -> tuple[FoundPivot, ...]:
        """Return what the finished bars confirm: all but the newest one."""
        last = len(self._highs) - 1
        return tuple(p for p in self._found if p.confirmed is not None and p.confirmed < last)

    def provisional(self) -> tuple[FoundPivot, ...]:
        """Return what would be pivots if no bar to come goes beyond them."""
        known, count, half = self.confirmed(), len(self._highs), self._rules.half
        gate = self._gate_after(known)
        first = max(count - 1 - half, half)
        found = [self._candidates(place, gate, None) for place in range(first, count)]
        return tuple(one for some in found for one in some)

    def _candidates(
        self, place: int, gate: PivotGate, confirmed: int | None
    ) -> tuple[FoundPivot, ...]:
        found = []
        for values, is_peak in ((self._highs, True), (self._falls, False)):
            price = abs(values[place])
            if self._leads(values, place) and gate.lets(place, price, is_peak):
                found.append(
                    FoundPivot(place=place, confirmed=confirmed, price=price, is_peak=is_peak)
                )
        return tuple(found)

    def _leads(self, values: Sequence[float], place: int) -> bool:
        middle, half = values[place], self._rules.half
        # comparing one by one: a NaN compares as False and max() would pass over it
        return all(middle > value for value in values[place - half : place]) and all(
            middle >= value for value in values[place + 1 : place + half + 1]
        )

    def _gate_after(self, found: Sequence[FoundPivot]) -> PivotGate:
        gate = PivotGate(self._rules)
        for one in found:
            gate.lets(one.place, one.price, one.is_peak)
        return gate


def state_of(pivot: FoundPivot, bars: Sequence[Bar]) -> PivotState:
    """Return what became of a pivot of these bars, of which the last may still grow."""
    if pivot.confirmed is None:
        return PivotState.PROVISIONAL
    sign = 1 if pivot.is_peak else -1
    was_touched = False
    for bar in bars[pivot.confirmed + 1 : -1]:
        if (bar.close - pivot.price) * sign > 0:
            return PivotState.BROKEN
        reached = bar.high if pivot.is_peak else bar.low
        was_touched = was_touched or (reached - pivot.price) * sign >= 0
    return PivotState.TOUCHED if was_touched else PivotState.HOLDS


def signal_of(
    found: Sequence[FoundPivot], bars: Sequence[Bar], rules: PivotRules = DEFAULT
) -> int | None:
    """Return what confirmed pivots say at the last finished bar, as `pivot_signal` does.

    +1 near a fresh trough, -1 near a fresh peak, 0 for neither, None while none could be known.

    Args:
        found: the confirmed pivots of the bars.
        bars: of which the last may still grow, and is not asked.
        rules: by which the pivots were found.
    """
    place = len(bars) - 2
    close = _known(bars[place].close) if place >= 2 * rules.half else nan
    if isnan(close):
        return None
    newest = found[-1] if found else None
    if newest is None or newest.confirmed is None or place - newest.confirmed > rules.fresh_bars:
        return 0
    is_alone = len(found) < 2 or found[-2].confirmed != newest.confirmed  # noqa: PLR2004 - a pair
    is_near = abs(close - newest.price) <= rules.near * abs(newest.price)
    return (-1 if newest.is_peak else 1) if is_alone and is_near else 0


def _known(price: float) -> float:
    known = sound_price(price)
    return nan if known is None else known
