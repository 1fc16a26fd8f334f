"""Strategies in a trader's own files are found by reading, never by running."""

from console.commands.own_strategies import own_strategies

CODE = """
from killcord import SignalStrategy, Strategy

class Rising(SignalStrategy):
    bars: int = 3
    words: str = "no parameter"

    def targets(self, seen):
        return seen.close > 1

class Patient(Strategy):
    def decide(self, window): ...
"""


def told(folder):
    return [(one.label, one.parameters) for one in own_strategies(folder)]


def test_every_strategy_of_a_file_is_listed_with_its_parameters(tmp_path):
    (tmp_path / "mine.py").write_text(CODE)

    assert told(tmp_path) == [
        ("rising (mine.py)", "bars=3"),
        ("patient (mine.py)", ""),
    ]


def test_a_strategy_may_have_a_name_of_its_own_and_stand_on_another(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import killcord\n"
        "class SlowMean(killcord.SignalStrategy):\n    bars: int = 3\n    gap: float = -0.5\n"
        "class Quick(SlowMean):\n    name = 'q'\n"
        "class Other: ...\n"
    )

    assert told(tmp_path) == [("slow-mean (mine.py)", "bars=3 gap=-0.5"), ("q (mine.py)", "")]


def test_a_file_is_read_and_not_run_and_one_that_is_no_python_has_none(tmp_path):
    (tmp_path / "broken.py").write_text("class Broken(Strategy:\n")
    (tmp_path / "sly.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")

    assert told(tmp_path) == []
    assert not (tmp_path / "ran").exists()


def test_no_word_of_a_file_acts_on_a_terminal(tmp_path):
    (tmp_path / "mine.py").write_text("class A(Strategy):\n    name = 'a\\x1b]52;c;x'\n")

    assert "\x1b" not in told(tmp_path)[0][0]
