"""What `killcord study` prints of little and of nothing."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from console.commands.curves import curves
from console.commands.study_tables import (
    pivot_facts,
    pivot_words,
    regime_facts,
    regime_words,
    study_facts,
    study_table,
    view_words,
)
from console.commands.tables import as_json
from console.domain.market import Bar, Timeframe
from console.studies.bar_columns import bar_columns
from console.studies.catalog import BY_NAME, CATALOG, pivot_lines
from console.studies.frames import Frames
from console.studies.regime import Regime
from console.studies.timeframe_view import view_timeframes

START = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)


def bars(*highs):
    return bar_columns(
        Bar(
            symbol="SPY",
            at=START + timedelta(minutes=n),
            open=high - 1,
            high=high,
            low=high - 2,
            close=high - 1,
            volume=100,
        )
        for n, high in enumerate(highs)
    )


@pytest.mark.parametrize("study", CATALOG, ids=lambda one: one.name)
@pytest.mark.parametrize("count", [1, 30])
def test_a_few_bars_are_a_table_with_dashes_and_json_with_nulls(study, count):
    few = bars(*[10.0] * count)
    lines = study.lines(few, Timeframe.MIN_1)

    table = study_table(study, Timeframe.MIN_1, few, lines)
    told = as_json(study_facts(study, "SPY", Timeframe.MIN_1, few, lines))

    assert len(table.splitlines()) == min(count, 12) + 1
    assert "nan" not in table.lower()
    assert "NaN" not in told
    if count == 1 and study.name != "vwap":
        assert "—" in table


def test_nothing_known_is_an_empty_chart():
    at = START.timestamp() + 60 * np.arange(5)

    drawn = curves(at, {"nothing": np.full(5, math.nan)}, (60, 12), in_colour=False)

    assert len(drawn.splitlines()) >= 10
    assert "\x1b" not in drawn


def test_pivots_say_whether_they_are_confirmed():
    rising = bars(*[10 + n for n in range(6)], *[15 - n for n in range(1, 9)], 30.0)

    words = pivot_words(Timeframe.MIN_1, rising, pivot_lines(rising))
    facts = pivot_facts(rising)

    assert "▲ peak" in words
    assert "provisional" in words
    assert [one["confirmed_at"] is None for one in facts] == [False, True, True]
    assert facts[0]["at"] < facts[0]["confirmed_at"]


def test_no_pivots_are_told_as_none():
    flat = bars(10.0)

    words = pivot_words(Timeframe.MIN_1, flat, pivot_lines(flat))

    assert words == "No pivots yet.\nsignal: —"


def test_an_unknown_regime_says_what_it_needs():
    days = [START + timedelta(days=n) for n in range(3)]
    at = np.array([day.timestamp() for day in days])
    closes = {"SPY": np.array([1.0, 2.0, 3.0])}

    facts = regime_facts(days, [Regime.BULL_LOW, Regime.UNKNOWN, Regime.UNKNOWN], at, closes)

    assert facts["since"] == days[1].isoformat()
    assert "needs 452 of each fund" in regime_words(facts)
    assert "—" in regime_words(facts)


def test_frames_without_bars_are_dashes():
    words = view_words("SPY", view_timeframes(Frames()))

    assert words.count("—") == 6 * 3
    assert "of 0 frames" in words


def test_the_studies_drawn_among_prices_are_those_in_dollars():
    assert {one.name for one in BY_NAME.values() if one.is_on_price} == {
        "sma", "ema", "vwap", "bollinger", "pivots",
    }  # fmt: skip
