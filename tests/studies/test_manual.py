"""The manual of the studies tells what the code does."""

import doctest
from pathlib import Path

from console.cli import parser
from console.commands.study_words import OF_BARS, REGIME, TIMEFRAMES
from console.studies.catalog import BY_NAME

MANUAL = Path(__file__).parents[2] / "docs/using/analytics.md"


def test_every_python_example_gives_what_it_shows():
    told = doctest.testfile(str(MANUAL), module_relative=False)

    assert told.failed == 0
    assert told.attempted > 10


def test_every_study_can_be_asked_for_and_is_in_the_manual():
    manual = MANUAL.read_text(encoding="utf-8")

    assert set(OF_BARS) == set(BY_NAME)
    for name in [*OF_BARS, TIMEFRAMES, REGIME]:
        assert f"`killcord study {name}" in manual
        assert parser().parse_args(["study", name, "spy"]).symbol == "SPY"
