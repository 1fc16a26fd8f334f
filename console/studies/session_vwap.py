"""The session's VWAP at each bar, begun anew every day.

Source: Berkowitz, Logue and Noser (1988), as in `vwap`: sum(price x size) / sum(size). A
bar counts with its own average price where the source gives it, else with its typical
price (high + low + close) / 3, which is an estimate.
"""

import numpy as np

from console.studies.bar_columns import BarColumns
from console.studies.columns import Column
from console.studies.session_time import REGULAR_OPEN, exchange_clock, regular_closes


def session_vwap(bars: BarColumns, *, extended: bool = False) -> Column:
    """Return the VWAP from the beginning of each bar's session up to that bar, in dollars.

    The session is the regular one, 09:30 to 16:00 in New York (13:00 on half days), or with
    `extended` the whole day there. Bars without volume, and those with an unknown price or
    volume, add nothing. NaN outside the session and until something has traded in it; and in
    a first regular session that began before the first bar, for what traded then is not known.
    """
    day, second = exchange_clock(bars.at)
    inside = (second >= REGULAR_OPEN) & (second < regular_closes(day)) | extended
    if len(bars) and second[0] > REGULAR_OPEN and not extended:
        inside &= day != day[0]
    price = np.where(np.isnan(bars.vwap), (bars.high + bars.low + bars.close) / 3, bars.vwap)
    counts = inside & np.isfinite(price) & (bars.volume > 0)
    volume = np.where(counts, bars.volume, 0.0)
    found = np.full(len(bars), np.nan)
    edges = np.flatnonzero(np.diff(day, prepend=np.nan, append=np.nan) != 0)
    for first, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        found[first:end] = _of_one(price[first:end], volume[first:end])
    return np.where(inside, found, np.nan)


def _of_one(price: Column, volume: Column) -> Column:
    traded = np.flatnonzero(volume)
    found = np.full(len(price), np.nan)
    if len(traded) == 0:
        return found
    first = int(traded[0])
    # measured from the first price, so that equal prices give that price exactly
    base = price[first]
    paid = np.cumsum(np.where(volume > 0, price - base, 0.0)[first:] * volume[first:])
    found[first:] = base + paid / np.cumsum(volume[first:])
    return found
