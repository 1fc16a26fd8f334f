"""Charts of datasets in any shell, drawn by plotext; rows stand in the order of their time."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from console.commands import drawing
from console.commands.data_tables import cell, clean
from console.commands.drawing import Picture
from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Role
from console.lab.distribution import Distribution
from console.lab.frames import frame, number

WIDEST, TALLEST = 120, 24
MOST_POINTS = 2_000
MOST_LINES = 6
MOST_MARKS, MARK_WIDTH = 6, 12
FULL_HEIGHT = 12
SECOND = 1e9


def histogram(told: Distribution) -> str:
    """Return the counts as bars."""
    if not told.counts:
        return "There are no values to draw."
    widest = max(map(len, map(cell, told.edges)))
    most = max(told.counts)
    room = max(min(shutil.get_terminal_size().columns, WIDEST) - widest - 14, 10)
    return "\n".join(
        f"{cell(edge).rjust(widest)} {'█' * round(count / most * room)} {count:,}"
        for edge, count in zip(told.edges, told.counts, strict=False)
    )


def spread_picture(told: Distribution, size: tuple[int, int]) -> Picture:
    """Return the counts as bars that stand side by side."""
    if not told.counts:
        return [[("There are no values to draw.", 0)]]
    middles = [(low + high) / 2 for low, high in pairwise(told.edges)] or list(told.edges)
    marks = middles[:: -(-len(middles) // max(min(size[0] // MARK_WIDTH, MOST_MARKS), 1))]
    heights = np.linspace(0, max(told.counts), 4 if size[1] >= FULL_HEIGHT else 2).round()
    return drawing.bars(
        middles,
        told.counts,
        size,
        below=(marks, [f"{mark:,.5g}" for mark in marks]),
        beside=(heights.tolist(), [f"{height:,.0f}" for height in heights]),
    )


def columns(catalog: Catalog, dataset: Dataset, names: Sequence[str]) -> str:
    """Return the columns as lines, over time where there is one."""
    return _printed(_figure(_told(catalog, dataset, names), dataset, names, _shell()))


def lines(dataset: Dataset, made: pd.DataFrame, column: str) -> str:
    """Return a resampled column as a line."""
    name = column if column in made.columns else "close"
    return _printed(_figure(made, dataset, [name], _shell()))


def series_picture(
    catalog: Catalog, dataset: Dataset, names: Sequence[str], size: tuple[int, int]
) -> Picture:
    """Return columns as lines, over time where there is one."""
    wanted = [number(dataset, name).name for name in names]
    return _pictured(_told(catalog, dataset, wanted), dataset, wanted, size)


def steps_picture(
    dataset: Dataset, made: pd.DataFrame, column: str, size: tuple[int, int]
) -> Picture:
    """Return a resampled column as lines; of four prices the close."""
    return _pictured(made, dataset, [column if column in made.columns else "close"], size)


def _pictured(
    told: pd.DataFrame, dataset: Dataset, names: Sequence[str], size: tuple[int, int]
) -> Picture:
    if told[list(names)].notna().sum().sum() == 0:
        return [[("There are no values to draw.", 0)]]
    parts = [label for label, _, _ in _parts(told, dataset, names)]
    legend = [(f" ━ {clean(label, 20)} ", place) for place, label in enumerate(parts, 1)]
    figure = _figure(told, dataset, names, (size[0], size[1] - 1), has_legend=False)
    return [*drawing.picture(figure), legend]


def _told(catalog: Catalog, dataset: Dataset, names: Sequence[str]) -> pd.DataFrame:
    time = dataset.first(Role.TIME)
    symbol = dataset.first(Role.SYMBOL)
    wanted = [*([time.name] if time else []), *([symbol.name] if symbol else []), *names]
    told = frame(catalog, dataset, list(dict.fromkeys(wanted)))
    if time is None:
        return told
    return told.dropna(subset=[time.name]).sort_values(time.name, kind="stable")


def _shell() -> tuple[int, int]:
    size = shutil.get_terminal_size()
    return min(size.columns, WIDEST), max(min(size.lines - 4, TALLEST), 8)


def _printed(figure: Any) -> str:
    import plotext  # noqa: PLC0415 - an eighth of a second, for charts only

    drawn = str(figure.build().string())
    in_colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return drawn if in_colour else str(plotext.uncolorize(drawn))


def _figure(
    told: pd.DataFrame,
    dataset: Dataset,
    names: Sequence[str],
    size: tuple[int, int],
    *,
    has_legend: bool = True,
) -> Any:
    title = clean(f"{dataset.name}: {', '.join(names)}", 80)
    figure = drawing.blank(size, title if has_legend else "")
    places = _places(told, dataset)
    for label, name, rows in _parts(told, dataset, names):
        chosen = rows[:: max(len(rows) // MOST_POINTS, 1)]
        values = np.asarray(told[name].iloc[chosen], dtype=np.float64)
        known = ~np.isnan(values)
        signal = figure.signal(places[chosen][known].tolist(), values[known].tolist(), marker="hd")
        drawn = signal.lines()
        figure.draw(drawn.label(clean(label, 20)) if has_legend else drawn)
    if dataset.first(Role.TIME) and len(told):
        marks = np.linspace(places.min(), places.max(), 5).tolist()
        words = [datetime.fromtimestamp(mark, UTC).strftime("%m-%d %H:%M") for mark in marks]
        figure.ruler("x").ticks(marks, words)
    return figure


def _places(told: pd.DataFrame, dataset: Dataset) -> npt.NDArray[np.float64]:
    """Return where each row stands from left to right: its time in seconds, else its number."""
    time = dataset.first(Role.TIME)
    if time is None:
        return np.arange(len(told), dtype=np.float64)
    nanos = told[time.name].astype("datetime64[ns, UTC]").astype("int64")
    return np.asarray(nanos, dtype=np.float64) / SECOND


def _parts(
    told: pd.DataFrame, dataset: Dataset, names: Sequence[str]
) -> Iterator[tuple[str, str, npt.NDArray[np.intp]]]:
    """Yield the lines: each column, each of a few symbols apart."""
    symbol = dataset.first(Role.SYMBOL)
    if symbol is None or told[symbol.name].nunique() > MOST_LINES:
        yield from ((name, name, np.arange(len(told))) for name in names)
        return
    for word, rows in told.groupby(symbol.name).indices.items():
        yield from ((f"{word} {name}", name, np.asarray(rows)) for name in names)
