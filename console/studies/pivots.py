"""Pivots: the peaks and troughs of a market, known when they can be known.

A bar is a peak when its high is above the highs of the bars before it and not below those
after it, half a window on each side. That is known only half a window later: every pivot
has a time of its own and a later one at which it was confirmed, and nothing may act on it
in between. The naive peak, drawn where it stands, earns thousands of percent on random
walks. Swing highs and lows in this sense: Murphy (1999), "Technical Analysis of the
Financial Markets", chapter 4; Williams (1995), "Trading Chaos", calls them fractals.

The window's extremes come from `sliding.tops`, so the cost does not grow with the window.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from console.studies.columns import Column, Mask
from console.studies.pivot_rules import DEFAULT, PivotGate, PivotRules
from console.studies.sliding import BLOCK, tops

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Pivots:
    """Pivots in the order of their bars, a peak before a trough on the same bar."""

    place: Places
    """Which bar it is, counted from 0."""
    confirmed: Places
    """The bar at whose end it was known; one after the last for a provisional pivot."""
    price: Column
    is_peak: Mask

    def __len__(self) -> int:
        return len(self.place)


def find_pivots(high: Column, low: Column, rules: PivotRules = DEFAULT) -> Pivots:
    """Return the confirmed pivots of these bars.

    Of equal highs side by side the first is the peak. A bar without a number (NaN) is no
    pivot, nor is a bar that has one in its window: what is not known could be higher.

    Args:
        high: n prices, n may be 0.
        low: n prices.
        rules: what counts as a pivot.

    Raises:
        ValueError: when the columns are not of one length.
    """
    high, low = _columns(high, low)
    peaks, troughs = _standing_out(high, rules.half, 1), _standing_out(low, rules.half, -1)
    found = _merged(peaks, troughs, high, low, rules.half)
    if rules.min_swing == 0 and rules.min_distance <= rules.half + 1:
        return found
    return _chosen(found, rules)


def provisional_pivots(high: Column, low: Column, rules: PivotRules = DEFAULT) -> Pivots:
    """Return what would be pivots if no bar to come goes beyond them.

    They stand on the last half window of bars and may vanish with the next one: to be
    looked at, never acted on.
    """
    high, low = _columns(high, low)
    half, count = rules.half, len(high)
    places = range(max(count - half, half), count)
    peaks = [place for place in places if _leads(high, place, half)]
    troughs = [place for place in places if _leads(-low, place, half)]
    found = _merged(np.array(peaks, np.intp), np.array(troughs, np.intp), high, low, half)
    known = find_pivots(high, low, rules)
    return _part(_chosen(_joined(known, found), rules), after=count - half - 1, confirmed=count)


def _standing_out(values: Column, half: int, sign: int) -> Places:
    """Return the places above all of the half window before and not below any after."""
    found = [np.empty(0, np.intp)]
    # in blocks that stay in the processor's cache, as in `sliding`
    for first in range(0, len(values) - 2 * half, BLOCK):
        block = sign * values[first : first + BLOCK + 2 * half]
        middle, top = block[half : len(block) - half], tops(block, half)
        out = (middle > top[: len(middle)]) & (middle >= top[half + 1 :])
        found.append(np.flatnonzero(out) + (first + half))
    return np.concatenate(found)


def _leads(values: Column, place: int, half: int) -> bool:
    before, after = values[place - half : place], values[place + 1 :]
    return bool((values[place] > before).all() and (values[place] >= after).all())


def _merged(peaks: Places, troughs: Places, high: Column, low: Column, half: int) -> Pivots:
    place = np.concatenate((peaks, troughs))
    is_peak = np.arange(len(place)) < len(peaks)
    price = np.concatenate((high[peaks], low[troughs]))
    order = np.argsort(place, kind="stable")
    place = place[order]
    return Pivots(place=place, confirmed=place + half, price=price[order], is_peak=is_peak[order])


def _chosen(found: Pivots, rules: PivotRules) -> Pivots:
    """Leave out what is too close to its like or too little away from its opposite."""
    gate = PivotGate(rules)
    rows = zip(found.place.tolist(), found.price.tolist(), found.is_peak.tolist(), strict=True)
    kept = np.array([gate.lets(*row) for row in rows], dtype=np.bool_)
    return Pivots(
        place=found.place[kept],
        confirmed=found.confirmed[kept],
        price=found.price[kept],
        is_peak=found.is_peak[kept],
    )


def _joined(one: Pivots, other: Pivots) -> Pivots:
    return Pivots(
        place=np.concatenate((one.place, other.place)),
        confirmed=np.concatenate((one.confirmed, other.confirmed)),
        price=np.concatenate((one.price, other.price)),
        is_peak=np.concatenate((one.is_peak, other.is_peak)),
    )


def _part(found: Pivots, *, after: int, confirmed: int) -> Pivots:
    late = found.place > after
    return Pivots(
        place=found.place[late],
        confirmed=np.full(int(late.sum()), confirmed, np.intp),
        price=found.price[late],
        is_peak=found.is_peak[late],
    )


def _columns(high: Column, low: Column) -> tuple[Column, Column]:
    high, low = np.asarray(high, dtype=np.float64), np.asarray(low, dtype=np.float64)
    if high.shape != low.shape or high.ndim != 1:
        raise ValueError("the columns of high and low must have one length")
    return high, low
