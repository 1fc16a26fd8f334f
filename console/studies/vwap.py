"""The volume-weighted average price, and how far from it the market trades.

Source: Berkowitz, Logue and Noser (1988), "The Total Cost of Transactions on the NYSE",
Journal of Finance 43(1), 97-112, who made it the benchmark of an execution.
"""

import numpy as np

from console.studies.columns import Trades
from console.studies.measures import Measure, unknown


def vwap(trades: Trades) -> Measure:
    """Return the average price of the trades seen, weighted by size, in dollars.

    Args:
        trades: n sound trades, n may be 0.

    Returns:
        sum(price x size) / sum(size); unknown without a trade. It lies between the
        lowest and the highest price.
    """
    if len(trades) == 0:
        return unknown("needs 1 trade, has none")
    # measured from the first price, so that equal prices give that price exactly
    base = float(trades.price[0])
    value = base + float(np.average(trades.price - base, weights=trades.size))
    low, high = float(trades.price.min()), float(trades.price.max())
    return Measure(value=min(max(value, low), high), sample=len(trades), at=float(trades.at[-1]))


def gap(average: Measure, last: Measure) -> Measure:
    """Return by how many percent the last price lies above the average, below zero under it.

    Args:
        average: a VWAP in dollars.
        last: the last price in dollars.
    """
    if average.value is None:
        return unknown(average.note, sample=average.sample, at=average.at)
    if last.value is None:
        return unknown(last.note, sample=last.sample, at=last.at)
    value = (last.value / average.value - 1) * 100
    return Measure(value=value, sample=average.sample, at=last.at, note=last.note)
