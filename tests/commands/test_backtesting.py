"""The commands as typed: what is printed, kept, checked and refused."""

import json
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from console.backtest.catalogue import STRATEGIES
from console.cli import main
from console.commands.backtest_words import NAMES

BEGIN = datetime(2013, 10, 7, 13, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A state folder of its own; the terminal's width is part of what is printed."""
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def bars(folder):
    """A file with 600 minutes of a random walk of two symbols."""
    chance = np.random.default_rng(3)
    closes = np.round(100 * np.exp(np.cumsum(chance.normal(0, 0.002, 600))), 2)
    opens = np.concatenate((closes[:1], closes[:-1]))
    at = [BEGIN + timedelta(days=place // 300, minutes=place % 300) for place in range(600)]
    one = pa.table(
        {
            "ts": pa.array(at, pa.timestamp("us", tz="UTC")),
            "symbol": ["SPY"] * 600,
            "open": opens,
            "high": np.maximum(opens, closes),
            "low": np.minimum(opens, closes),
            "close": closes,
            "volume": chance.integers(1, 500, 600),
        }
    )
    path = folder / "bars.parquet"
    parquet.write_table(one, path)
    csv.write_csv(one, folder / "bars.csv")
    return path


def run(*words):
    return main(["backtest", *map(str, words)])


def test_the_names_in_the_grammar_are_the_strategies_there_are():
    assert set(NAMES) == set(STRATEGIES)


@pytest.mark.parametrize("name", NAMES)
def test_every_strategy_is_run_told_and_kept(name, bars, capsys):
    status = run(name, "SPY", "--file", bars)

    told = capsys.readouterr().out
    assert status == 0
    assert "600 bars of 1Min" in told
    assert "buy and hold" in told
    assert "before costs" in told
    key = re.search(r"Kept as (\S+):", told)[1]
    assert main(["backtests", key]) == 0
    again = capsys.readouterr().out
    assert again.strip() == told.partition("\nKept as")[0].strip()


def test_a_csv_file_says_the_same_as_parquet(bars, capsys):
    answers = []
    for path in (bars, bars.with_suffix(".csv")):
        assert run("momentum", "SPY", "--file", path, "--json") == 0
        answers.append(json.loads(capsys.readouterr().out))

    assert answers[0]["metrics"] == answers[1]["metrics"]
    assert answers[0]["trades"] == answers[1]["trades"]


def test_costs_make_the_same_trades_dearer(bars, capsys):
    costs = ["--spread-bps", 4, "--fee-bps", 1]
    found = []
    for terms in ([], costs):
        run("momentum", "SPY", "--file", bars, "--qty", 10, "--json", *terms)
        found.append(json.loads(capsys.readouterr().out))

    free, charged = found
    assert [t["entered_at"] for t in free["trades"]] == [t["entered_at"] for t in charged["trades"]]
    assert charged["metrics"]["total_return"] < free["metrics"]["total_return"]
    assert charged["metrics"]["cost"] > free["metrics"]["cost"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_check_passes_what_is_honest_and_catches_look_ahead_switched_on(name, bars, capsys):
    honest = run(name, "SPY", "--file", bars, "--check-lookahead")
    said = capsys.readouterr().out
    cheat = run(name, "SPY", "--file", bars, "--check-lookahead", "--peek", 3)
    caught = capsys.readouterr().out

    assert (honest, cheat) == (0, 1)
    assert "does not look ahead" in said
    assert "LOOKS AHEAD" in caught


def test_a_result_with_look_ahead_is_not_kept_and_says_so(bars, capsys):
    run("momentum", "SPY", "--file", bars, "--peek", 1)
    told = capsys.readouterr().out
    main(["backtests"])

    assert "LOOK-AHEAD IS SWITCHED ON" in told
    assert "No back-test has been kept yet" in capsys.readouterr().out


def test_a_sweep_keeps_the_best_and_a_walk_says_what_was_out_of_sample(bars, capsys):
    status = run(
        "sma-cross", "SPY", "--file", bars, "--sweep", "fast=2:8:2", "--sweep", "slow=5,20",
        "--walk-forward", 3, "--json",
    )  # fmt: skip

    found = json.loads(capsys.readouterr().out)
    assert status == 0
    assert len(found["sweep"]) == 8
    sharpes = [one["sharpe"] for one in found["sweep"] if one["sharpe"] is not None]
    assert found["metrics"]["sharpe"]["value"] == pytest.approx(max(sharpes))
    assert len(found["walk"]["folds"]) == 2
    assert found["luck"] > 0


def test_kept_back_tests_are_listed_and_compared(bars, capsys):
    run("momentum", "SPY", "--file", bars)
    run("sma-cross", "SPY", "--file", bars)
    keys = re.findall(r"Kept as (\S+):", capsys.readouterr().out)

    main(["backtests"])
    listed = capsys.readouterr().out.splitlines()
    main(["backtests", *keys])
    compared = capsys.readouterr().out

    assert [line.split()[0] for line in listed[1:]] == keys[::-1]
    assert compared.splitlines()[0].split() == keys
    assert "momentum" in compared
    assert "sma-cross" in compared


def test_the_report_is_one_page_that_loads_nothing(bars, folder, capsys):
    page = folder / "report.html"

    run("sma-cross", "SPY", "--file", bars, "--sweep", "fast=2:6:2", "--sweep", "slow=10,20",
        "--report", page)  # fmt: skip

    text = page.read_text()
    assert "default-src 'none'" in text
    assert re.findall(r"<script|src=|href=|url\(|https?:", text) == []
    assert "Sharpe ratio by fast (down) and slow (across)" in text
    assert "<polyline" in text


def test_names_from_outside_are_escaped_in_the_report(bars, folder, capsys):
    evil = folder / "<img src=x>&.parquet"
    bars.rename(evil)
    page = folder / "report.html"

    run("momentum", "SPY", "--file", evil, "--report", page)

    text = page.read_text()
    assert "<img" not in text
    assert "&lt;img src=x&gt;&amp;.parquet" in text


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--set", "speed=3"], 2, "sma-cross has no 'speed'; it has fast, slow"),
        (["--set", "fast"], 2, "'fast' says no value"),
        (["--set", "fast=60"], 2, "the fast average must be shorter"),
        (["--sweep", "fast=9:1"], 2, "fast=9:1 is no range"),
        (["--walk-forward", "3"], 2, "--walk-forward chooses among the choices of --sweep"),
        (["--spread-bps", "-1"], 2, "spread_bps cannot be below 0"),
        (["--cash", "0"], 2, "a back-test needs cash"),
        (["--sweep", "fast=60,70"], 1, "no choice of the sweep came to anything"),
        (["--sweep", "fast=2:9", "--dask", "tcp://127.0.0.1:1"], 1, "Dask"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_a_status(words, status, sentence, bars, capsys):
    assert run("sma-cross", "SPY", "--file", bars, *words) == status

    said = capsys.readouterr().err.strip()
    assert sentence in said
    assert len(said.splitlines()) == 1


def test_files_that_hold_no_bars_say_what_is_wrong(bars, folder, capsys):
    junk, thin = folder / "junk.parquet", folder / "thin.csv"
    junk.write_bytes(b"PAR1 but not really")
    thin.write_text("ts,close\n2013-10-07T13:30:00Z,10\n")

    statuses = [
        run("momentum", symbol, "--file", path)
        for symbol, path in (
            ("SPY", folder / "none.parquet"),
            ("SPY", junk),
            ("SPY", thin),
            ("QQQ", bars),
        )
    ]

    said = capsys.readouterr().err
    assert statuses == [1, 1, 1, 1]
    assert "there is no file at" in said
    assert "junk.parquet cannot be read as bars" in said
    assert "thin.csv has no column open, high, low, volume" in said
    assert "bars.parquet has no bars of QQQ; it has SPY" in said


def test_without_a_desk_and_a_file_there_are_no_bars(folder, capsys):
    assert run("momentum", "SPY") == 5

    assert "--file FILE" in capsys.readouterr().err


def test_an_unreadable_record_is_left_out_of_the_list(bars, folder, capsys):
    run("momentum", "SPY", "--file", bars)
    (folder / "state/demo/backtests/20130101-1.json").write_text('{"key": "half')

    assert main(["backtests", "20130101-1"]) == 1
    assert "no back-test is numbered 20130101-1" in capsys.readouterr().err
    assert main(["backtests"]) == 0


def test_only_the_days_that_are_named_are_traded(bars, capsys):
    assert run("momentum", "SPY", "--file", bars, "--from", "2013-10-08", "--json") == 0
    second = json.loads(capsys.readouterr().out)
    assert run("momentum", "SPY", "--file", bars, "--to", "2013-10-07", "--json") == 0
    first = json.loads(capsys.readouterr().out)

    assert (first["bars"], second["bars"]) == (300, 300)
    assert first["last_at"] < "2013-10-08" < second["first_at"]
    assert run("momentum", "SPY", "--file", bars, "--from", "2013-11-01") == 1
    assert "no bars between those days" in capsys.readouterr().err


def test_a_dataset_gives_the_figures_of_the_file_it_was_made_of(bars, capsys):
    assert main(["data", "load", str(bars), "--name", "minutes"]) == 0
    capsys.readouterr()

    told = []
    for words in (["--file", bars], ["--dataset", "minutes"]):
        assert run("sma-cross", "SPY", *words, "--json") == 0
        told.append(json.loads(capsys.readouterr().out))

    assert told[0]["metrics"] == told[1]["metrics"]
    assert "dataset minutes" in told[1]["source"]
    assert run("sma-cross", "SPY", "--dataset", "nix") == 1
    assert "There is no dataset 'nix'" in capsys.readouterr().err
