"""The examples of the page on one's own code, run again where the data lies."""

import re
import shlex
from pathlib import Path

import pytest

from console.cli import main
from tests.sandbox.conftest import isolation

__all__ = ["isolation"]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/using/code.md").read_text(encoding="utf-8")
DATA = ROOT / "../shared/data"
PYTHON = re.findall(r"^```python\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
EXAMPLE = re.compile(r"^```console\n\$ killcord (.*)\n((?:.*\n)*?)```$", re.MULTILINE)


@pytest.fixture
def killcord(tmp_path, monkeypatch, capsys):
    if not DATA.is_dir():
        pytest.skip("the recorded bars are not here: ../shared/data")
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))

    def run(*words):
        status = main([*map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def file_of(tmp_path, number):
    path = tmp_path / "mine.py"
    path.write_text(PYTHON[number])
    return path


def test_the_run_of_the_page_does_what_the_page_says(isolation, killcord, tmp_path):
    killcord("data", "load", DATA / "bars-daily.parquet", "--name", "daily")
    words = ("--data", "daily", "--set", "window=50", "--keep", "means")

    status, out, err = killcord("code", "run", file_of(tmp_path, 0), *words)

    assert (status, err) == (0, "")
    assert out.startswith("5849 days\n\nthe last days, 3 rows:")
    assert "means: 5,849 rows, 3 columns" in out


@pytest.mark.long
@pytest.mark.parametrize("name", ["above-mean", "dips"])
def test_the_strategies_of_the_page_can_be_back_tested(isolation, killcord, tmp_path, name):
    words = ("--code", file_of(tmp_path, 1), "--file", DATA / "bars-minute.parquet")

    status, out, err = killcord("backtest", name, "SPY", *words)

    assert (status, err) == (0, "")
    assert out.startswith(f"{name} (bars ")


def test_the_tries_of_the_page_find_what_the_page_shows(killcord):
    examples = EXAMPLE.findall(PAGE)

    for line, shown in examples:
        words = [DATA / word if word.endswith(".parquet") else word for word in shlex.split(line)]
        assert killcord(*words)[1].splitlines() == shown.splitlines()
    assert len(examples) == 1
