"""The lines of the dataset screen: what they mean, and what is said of those that mean nothing."""

import pytest

from console.screens.lab_lines import read_load, read_take


def test_a_file_may_have_blanks_and_a_name_after_it():
    assert read_load("a b.csv") == {"path": "a b.csv", "name": ""}
    assert read_load("dir/a.csv mine") == {"path": "dir/a.csv", "name": "mine"}


def test_what_is_taken_has_symbols_and_terms():
    assert read_take("Bars aapl AAPL msft") == {
        "source": "bars",
        "symbols": ["AAPL", "MSFT"],
        "name": "bars",
    }
    assert read_take("live spy every=0.5 name=t") == {
        "source": "live",
        "symbols": ["SPY"],
        "name": "t",
        "every": "0.5",
        "rows": 10_000,
    }


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("tape AAPL", "Nothing is called tape"),
        ("bars", "bars are of symbols"),
        ("orders rows=5", "orders has no rows"),
        ("live AAPL rows=many", "rows=many is no whole number"),
    ],
)
def test_what_means_nothing_is_one_sentence(line, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_take(line)
