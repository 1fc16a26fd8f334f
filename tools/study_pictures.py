"""Draw pivots and regimes on recorded bars.

Run from the project root: `python tools/study_pictures.py BARS_FOLDER`, a folder with
bars-minute.parquet and bars-daily.parquet. Writes docs/using/pictures/*.svg.
"""

import argparse
import io
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # a script finds only its own folder

import numpy as np  # noqa: E402 - only now can ours be found
import plotext  # noqa: E402 - as above
import pyarrow.compute as pc  # noqa: E402 - as above
import pyarrow.parquet as pq  # noqa: E402 - as above
from numpy.typing import NDArray  # noqa: E402 - as above
from rich.console import Console  # noqa: E402 - as above
from rich.text import Text  # noqa: E402 - as above

from console.commands.curves import NEW_YORK  # noqa: E402 - as above
from console.studies.pivots import find_pivots, provisional_pivots  # noqa: E402 - as above
from console.studies.regime import FUNDS, Regime, regimes  # noqa: E402 - as above

_Floats = NDArray[np.float64]
PICTURES = ROOT / "docs/using/pictures"
SIZE = (110, 30)
FIRST_DAY = date(2011, 3, 23)
"""From here on the file has all three funds, and none of them was split."""
LOOKS = {
    "bull, low": ((Regime.BULL_LOW,), "green", "▪"),
    "bull, high": ((Regime.BULL_HIGH,), "cyan", "^"),
    "bear, low": ((Regime.BEAR_LOW,), "orange", "v"),
    "bear, high": ((Regime.BEAR_HIGH,), "red", "x"),
    "sideways": ((Regime.SIDEWAYS_LOW, Regime.SIDEWAYS_HIGH), "white", "-"),
    "unknown": ((Regime.UNKNOWN,), "gray", "?"),
}


def columns(path: Path, symbol: str) -> dict[str, _Floats]:
    """Return one symbol's bars as columns, `ts` in seconds since the epoch."""
    table = pq.read_table(path)
    table = table.filter(pc.equal(pc.cast(table["symbol"], "string"), symbol))
    told = {name: table[name].to_numpy() for name in ("open", "high", "low", "close")}
    told["ts"] = pc.cast(table["ts"], "int64").to_numpy() / 1e6
    return told


def draw_pivots(folder: Path) -> str:
    """Return a morning of SPY with its pivots, each with the bar that confirmed it."""
    bars = columns(folder / "bars-minute.parquet", "SPY")
    first = datetime(2013, 10, 8, 9, 30, tzinfo=NEW_YORK).timestamp()
    chosen = (bars["ts"] >= first) & (bars["ts"] < first + 96 * 60)
    high, low, close = (bars[name][chosen] for name in ("high", "low", "close"))
    known, maybe = find_pivots(high, low), provisional_pivots(high, low)
    figure = _figure("SPY, 1 minute, 2013-10-08: pivots, and the bars that confirmed them")
    figure.draw(figure.signal(list(range(len(close))), close.tolist(), marker="hd").lines())
    for found, words, marker in ((known, "", "o"), (maybe, " provisional", "?")):
        for is_peak, kind, colour in ((True, "peak", "red"), (False, "trough", "green")):
            of_kind = found.is_peak == is_peak
            where = found.place[of_kind].tolist(), found.price[of_kind].tolist()
            _points(figure, *where, kind + words, colour, marker)
    _points(figure, known.confirmed.tolist(), known.price.tolist(), "confirmed here", "yellow", "+")
    marks = list(range(0, len(close), 15))
    times = [datetime.fromtimestamp(t, NEW_YORK) for t in bars["ts"][chosen][marks]]
    figure.ruler("x").ticks(marks, [f"{time:%H:%M}" for time in times])
    figure.legend(x=2, y=16)
    return _as_svg(figure, "killcord: pivots")


def draw_regimes(folder: Path) -> str:
    """Return ten years of SPY, each day marked with the regime known at its close."""
    told = {fund: columns(folder / "bars-daily.parquet", fund) for fund in FUNDS}
    first = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=NEW_YORK).timestamp()
    at = told["SPY"]["ts"][told["SPY"]["ts"] >= first]
    closes = {fund: _on(at, bars) for fund, bars in told.items()}
    months = _by_month(at, regimes(at, closes), closes["SPY"])
    figure = _figure("SPY by month, with the regime of most of its days as known at each close")
    for words, (which, colour, marker) in LOOKS.items():
        places = [n for n, (_, regime, _) in enumerate(months) if regime in which]
        _points(figure, places, [months[n][2] for n in places], words, colour, marker)
    marks = [n for n, (month, _, _) in enumerate(months) if month.month == 1]
    figure.ruler("x").ticks(marks, [f"{months[mark][0]:%Y}" for mark in marks])
    figure.legend(x=2, y=1)
    return _as_svg(figure, "killcord: regimes")


def _by_month(
    at: _Floats, found: Sequence[Regime], close: _Floats
) -> list[tuple[date, Regime, float]]:
    """Return each month, the regime most of its days had, and its last close."""
    days = [datetime.fromtimestamp(moment, UTC).date() for moment in at]
    rows = zip([day.replace(day=1) for day in days], found, close.tolist(), strict=True)
    months = []
    for month, group in groupby(rows, key=itemgetter(0)):
        told = list(group)
        months.append((month, Counter(one[1] for one in told).most_common(1)[0][0], told[-1][2]))
    return months


def _on(at: _Floats, bars: Mapping[str, _Floats]) -> _Floats:
    """Return the closes on these days, NaN where there is no bar."""
    place = np.searchsorted(bars["ts"], at)
    place = np.minimum(place, len(bars["ts"]) - 1)
    return np.where(bars["ts"][place] == at, bars["close"][place], np.nan)


def _figure(title: str) -> Any:
    figure: Any = plotext.figure
    figure.clear()
    figure.theme("simple")
    plotext.terminal.limit(width=False, height=False)
    figure.plot_size(*SIZE)
    figure.title(title)
    return figure


def _points(
    figure: Any,
    x: Sequence[float],
    y: Sequence[float],
    *look: str,
) -> None:
    if not x:
        return
    label, colour, marker = look
    signal = figure.signal(list(x), list(y), marker=plotext.marker(marker, colour))
    figure.draw(signal.label(label))


def _as_svg(figure: Any, title: str) -> str:
    console = Console(width=SIZE[0], record=True, file=io.StringIO())
    console.print(Text.from_ansi(str(figure.build().string())), end="")
    return console.export_svg(title=title)


def main() -> None:
    """Draw both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bars", type=Path)
    folder = parser.parse_args().bars
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "pivots.svg").write_text(draw_pivots(folder))
    (PICTURES / "regimes.svg").write_text(draw_regimes(folder))


if __name__ == "__main__":
    main()
