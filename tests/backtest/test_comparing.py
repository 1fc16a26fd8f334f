"""Comparing back-tests: trades are matched by what they did, curves by their moments."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.backtest.comparing import common_curves, compare_trades, same_bars
from console.backtest.findings import finding
from console.backtest.rules import Rules
from console.backtest.running import run_strategy
from console.backtest.seeds.momentum import Momentum
from tests.backtest.markets import random_walk

AT = datetime(2026, 3, 2, tzinfo=UTC)


def found(key="one", bars=None, **fields):
    bars = random_walk(300, seed=3) if bars is None else bars
    run = run_strategy(Momentum(bars=3), bars, Rules())
    told = finding(run, key=key, made_at=AT, strategy=("momentum", {}), source="a test", seed=1)
    return replace(told, **fields)


def trade(minute, left, pnl=0.0, side="long"):
    return {
        "side": side,
        "entered_at": f"2026-03-02T15:{minute:02}:00+00:00",
        "left_at": None if left is None else f"2026-03-02T16:{left:02}:00+00:00",
        "pnl": pnl,
    }


def test_a_trade_is_the_same_whatever_it_came_to_and_differs_by_when_and_which_way():
    mine = [trade(1, 5, 10.0), trade(2, 6), trade(3, None), trade(4, 7)]
    theirs = [trade(1, 5, 99.0), trade(2, 8), trade(3, None), trade(4, 7, side="short")]

    told = compare_trades([found(trades=mine), found(trades=theirs)])

    assert told.shared == 2
    assert [(one.entered_at[14:16], one.side) for one in told.differing] == [
        ("02", "long"),
        ("04", "long"),
        ("04", "short"),
    ]
    assert told.differing[0].each == (mine[1], theirs[1])
    assert [one.each.index(None) for one in told.differing[1:]] == [1, 0]


def test_trades_of_two_symbols_are_never_the_same():
    told = compare_trades([found(trades=[trade(1, 5)]), found(trades=[trade(1, 5)], symbol="KO")])

    assert (told.shared, len(told.differing)) == (0, 2)


@given(books=st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), max_size=9)))
def test_every_trade_is_counted_once(books):
    runs = [
        found_of([trade(minute, left) for minute, left in dict(book).items()]) for book in books
    ]

    told = compare_trades(runs)

    for place, one in enumerate(runs):
        own = sum(1 for row in told.differing if row.each[place])
        assert told.shared + own == len(one.trades)


BLANK = found()


def found_of(trades):
    return replace(BLANK, trades=trades)


def test_curves_are_drawn_over_the_moments_of_all_of_them_and_not_beyond_their_own():
    early = found(at=["2026-03-02", "2026-03-04"], equity=[100_000.0, 110_000.0])
    late = found(at=["2026-03-03", "2026-03-05"], equity=[99_000.0, 101_000.0])

    told = common_curves([early, late])

    assert told.at == ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")
    assert told.gains[0] == (0.0, 0.0, pytest.approx(10), None)
    assert told.gains[1] == (None, pytest.approx(-1), pytest.approx(-1), pytest.approx(1))


def test_other_bars_are_known_to_be_others():
    assert same_bars([found(), found("two")])
    assert not same_bars([found(), found(bars=random_walk(299, seed=3))])
