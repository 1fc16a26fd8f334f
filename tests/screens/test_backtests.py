"""The back-test screen: what its keys ask of the lab, and what it shows of a run."""

import pytest

from console.screens.backtest_lines import bars_words, terms_words
from console.screens.backtests import BacktestScreen
from tests.screens.consoles import ROOMY, SMALL, USUAL, Time, console_of, running, until
from tests.screens.fake_lab import FakeLab
from tests.screens.fakes import FakeDesk
from tests.screens.test_datasets import shown, write
from widgets.run_view import RunList


async def open_backtests(pilot):
    await pilot.press("B")
    await until(pilot, lambda: isinstance(pilot.app.screen, BacktestScreen))
    await until(pilot, lambda: "total return" in shown(pilot, "#run-figures"))
    await pilot.pause()


async def test_what_is_chosen_is_run_for_each_symbol_and_the_newest_shown():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_backtests(pilot)
        await pilot.press("right")
        await write(pilot, "y", "spy ibm")
        await write(pilot, "b", "minutes from=2013-10-07")
        await write(pilot, "o", "fast=5,10 short")
        await pilot.press("enter")
        await until(pilot, lambda: "Kept as" in shown(pilot, "#lab-remarks"))
        await until(pilot, lambda: "of 20260302-4" in shown(pilot, "#run-figures"))
        head = shown(pilot, "#run-head")

    tail = ["--dataset", "minutes", "--from", "2013-10-07", "--sweep", "fast=5,10", "--short"]
    assert [asked["words"] for asked in lab.asked_for("run_backtest")] == [
        ["momentum", "SPY", *tail],
        ["momentum", "IBM", *tail],
    ]
    assert "SPY IBM" in head


async def test_a_run_says_how_far_it_is_and_is_canceled():
    lab = FakeLab()
    lab.progress["run_backtest"] = [(0.8, "AAPL: runs")]
    lab.troubles["run_backtest"] = "Canceled; nothing was kept."
    async with running(lab=lab) as pilot:
        await open_backtests(pilot)
        lab.may_answer.clear()
        await pilot.press("enter")
        await until(pilot, lambda: "80% AAPL: runs" in shown(pilot, "#lab-remarks"))
        await pilot.press("x")
        lab.may_answer.set()
        await until(pilot, lambda: "nothing was kept" in shown(pilot, "#lab-remarks"))
        after = shown(pilot, "#lab-remarks")

    assert lab.canceled == ["work"]
    assert "80%" not in after


async def test_every_view_of_a_run_is_shown():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_backtests(pilot)
        await pilot.press("j", "right_square_bracket")
        await until(pilot, lambda: "a picture of equity" in shown(pilot, "#run-equity"))
        await pilot.press("right_square_bracket", "tab", "G")
        await until(pilot, lambda: "279.00" in shown(pilot, "#run-trades"))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "Nothing was searched" in shown(pilot, "#run-sweep"))

    assert lab.asked_for("run")[-1]["key"] == "20260302-1"


async def test_the_report_of_the_chosen_run_is_written():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_backtests(pilot)
        await pilot.press("e", "enter")
        await until(pilot, lambda: "The report is in" in shown(pilot, "#lab-remarks"))

    assert lab.asked_for("run_report") == [{"key": "20260302-2", "path": "20260302-2.html"}]


async def test_a_strategy_of_ones_own_is_run_from_its_file():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_backtests(pilot)
        await pilot.press("left")
        await write(pilot, "y", "spy")
        await pilot.press("enter")
        await until(pilot, lambda: "Kept as" in shown(pilot, "#lab-remarks"))

    assert lab.asked_for("run_backtest") == [{"words": ["calm", "SPY", "--code", "mine.py"]}]


async def test_runs_that_are_marked_are_compared_and_one_alone_is_not():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_backtests(pilot)
        rows = pilot.app.screen.query_one(RunList)
        await pilot.press("left_square_bracket", "m")
        await until(pilot, lambda: "Mark two runs or more" in shown(pilot, "#run-compare"))
        await pilot.press("j", "m")
        await until(pilot, lambda: "5 trades are the same" in shown(pilot, "#run-compare"))
        marked = [rows.row(key)[0].text for key in rows.keys]
        await pilot.press("m")
        await until(pilot, lambda: "Mark two runs or more" in shown(pilot, "#run-compare"))

    assert marked == ["20260302-2 ✓", "20260302-1 ✓"]
    asked = lab.asked_for("run_compared")
    assert [one["keys"] for one in asked] == [["20260302-2", "20260302-1"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("desk 5Min 2,000", ["--timeframe", "5Min", "--bars", "2000"]),
        ("bars.parquet all", ["--file", "bars.parquet", "--session", "all"]),
        ("dataset minutes to=2013-10-08", ["--dataset", "minutes", "--to", "2013-10-08"]),
    ],
)
def test_bars_are_said_in_few_words(text, words):
    assert bars_words(text) == words


def test_terms_are_options_parameters_and_ranges():
    said = terms_words("fast=10 slow=30:60:10 spread-bps=1 short walk-forward=4")

    assert said == [
        *("--set", "fast=10", "--sweep", "slow=30:60:10", "--spread-bps", "1"),
        *("--short", "--walk-forward", "4"),
    ]
    with pytest.raises(ValueError, match="fast says no value"):
        terms_words("fast")


@pytest.mark.parametrize(
    "size",
    [SMALL, USUAL, pytest.param(ROOMY, marks=pytest.mark.long)],
    ids=["80x24", "120x40", "200x60"],
)
def test_the_back_test_screen(snap_compare, size):
    app = console_of(FakeDesk(), Time(), lab=FakeLab())

    async def draw(pilot):
        await until(pilot, lambda: app.session is not None and app.session.link.is_attached)
        await open_backtests(pilot)
        app.session.draw_frame()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=draw)
