"""Pivots, frames and rolling columns beside what is usually written in their place."""

import itertools
import math
import statistics
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time

import numpy as np
import pandas as pd
from results import Result, say

from console.desk.rings import Ring
from console.domain.market import Bar, Timeframe
from console.screens.overlays import Choice, Overlays
from console.studies.frames import Frames
from console.studies.pivot_rules import PivotRules
from console.studies.pivots import find_pivots
from console.studies.sliding import sliding_sum
from widgets.chart_picture import picture

BARS = 100_000
HALF = 20
ROUNDS = 9
MINUTE = 60
ROWS = 5_000
SHOWN = 400


def main() -> None:
    """Measure each beside its baseline, turn by turn."""
    random = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.001, BARS)))
    high, low = close + random.random(BARS), close - random.random(BARS)
    rules = PivotRules(window=2 * HALF + 1)
    found = find_pivots(high, low, rules)
    if found.place[found.is_peak].tolist() != _loop(high.tolist()):
        raise AssertionError("the loop finds other peaks")
    ours, loop = _turns(
        lambda: find_pivots(high, low, rules),
        lambda: (_loop(high.tolist()), _loop((-low).tolist())),
    )
    say(Result("pivots of 100,000 bars vs double loop", ours * 1e3, loop * 1e3, "ms", "<= 0.01"))
    ours, rolling = _turns(
        lambda: sliding_sum(close, 50), lambda: pd.Series(close).rolling(50).sum()
    )
    say(Result("sums of 50 in 100,000 vs pandas", ours * 1e3, rolling * 1e3, "ms", "<= 1.0"))
    _frames()
    _append()
    _overlays()


def _frames() -> None:
    frames, minute = Frames(), iter(range(10_000_000))
    table = pd.DataFrame(
        {name: np.full(ROWS, 1.0) for name in ("open", "high", "low", "close", "volume")},
        index=pd.date_range("2026-03-02 09:30", periods=ROWS, freq="1min", tz="America/New_York"),
    )
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    many = 2_000

    def add() -> None:
        for _ in range(many):
            frames.add(next(minute) * MINUTE, (1.0, 1.0, 1.0, 1.0, 1.0))

    def resample() -> None:
        for rule in ("5min", "15min", "1h", "1D"):
            table.resample(rule).agg(how)

    ours, anew = _turns(add, resample)
    say(
        Result(
            "new bar into 5 timeframes vs resample", ours / many * 1e6, anew * 1e6, "µs", "<= 0.001"
        )
    )


def _append() -> None:
    ring, many = Ring(3, ROWS), 2_000
    for _ in range(ROWS):
        ring.append(1.0, 2.0, 3.0)
    at = pd.date_range("2026-03-02 09:30", periods=ROWS, freq="1s", tz="UTC")
    table = pd.DataFrame({"at": at, "price": 2.0, "size": 3})
    row = table[-1:]

    def append() -> None:
        for _ in range(many):
            ring.append(1.0, 2.0, 3.0)

    ours, concat = _turns(
        append, lambda: [pd.concat([table, row], ignore_index=True)[-ROWS:] for _ in range(20)]
    )
    say(
        Result(
            "append to a rolling dataset vs concat",
            ours / many * 1e6,
            concat / 20 * 1e6,
            "µs",
            "<= 0.00333",
        )
    )


def _overlays() -> None:
    """A chart with every study: one more trade against telling all bars anew, and against none."""
    every, none = Overlays(), Overlays()
    none.toggle(Choice.VWAP)
    for choice in set(Choice) - every.chosen:
        every.toggle(choice)
    bars = [_minute(number) for number in range(SHOWN)]
    every(Timeframe.MIN_1, bars)
    prices, many = itertools.cycle((99.0, 100.5, 101.0)), 40

    def traded() -> None:
        for _ in range(many):
            bars[-1] = replace(bars[-1], close=next(prices))
            every(Timeframe.MIN_1, bars)

    def anew() -> None:
        overlays = Overlays()
        for choice in Choice:
            overlays.chosen |= {choice}
        overlays.toggle(Choice.VWAP)
        overlays.toggle(Choice.VWAP)
        overlays(Timeframe.MIN_1, bars)

    ours, whole = _turns(traded, anew)
    say(Result("chart studies, one trade vs anew", ours / many * 1e3, whole * 1e3, "ms", "<= 0.1"))

    def drawn(overlays: Overlays) -> None:
        overlay = overlays(Timeframe.MIN_1, bars)
        picture(bars, (), Timeframe.MIN_1, 120, 40, overlay=overlay)

    ours, bare = _turns(lambda: drawn(every), lambda: drawn(none))
    say(Result("chart drawn with every study vs none", ours * 1e3, bare * 1e3, "ms", "<= 2"))


def _minute(number: int) -> Bar:
    price = 100 + math.sin(number / 9) + number % 5 / 10
    return Bar(
        symbol="SPY",
        at=datetime(2026, 3, 2, 14, 30, tzinfo=UTC) + timedelta(minutes=number),
        open=price,
        high=price + 0.2,
        low=price - 0.2,
        close=price + 0.1,
        volume=1_000.0,
        vwap=price,
    )


def _loop(prices: list[float]) -> list[int]:
    """Return the peaks as one writes it first: each bar against each of its neighbours."""
    found = []
    for place in range(HALF, len(prices) - HALF):
        is_peak = True
        for other in range(1, HALF + 1):
            if prices[place - other] >= prices[place] or prices[place + other] > prices[place]:
                is_peak = False
        if is_peak:
            found.append(place)
    return found


def _turns(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Return the medians of both, taken turn by turn."""
    times = [(_time(one), _time(other)) for _ in range(ROUNDS)]
    return statistics.median(t for t, _ in times), statistics.median(t for _, t in times)


def _time(run: Callable[[], object]) -> float:
    """Return the processor's time: a short run beside a long one bears all the others' turns."""
    began = process_time()
    run()
    return process_time() - began


if __name__ == "__main__":
    main()
