"""Draw the stylised facts of the synthetic market beside those of a recorded tape.

Run from the project root: `python tools/market_pictures.py TAPE [--seeds N]`.
Writes docs/design/pictures/*.svg; what is drawn is measured by `market_facts.py`.
"""

import argparse
import io
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]  # a script finds only its own folder

import numpy as np  # noqa: E402 - only now can ours be found
import plotext  # noqa: E402 - as above
from market_facts import (  # noqa: E402 - as above
    Session,
    autocorrelation,
    synthetic_sessions,
    tape_sessions,
    volume_by_half_hour,
)
from numpy.typing import NDArray  # noqa: E402 - as above
from rich.console import Console  # noqa: E402 - as above
from rich.text import Text  # noqa: E402 - as above

from console.venue.markets.daytime import SECOND  # noqa: E402 - as above

_Floats = NDArray[np.float64]
Curve = tuple[_Floats, _Floats]
PICTURES = ROOT / "docs/design/pictures"
SIZE = (100, 26)
LAGS = range(1, 41)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One fact: its curve for a handful of sessions, and how the axes are called."""

    name: str
    title: str
    x: str
    y: str
    curve: Callable[[Sequence[Session]], Curve]
    is_log: bool = False


def spreads(sessions: Sequence[Session]) -> Curve:
    """Return the share of quotes whose spread is wider than x basis points."""
    quotes = [one.quotes for one in sessions]
    return _exceedance([(q[:, 1] - q[:, 0]) / q[:, :2].mean(axis=1) * 1e4 for q in quotes])


def sizes(sessions: Sequence[Session]) -> Curve:
    """Return the share of prints of at least 100 shares larger than x round lots."""
    return _exceedance([one.prints[one.prints[:, 1] >= 100, 1] / 100 for one in sessions])  # noqa: PLR2004 - a round lot


def gaps(sessions: Sequence[Session]) -> Curve:
    """Return the share of waiting times longer than x times the stock's mean."""
    apart = [np.diff(one.printed_at) / SECOND for one in sessions]
    apart = [waits[waits > 0] for waits in apart]
    return _exceedance([waits / waits.mean() for waits in apart])


def tails(sessions: Sequence[Session]) -> Curve:
    """Return the share of 1-minute returns larger than x standard deviations."""
    returns = [one.minute_returns for one in sessions]
    return _exceedance([np.abs(r - r.mean()) / r.std() for r in returns])


def clusters(sessions: Sequence[Session]) -> Curve:
    """Return the autocorrelation of the sizes of 1-minute returns, mean of the stocks."""
    sizes_of = [np.abs(one.minute_returns) for one in sessions]
    means = [np.mean([autocorrelation(size, lag) for size in sizes_of]) for lag in LAGS]
    return np.array(LAGS, dtype=float), np.array(means)


def seasons(sessions: Sequence[Session]) -> Curve:
    """Return each half hour's share of the day's volume, mean of the stocks."""
    shares = np.mean([volume_by_half_hour(one) for one in sessions], axis=0)
    return np.arange(13) / 2 + 9.75, shares


FACTS = (
    Picture(
        name="spreads",
        title="Spread: share of quotes wider than x",
        x="basis points of the mid",
        y="share",
        curve=spreads,
        is_log=True,
    ),
    Picture(
        name="sizes",
        title="Print size: share of prints larger than x",
        x="round lots",
        y="share",
        curve=sizes,
        is_log=True,
    ),
    Picture(
        name="waits",
        title="Time between prints: share longer than x",
        x="times the stock's mean",
        y="share",
        curve=gaps,
        is_log=True,
    ),
    Picture(
        name="tails",
        title="1-minute returns: share larger than x",
        x="standard deviations",
        y="share",
        curve=tails,
        is_log=True,
    ),
    Picture(
        name="clusters",
        title="Volatility clusters: autocorrelation of |1-minute return|",
        x="lag, minutes",
        y="correlation",
        curve=clusters,
    ),
    Picture(
        name="seasons",
        title="Volume through the day, by half hour",
        x="New York time, hours",
        y="share of the day",
        curve=seasons,
    ),
)


def _exceedance(samples: Sequence[_Floats]) -> Curve:
    """Return at 60 levels how much of the pooled samples lies above; every stock counts alike."""
    positive = [sample[sample > 0] for sample in samples]
    low = max(min(float(np.quantile(sample, 0.01)) for sample in positive), 1e-3)
    high = max(float(sample.max()) for sample in positive)
    levels = np.geomspace(low, high, 60)
    above = np.mean([[np.mean(s > level) for level in levels] for s in samples], axis=0)
    seen = above > 0
    return levels[seen], above[seen]


def draw(picture: Picture, recorded: Sequence[Session], synthetic: Sequence[Session]) -> str:
    """Return the picture as SVG."""
    curves = {"recorded tape": picture.curve(recorded), "synthetic": picture.curve(synthetic)}
    if picture.name == "tails":
        curves["normal"] = _normal()
    figure: Any = plotext.figure
    figure.clear()
    figure.theme("simple")
    plotext.terminal.limit(width=False, height=False)
    figure.plot_size(*SIZE)
    figure.title(picture.title)
    figure.label(picture.x, "x")
    figure.label(picture.y, "y")
    scale = np.log10 if picture.is_log else np.asarray
    for label, (x, y) in curves.items():
        signal = figure.signal(list(scale(x)), list(scale(y)), marker="hd")
        figure.draw(signal.lines().label(label))
    figure.legend(x=3, y=12) if picture.is_log else figure.legend(x=40, y=1)
    if picture.is_log:
        _label_decades(figure, list(curves.values()))
    return _as_svg(figure.build().string(), picture.title)


def _normal() -> Curve:
    levels = np.geomspace(0.1, 4, 40)
    return levels, np.array([2 * (1 - NormalDist().cdf(level)) for level in levels])


def _label_decades(figure: Any, curves: Sequence[Curve]) -> None:
    """Write powers of ten at the axes, which are drawn as logarithms."""
    for axis, name in enumerate("xy"):
        values = np.concatenate([curve[axis] for curve in curves])
        lowest, highest = math.ceil(np.log10(values.min())), math.floor(np.log10(values.max()))
        decades = list(range(lowest, highest + 1))
        figure.ruler(name).ticks(decades, [f"{10.0**decade:g}" for decade in decades])


def _as_svg(drawn: str, title: str) -> str:
    console = Console(width=SIZE[0], record=True, file=io.StringIO())
    console.print(Text.from_ansi(drawn), end="")
    return console.export_svg(title=title)


def main() -> None:
    """Draw every fact."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape", type=Path)
    parser.add_argument("--seeds", type=int, default=4, help="synthetic days to pool")
    arguments = parser.parse_args()
    recorded = tape_sessions(arguments.tape)
    synthetic = [one for seed in range(1, arguments.seeds + 1) for one in synthetic_sessions(seed)]
    PICTURES.mkdir(exist_ok=True)
    for picture in FACTS:
        (PICTURES / f"{picture.name}.svg").write_text(draw(picture, recorded, synthetic))


if __name__ == "__main__":
    main()
