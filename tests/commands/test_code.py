"""`killcord code`: a file of Python over datasets, and what is written down of it."""

import json

import pytest

from console.cli import main
from tests.sandbox.conftest import isolation

__all__ = ["isolation"]

SOURCE = """
PARAMETERS = {"times": 2}
print("\\x1b[31mred", df.price.sum())
df["price"] = df.price * PARAMETERS["times"]
show(df, "doubled")
plot(price=df.price, title="prices")
result = df.dropna()
"""


@pytest.fixture
def killcord(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))

    def run(*words):
        status = main([*map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


@pytest.fixture
def prices(tmp_path, killcord):
    path = tmp_path / "prices.csv"
    path.write_text("symbol,price\nAAPL,190.10\nMSFT,390.10\nAAPL,\n")
    killcord("data", "load", path)
    return "prices"


def file_of(tmp_path, code, name="mine.py"):
    path = tmp_path / name
    path.write_text(code)
    return path


def test_a_run_prints_shows_draws_and_gives_back_a_dataset(isolation, killcord, prices, tmp_path):
    file = file_of(tmp_path, SOURCE)

    status, out, err = killcord(
        *("code", "run", file, "--data", prices, "--set", "times=3", "--keep", "tripled")
    )
    shown = json.loads(killcord("data", "show", "tripled", "--json")[1])
    past = json.loads(killcord("code", "history", "--json")[1])

    assert (status, err) == (0, "")
    assert "[31mred 580.2" in out
    assert "\x1b" not in out
    assert "doubled, 3 rows:" in out
    assert "AAPL      570.3" in out
    assert "prices\n" in out
    assert "tripled: 2 rows, 2 columns" in out
    assert (shown["rows"], shown["operation"], shown["detail"]) == (2, "code", "mine.py, run 1")
    assert shown["parents"][0].startswith("prices#")
    assert past[0]["parameters"] == {"times": 3}
    assert past[0]["code"] == SOURCE


def test_a_mistake_is_one_sentence_with_its_line_and_is_written_down(isolation, killcord, tmp_path):
    file = file_of(tmp_path, "x = 1\nprint('so far')\ny = x / 0\n")

    status, out, err = killcord("code", "run", file)
    history = killcord("code", "history")[1]

    assert (status, out) == (1, "so far\n")
    assert err == "mine.py, line 3: ZeroDivisionError: division by zero\n"
    assert "line 3: ZeroDivisionError" in history
    assert killcord("code", "history", 1)[1].startswith("x = 1\n")


def test_json_says_all_of_it(isolation, killcord, prices, tmp_path):
    file = file_of(tmp_path, SOURCE + "1 / 0")

    status, out, _ = killcord("code", "run", file, "--data", prices, "--json")
    told = json.loads(out)

    assert status == 1
    assert told["line"] == 8
    assert [one["title"] for one in told["shown"]] == ["doubled", "prices"]
    assert told["result"] is None


def test_what_cannot_be_asked_is_one_sentence(killcord, tmp_path):
    missing = killcord("code", "run", tmp_path / "none.py")
    unknown = killcord("code", "history", 7)

    assert missing[0] == unknown[0] == 1
    assert "No such file" in missing[2]
    assert unknown[2] == "killcord code: no run is numbered 7: killcord code history\n"


def test_nothing_is_kept_of_a_run_that_gave_nothing_back(isolation, killcord, tmp_path):
    file = file_of(tmp_path, "print('hello')")

    status, _, err = killcord("code", "run", file, "--keep", "mine")

    assert (status, err) == (1, "killcord code: The code left no `result`: nothing was kept.\n")


def test_the_wall_is_described(isolation, killcord):
    status, out, _ = killcord("code", "check")

    assert status == 0
    assert out.startswith(f"Code runs inside bubblewrap {isolation.version}")


STRATEGY = """
from killcord import Intent, Strategy, Target

class EveryOther(Strategy):
    bars: int = 2

    def decide(self, window):
        print("bar", len(window)) if len(window) == 1 else None
        return Intent(target=Target.LONG if len(window) % self.bars else Target.FLAT)

class Late(Strategy):
    def decide(self, window):
        return Intent(target=Target.LONG, stop_price=-1.0)
"""


def test_a_strategy_of_ones_own_is_back_tested_kept_and_checked(isolation, killcord, tmp_path):
    code, bars = file_of(tmp_path, STRATEGY), tmp_path / "bars.csv"
    times = [f"2013-10-07T14:{minute:02}:00Z" for minute in range(60)]
    rows = "\n".join(f"{at},TEST,10,11,9,10,100" for at in times)
    bars.write_text(f"ts,symbol,open,high,low,close,volume\n{rows}\n")
    words = ("TEST", "--code", code, "--file", bars)

    status, out, err = killcord("backtest", "every-other", *words, "--set", "bars=3", "--json")
    kept = json.loads(killcord("backtests", "--json")[1])
    checked = killcord("backtest", "every-other", *words, "--check-lookahead")
    wrong = killcord("backtest", "late", *words)
    unknown = killcord("backtest", "nobody", "TEST", "--file", bars)

    assert (status, err) == (0, "mine.py printed:\nbar 1\n")
    assert json.loads(out) == kept[0]
    assert kept[0]["strategy"] == "every-other"
    assert kept[0]["parameters"] == {"bars": 3}
    assert "; code mine.py, " in kept[0]["source"]
    assert len(kept[0]["trades"]) == 20
    assert checked[0] == 0
    assert "cannot look ahead" in checked[1]
    assert wrong[:2] == (1, "")
    assert wrong[2] == "an Intent is a target and, at most, prices above 0\n"
    assert unknown[0] == 2
    assert "no strategy is called 'nobody'" in unknown[2]
