"""Lines over time, drawn by plotext in any shell."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from console.studies.columns import Column

NEW_YORK = ZoneInfo("America/New_York")
DAY = 86_400.0


def curves(
    at: Column,
    lines: Mapping[str, Column],
    size: tuple[int, int],
    *,
    points: Collection[str] = (),
    in_colour: bool,
) -> str:
    """Return a chart of `size` columns and rows, with New York times below.

    Args:
        at: starts of the bars in seconds since the epoch.
        lines: a value for each bar, NaN where there is nothing to draw.
        size: columns and rows.
        points: which of the lines are drawn as single points.
        in_colour: whether the terminal shows colours.
    """
    import plotext  # noqa: PLC0415 - an eighth of a second, for this command only

    figure: Any = plotext.figure
    figure.clear()
    figure.theme("simple")
    plotext.terminal.limit(width=False, height=False)
    figure.plot_size(*size)
    for name, line in lines.items():
        known = np.flatnonzero(np.isfinite(line))
        if len(known) == 0:
            continue
        is_points = name in points
        marker = "o" if is_points else "hd"
        signal = figure.signal(known.tolist(), line[known].tolist(), marker=marker)
        figure.draw((signal if is_points else signal.lines()).label(name))
    figure.legend(x=2, y=1)
    figure.ruler("x").ticks(*_times(at))
    drawn = str(figure.build().string())
    return drawn if in_colour else str(plotext.uncolorize(drawn))


def _times(at: Column) -> tuple[list[int], list[str]]:
    marks = list(range(0, len(at), max(len(at) // 6, 1)))
    is_daily = len(at) > 1 and float(np.median(np.diff(at))) >= DAY / 2
    words = "%y-%m-%d" if is_daily else "%H:%M"
    moments = [datetime.fromtimestamp(float(at[mark]), UTC).astimezone(NEW_YORK) for mark in marks]
    return marks, [one.strftime(words) for one in moments]
