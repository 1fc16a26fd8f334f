"""Steps of the stream: what is new gets a row, and nothing else does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from console.commands.data_live import LiveWish, Lost
from console.commands.live_rows import BarRows, Steps, TickRows
from console.domain.conditions import Counts
from console.domain.market import Timeframe, Trade
from console.lab.live import BARRED, LiveWriter, read_ring
from console.lab.problems import LabProblem
from tests.screens import pictures
from tests.screens.fakes import FakeDesk


def test_a_symbol_without_news_gets_no_row(tmp_path):
    state = FakeDesk().state
    quote = pictures.quote("AAPL", 191.0)
    later = replace(state, quotes={**state.quotes, "AAPL": quote})
    path = tmp_path / "t.ring"

    with LiveWriter(path, ["AAPL", "NONE"], 10) as writer:
        steps = Steps(writer, ["AAPL", "NONE"])
        for told in (state, state, later, later):
            steps.take(told, pictures.NOW)

    table = read_ring(path)
    assert table["symbol"].to_pylist() == ["AAPL", "AAPL"]
    assert table["bid"].to_pylist() == [state.quotes["AAPL"].bid, quote.bid]
    assert table["at"].to_pylist() == [pictures.NOW] * 2


MINUTE = pictures.NOW.replace(second=0, microsecond=0) + timedelta(minutes=1)


def trade(seconds, price, size=10.0, **counts):
    at = MINUTE + timedelta(seconds=seconds)
    return Trade(
        symbol="AAPL", price=price, size=size, at=at, received_at=at, counts=Counts(**counts)
    )


def test_every_tick_gets_a_row_of_its_own_at_the_markets_time(tmp_path):
    quote = pictures.quote("AAPL", 191.0)
    path = tmp_path / "t.ring"

    with LiveWriter(path, ["AAPL"], 10) as writer:
        rows = TickRows(writer)
        for tick in (quote, trade(1, 191.2), trade(1, 191.2), quote):
            rows.take(tick)

    table = read_ring(path)
    assert table["bid"].to_pylist() == [quote.bid, None, None, quote.bid]
    assert table["last"].to_pylist() == [None, 191.2, 191.2, None]
    assert table["at"].to_pylist()[1] == MINUTE + timedelta(seconds=1)


def test_a_bar_is_written_once_it_is_whole_and_holds_what_its_prints_count_for(tmp_path):
    path = tmp_path / "t.ring"

    with LiveWriter(path, ["AAPL"], 10, BARRED) as writer:
        bars = BarRows(writer, Timeframe.MIN_1, pictures.NOW)
        for tick in (
            trade(-1, 150.0),  # of the bar that had begun before
            trade(0, 100.0),
            trade(5, 103.0, sets_last=False),
            trade(6, 500.0, sets_range=False, sets_last=False),
            trade(59, 99.0, has_volume=False),
            pictures.quote("AAPL", 7.0),
            trade(61, 101.0),
            trade(30, 1.0),  # too late
        ):
            bars.take(tick)
        before = read_ring(path).num_rows
        bars.close(MINUTE + timedelta(minutes=2, seconds=1))
        still = read_ring(path).num_rows
        bars.close(MINUTE + timedelta(minutes=2, seconds=2))

    rows = read_ring(path).to_pylist()
    assert (before, still, len(rows)) == (1, 1, 2)
    assert rows[0] == {
        "at": MINUTE,
        "symbol": "AAPL",
        "open": 100.0,
        "high": 103.0,
        "low": 99.0,
        "close": 99.0,
        "volume": 30.0,
    }
    assert rows[1]["at"] == MINUTE + timedelta(minutes=1)


def test_what_is_not_in_it_is_said():
    lost = Lost()
    nothing = lost.words
    lost.missed, lost.breaks = 1_200, 2

    assert nothing == ""
    assert lost.words == (
        "Not all is in it: 1,200 ticks came faster than they were kept and the desk was not heard"
        " 2 times."
    )


def test_the_pace_stands_in_the_origin():
    words = [
        LiveWish(name="x", symbols=("AAPL",), every=every).words
        for every in ("0.5", "tick", "5min")
    ]

    assert words == ["AAPL every 0.5 s", "AAPL every tick", "AAPL 5Min bars"]


@pytest.mark.parametrize(
    "terms",
    [{"symbols": ()}, {"every": "0"}, {"every": "inf"}, {"every": "soon"}, {"every": "1Day"}],
)
def test_a_wish_that_means_nothing_is_refused_in_one_sentence(terms):
    with pytest.raises(LabProblem):
        LiveWish(**{"name": "x", "symbols": ("AAPL",), **terms})
