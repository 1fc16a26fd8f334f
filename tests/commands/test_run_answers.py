"""What the back-test screen is told: the figures of the command and of the report, no others."""

import pytest

from console.backtest.findings import as_plain
from console.cli import main
from console.commands import backtest_text, run_answers
from console.commands.backtest_record import kept
from console.folders import state_folder
from console.lab.problems import LabProblem
from tests.commands.test_backtesting import bars, folder, run  # noqa: F401 - fixtures


def far(share, words=""):
    assert 0 <= share <= 1


def text_of(picture):
    return "\n".join("".join(part for part, _ in line) for line in picture)


def test_the_screen_the_command_and_the_report_tell_the_same_figures(bars, folder):  # noqa: F811
    at = state_folder("demo")
    words = ["sma-cross", "SPY", "--file", str(bars), "--sweep", "fast=5:15:5", "--short"]
    told = run_answers.backtest(at, {"words": words}, far)
    assert run(*words) == 0
    mine, theirs = kept(at)
    shown = run_answers.run(at, {"key": told["key"], "width": 200}, far)
    page = folder / "report.html"
    run_answers.report(at, {"key": told["key"], "path": str(page)}, far)

    assert as_plain(mine)["metrics"] == as_plain(theirs)["metrics"]
    assert mine.sweep == theirs.sweep
    for line in backtest_text.figures(theirs).splitlines():
        assert line in text_of(shown["figures"])
    for name, figure, _ in backtest_text.columns([theirs.metrics, theirs.hold]):
        assert f"<td>{name}</td><td>{figure}</td>" in page.read_text()
    assert len(shown["trades"]) == len(theirs.trades)


def test_a_run_of_the_screen_says_whether_it_looks_ahead(bars):  # noqa: F811
    at = state_folder("demo")
    honest = run_answers.backtest(at, {"words": ["momentum", "SPY", "--file", str(bars)]}, far)
    words = ["momentum", "SPY", "--file", str(bars), "--peek", "1"]
    cheat = run_answers.backtest(at, {"words": words}, far)
    main(["backtest", "momentum", "SPY", "--file", str(bars)])

    shown = [run_answers.run(at, {"key": one.key, "width": 200}, far) for one in kept(at)]
    assert "does not look ahead here" in text_of(shown[0]["figures"])
    assert "was not checked" in text_of(shown[1]["figures"])
    assert (honest["is_kept"], cheat["is_kept"]) == (True, False)
    assert len(kept(at)) == 2


def test_equity_and_drawdown_are_drawn_and_the_map_marks_its_best(bars):  # noqa: F811
    at = state_folder("demo")
    words = [
        "sma-cross",
        "SPY",
        "--file",
        str(bars),
        "--sweep",
        "fast=5,10",
        "--sweep",
        "slow=20,30",
    ]
    key = run_answers.backtest(at, {"words": words}, far)["key"]

    drawn = run_answers.curve(at, {"key": key, "width": 60, "height": 20}, far)["picture"]
    searched = run_answers.run(at, {"key": key, "width": 80}, far)["sweep"]

    assert len(drawn) <= 20
    assert "equity, dollars" in text_of(drawn)
    assert "%┤" in text_of(drawn)
    assert text_of(searched).count("▸") == 1
    assert "The best of 4 choices" in text_of(searched)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["sma-cross", "SPY", "--fil"], "Argument --file: expected one argument."),
        (["sma-cross", "SPY", "--from", "soon"], "is no day"),
        (["sma-cross", "SPY", "--set", "fast=90"], "must be shorter"),
    ],
)
def test_a_mistake_in_the_words_is_one_sentence(bars, words, sentence):  # noqa: F811
    with pytest.raises((LabProblem, ValueError), match=sentence):
        run_answers.backtest(state_folder("demo"), {"words": words}, far)
