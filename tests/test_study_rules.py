"""What the screens judge by: the settings, the files of sectors, and what is wrong with them."""

from decimal import Decimal

import pytest

from console.bootstrap.study_rules import read_study_rules
from console.folders import StateFolder
from console.studies.study_rules import StudyRules


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config" / "killcord").mkdir(parents=True)
    (tmp_path / "demo").mkdir()
    return StateFolder(tmp_path / "demo")


def test_without_files_everything_is_its_default(folder):
    assert read_study_rules(folder) == StudyRules()


def test_settings_and_sectors_are_read_and_the_profiles_own_count_before_those_of_all(folder):
    common = folder.path.parent / "config" / "killcord"
    (common / "sectors.csv").write_text("AAPL,technology\nKO,drinks\n")
    (folder.path / "sectors.csv").write_text("KO,staples\n")
    folder.settings.write_text(
        "[pivots]\nwindow = 7\nmin_swing = 0.01\n[attention]\nheld_hours = 4\n"
        "[portfolio]\nconcentration = 0.1\n"
    )

    rules = read_study_rules(folder)

    assert rules.sectors == {"AAPL": "technology", "KO": "staples"}
    assert (rules.pivots.window, rules.pivots.min_swing) == (7, 0.01)
    assert rules.attention.held_hours == 4
    assert rules.portfolio.concentration == Decimal("0.1")


def test_a_mistake_in_the_sectors_makes_them_unknown_and_is_told(folder):
    common = folder.path.parent / "config" / "killcord"
    (common / "sectors.csv").write_text("KO,staples\n")
    (folder.path / "sectors.csv").write_text("AAPL,technology\nKO\n")

    rules = read_study_rules(folder)

    assert rules.sectors == {}
    assert "sectors.csv, line 2: write a symbol" in rules.trouble


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[pivots]\nwindow = 10\n", "window is odd and at least 3 bars, it is 10"),
        ("[gate]\nleast_trades = 0\n", "line 2: gate.least_trades must be 1 to"),
    ],
)
def test_a_mistake_in_the_settings_leaves_the_defaults_and_is_told(folder, text, words):
    folder.settings.write_text(text)

    rules = read_study_rules(folder)

    assert rules == StudyRules(trouble=rules.trouble)
    assert words in rules.trouble
