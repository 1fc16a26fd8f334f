"""The examples of the manual, typed again: what the page shows is what is printed."""

import re
import shlex
from pathlib import Path

import pytest

from console.cli import main
from console.commands.backtest_record import kept
from console.folders import state_folder

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/using/backtesting.md"
DATA = ROOT / "../shared/data"
EXAMPLE = re.compile(r"^```console\n\$ killcord (.*)\n((?:.*\n)*?)```$", re.MULTILINE)
FRAME = set("│┤┌└")
KEY = re.compile(r"\d{8}-\d+")


def examples():
    return EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))


def typed(line, capsys):
    """Run a line as it is typed where the data lies; return what it prints."""
    keys = [one.key for one in kept(state_folder("demo"))]
    line = KEY.sub(lambda named: keys[int(named[0].partition("-")[2]) - 1], line)
    words = [str(DATA / word) if word.endswith(".parquet") else word for word in shlex.split(line)]
    main(words)
    return KEY.sub("NUMBER", capsys.readouterr().out)


def words_of(text):
    """Return the lines but those of the picture, whose dots hang on the last digit."""
    return [line.rstrip() for line in text.splitlines() if not FRAME & set(line)]


def test_every_example_of_the_page_prints_what_the_page_shows(tmp_path, monkeypatch, capsys):
    if not DATA.is_dir():
        pytest.skip("the recorded bars are not here: ../shared/data")
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "90")
    shown = examples()

    printed = [typed(line, capsys) for line, _ in shown]

    for (line, told), found in zip(shown, printed, strict=True):
        assert words_of(found) == words_of(KEY.sub("NUMBER", told)), line


def test_the_page_has_examples():
    lines = " ".join(line for line, _ in examples())

    assert len(examples()) >= 6
    for word in ("--sweep", "--walk-forward", "--check-lookahead", "--split", "backtests"):
        assert word in lines
