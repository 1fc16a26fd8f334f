"""Random columns side by side: those of the first listings, then those of the newcomers.

A generator that draws one column more draws every other one anew. Newcomers have a
stream of their own, so that what a seed once told of a stock stays what it tells.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from console.venue.markets.universe import Stock

Draw = Callable[[np.random.Generator, slice], Sequence[NDArray[np.float64]]]
"""Draws some of the columns of several tables."""


def side_by_side(
    seed: Sequence[int], widths: Sequence[int], draw: Draw
) -> list[NDArray[np.float64]]:
    """Return the tables whose columns are drawn in so wide parts, each from its own stream."""
    parts, begin = [], 0
    for number, width in enumerate(widths):
        rng = np.random.default_rng([*seed, number] if number else [*seed])
        parts.append(draw(rng, slice(begin, begin + width)))
        begin += width
    return [np.concatenate(tables, axis=1) for tables in zip(*parts, strict=True)]


def widths(stocks: Sequence[Stock], shared: int = 0) -> list[int]:
    """Return how many columns belong to the first listings, `shared` ones first, and to newcomers.

    Raises:
        ValueError: when a newcomer does not stand last.
    """
    newcomers = [stock.is_newcomer for stock in stocks]
    if newcomers != sorted(newcomers):
        raise ValueError("newcomers stand last in a universe")
    late = sum(newcomers)
    return [shared + len(stocks) - late, *([late] if late else [])]
