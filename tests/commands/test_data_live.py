"""Steps of the stream: what is new gets a row, and nothing else does."""

from dataclasses import replace

import pytest

from console.commands.data_live import LiveWish, Steps
from console.lab.live import LiveWriter, read_ring
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


@pytest.mark.parametrize("terms", [{"symbols": ()}, {"every": 0.0}, {"every": float("inf")}])
def test_a_wish_that_means_nothing_is_refused_in_one_sentence(terms):
    with pytest.raises(LabProblem):
        LiveWish(**{"name": "x", "symbols": ("AAPL",), **terms})
