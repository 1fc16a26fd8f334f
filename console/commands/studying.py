"""`killcord study`: one study of one symbol's bars, as a table and a chart, or as JSON."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from console.commands import exits, study_words
from console.commands.asking import Desk, attached
from console.commands.curves import curves
from console.commands.study_tables import (
    pivot_facts,
    pivot_words,
    regime_facts,
    regime_words,
    study_facts,
    study_table,
    view_facts,
    view_words,
)
from console.commands.tables import as_json
from console.domain.market import Bar, Timeframe
from console.folders import StateFolder
from console.link.errors import DeskRefused
from console.studies.bar_columns import BarColumns, bar_columns
from console.studies.catalog import BY_NAME, Study
from console.studies.columns import Column
from console.studies.frames import Frames
from console.studies.fund_days import side_by_side
from console.studies.regime import FUNDS, regimes
from console.studies.timeframe_view import view_timeframes

WIDEST, TALLEST = 120, 24
REGIME_BARS = 1_260
"""Five years: three of history, and the 200 days before it, with some to look at."""


async def study(
    folder: StateFolder,
    name: str,
    symbol: str | None,
    timeframe: Timeframe,
    count: int,
    *,
    wants_json: bool,
) -> int:
    """Print one study; the bars are the desk's."""
    async with attached(folder) as desk:
        try:
            if name == study_words.REGIME:
                return _print_regime(await _funds(desk), wants_json=wants_json)
            if symbol is None:
                print(f"A study of {name} needs a symbol: killcord study {name} SPY")
                return exits.USAGE
            if name == study_words.TIMEFRAMES:
                timeframe, count = Timeframe.MIN_1, study_words.MOST_BARS
            bars = await _finished(desk, symbol, timeframe, count)
        except DeskRefused as refused:
            print(refused)
            return exits.FAILED
    if not bars:
        print(f"There are no bars of {symbol} at {timeframe.value}.")
        return exits.FAILED
    if name == study_words.TIMEFRAMES:
        return _print_view(symbol, bars, wants_json=wants_json)
    return _print_study(BY_NAME[name], symbol, timeframe, bars, wants_json=wants_json)


def _print_study(
    study: Study, symbol: str, timeframe: Timeframe, bars: Sequence[Bar], *, wants_json: bool
) -> int:
    columns = bar_columns(bars)
    lines = study.lines(columns, timeframe)
    facts = study_facts(study, symbol, timeframe, columns, lines)
    if study.name == "pivots":
        facts["pivots"] = pivot_facts(columns)
    if wants_json:
        print(as_json(facts))
        return exits.DONE
    print(f"{symbol} {timeframe.value}: {study.words}")
    print(_drawn(study, columns, lines))
    is_pivots = study.name == "pivots"
    words = pivot_words if is_pivots else partial(study_table, study)
    print(words(timeframe, columns, lines))
    return exits.DONE


def _drawn(study: Study, columns: BarColumns, lines: Mapping[str, Column]) -> str:
    size = shutil.get_terminal_size()
    width, height = min(size.columns, WIDEST), min(size.lines - 2, TALLEST)
    last = min(len(columns), width - 12)
    shown = {name: line[-last:] for name, line in lines.items() if name != "signal"}
    if study.is_on_price:
        shown = {"close": columns.close[-last:], **shown}
    in_colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    points = ("peak", "trough") if study.name == "pivots" else ()
    return curves(columns.at[-last:], shown, (width, height), points=points, in_colour=in_colour)


def _print_view(symbol: str, bars: Sequence[Bar], *, wants_json: bool) -> int:
    frames = Frames()
    for bar in bars:
        frames.add_bar(bar)
    view = view_timeframes(frames)
    told = view_facts(symbol, view)
    print(as_json(told) if wants_json else view_words(symbol, view))
    return exits.DONE


async def _finished(desk: Desk, symbol: str, timeframe: Timeframe, count: int) -> tuple[Bar, ...]:
    """Return the bars that are over: what one that grows says may be taken back."""
    bars = await desk.link.bars(symbol, timeframe, count)
    told = desk.replica.now()
    now = desk.state.market_time(datetime.now(UTC) if told is None else told)
    span = timedelta(seconds=timeframe.seconds)
    return tuple(bar for bar in bars if bar.at + span <= now)


async def _funds(desk: Desk) -> dict[str, tuple[Bar, ...]]:
    return {fund: await _finished(desk, fund, Timeframe.DAY_1, REGIME_BARS) for fund in FUNDS}


def _print_regime(bars: Mapping[str, Sequence[Bar]], *, wants_json: bool) -> int:
    told = side_by_side(bars)
    if not told.days:
        print(f"There are no daily bars of {', '.join(bars)}.")
        return exits.FAILED
    found = regimes(told.at, told.closes)
    facts = regime_facts(told.days, found, told.at, told.closes)
    print(as_json(facts) if wants_json else regime_words(facts))
    return exits.DONE
