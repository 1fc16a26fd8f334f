import json

import pytest

from console.cli import main


@pytest.fixture
def data(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))

    def run(*words):
        status = main(["data", *map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


@pytest.fixture
def prices(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text(
        "at,symbol,price,size\n"
        "2024-01-02T15:00:00Z,AAPL,190.10,100\n"
        "2024-01-02T15:00:01Z,MSFT,390.10,200\n"
        "2024-01-02T15:00:02Z,AAPL,,300\n"
    )
    return path


def test_a_file_is_loaded_listed_shown_and_dropped(data, prices):
    assert data("load", prices)[:2] == (
        0,
        "prices: 3 rows, 4 columns, 97 B in memory.\n",
    )
    assert "prices" in data("list")[1]
    assert "symbol  text    symbol" in data("show", "prices")[1]
    assert data("drop", "prices") == (0, "prices is dropped, 3 rows.\n", "")
    assert data("list") == (0, "No datasets: make one with `killcord data load FILE`.\n", "")


def test_json_says_what_the_table_says(data, prices):
    loaded = json.loads(data("load", prices, "--json")[1])
    shown = json.loads(data("show", "prices", "--json")[1])

    assert loaded["rows"] == 3
    assert {c["name"]: c["role"] for c in shown["columns"]} == {
        "at": "time",
        "symbol": "symbol",
        "price": "price",
        "size": "size",
    }
    assert shown["columns"][2]["missing"] == 1
    assert shown["columns"][2]["mean"] == pytest.approx(290.1)


def test_what_cannot_be_done_is_one_sentence_and_status_1(data, prices):
    data("load", prices)

    assert data("load", prices) == (
        1,
        "",
        (
            "killcord data: There is a dataset prices already: give another name, or drop it"
            " first.\n"
        ),
    )
    assert data("show", "nix\x1b[2J") == (
        1,
        "",
        "killcord data: There is no dataset 'nix[2J': there are prices.\n",
    )
