"""Pictures of what is found in datasets: outliers, segments, a pair of columns, two spreads."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from console.commands import drawing
from console.commands.data_tables import cell, clean
from console.commands.drawing import Picture
from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Role
from console.lab.frames import frame, needed, number
from console.lab.outliers import scores_within
from console.lab.segments import segments

MOST_POINTS = 2_000
MOST_BARS = 24
BAR_WIDTH, LABEL_WIDTH = 5, 12
MARKS, FEW_MARKS, TALL = 5, 3, 12
NOTHING: Picture = [[("There are no values to draw.", 0)]]

Numbers = npt.NDArray[np.float64]
Size = tuple[int, int]


def outliers_picture(
    catalog: Catalog, dataset: Dataset, column: str, far: float, size: Size
) -> Picture:
    """Return a column over its rows, the values far from the median as points."""
    name, symbol = number(dataset, column).name, dataset.first(Role.SYMBOL)
    told = frame(catalog, dataset, [name, *([symbol.name] if symbol else [])])
    values = np.asarray(told[name], dtype=np.float64)
    is_far = np.abs(scores_within(values, told[symbol.name] if symbol else None)) > far
    near, wild = (np.flatnonzero(~is_far & ~np.isnan(values)), np.flatnonzero(is_far))
    if not len(near) + len(wild):
        return NOTHING
    figure = drawing.blank(size)
    for places, marker in ((_thinned(near), "hd"), (wild[:MOST_POINTS], "◆")):
        # an empty signal would still take the first colour
        told_places, heights = (places + 1).tolist() or [1], values[places].tolist() or [np.nan]
        figure.draw(figure.signal(told_places, heights, marker=marker))
    _mark(figure, "x", np.array([1, len(values)]), size)
    _mark(figure, "y", values, size)
    return drawing.picture(figure)


def segments_picture(
    catalog: Catalog, dataset: Dataset, by: str, column: str, size: Size
) -> Picture:
    """Return the median of each segment as a bar; of the first ones, where there are many."""
    told = [row for row in segments(catalog, dataset, by, column) if row["median"] is not None]
    shown = told[: min(max(size[0] // BAR_WIDTH, 1), MOST_BARS)]
    if not shown:
        return NOTHING
    heights = np.array([float(row["median"]) for row in shown])
    room = max((size[0] - LABEL_WIDTH) // len(shown) - 1, 1)
    names = [clean(cell(row["segment"]), room) for row in shown]
    places = list(range(1, len(shown) + 1))
    figure = drawing.blank(size)
    figure.draw(figure.bar(places, heights.tolist(), width=0.6))
    figure.ruler("x").ticks(places, names)
    _mark(figure, "y", np.append(heights, 0.0), size)
    return drawing.picture(figure)


def pair_picture(catalog: Catalog, dataset: Dataset, one: str, other: str, size: Size) -> Picture:
    """Return two columns as points, one to the right and the other upward."""
    names = [number(dataset, name).name for name in (one, other)]
    told = frame(catalog, dataset, names).dropna()
    if told.empty:
        return NOTHING
    right, up = (np.asarray(told[name], dtype=np.float64) for name in names)
    chosen = _thinned(np.arange(len(told)))
    figure = drawing.blank(size)
    figure.draw(figure.signal(right[chosen].tolist(), up[chosen].tolist(), marker="hd"))
    _mark(figure, "x", right, size)
    _mark(figure, "y", up, size)
    return drawing.picture(figure)


def difference_picture(
    catalog: Catalog, first: Dataset, second: Dataset, column: str, size: Size
) -> Picture:
    """Return for both datasets which share of a column's values is no larger than each value.

    The largest gap between the two lines is the distance that is told.
    """
    kinds = [needed(one, column).kind for one in (first, second)]
    if not all(kind.is_number for kind in kinds):
        return [[(f"{clean(column)} holds no numbers in both: it has no picture.", 0)]]
    both = [_known(frame(catalog, one, [column])[column]) for one in (first, second)]
    if not all(len(values) for values in both):
        return NOTHING
    figure = drawing.blank((size[0], size[1] - 1))
    for values in both:
        shares = np.linspace(0, 1, min(len(values), MOST_POINTS) + 1)
        places = np.quantile(values, shares, method="inverted_cdf")
        figure.draw(figure.signal(places.tolist(), shares.tolist(), marker="hd").lines())
    _mark(figure, "x", np.concatenate(both), size)
    figure.ruler("y").ticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    legend = [(f" ━ {one.name} ", place) for place, one in enumerate((first, second), 1)]
    return [*drawing.picture(figure), legend]


def _known(column: "pd.Series[float]") -> Numbers:
    values = np.asarray(column, dtype=np.float64)
    return np.sort(values[~np.isnan(values)])


def _thinned(places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return places[:: max(len(places) // MOST_POINTS, 1)]


def _mark(figure: object, side: str, values: Numbers, size: Size) -> None:
    """Write a few of the values along an axis."""
    known = values[~np.isnan(values)]
    count = MARKS if side == "x" or size[1] >= TALL else FEW_MARKS
    marks = np.linspace(known.min(), known.max(), count) if len(known) else np.zeros(1)
    drawing.mark(figure, side, marks.tolist())
