"""`killcord study`, as the manual shows it, on a real desk and venue."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e
MANUAL = Path(__file__).parents[2] / "docs/using/analytics.md"
EXAMPLES = re.findall(r"`killcord (study [^`]*)`", MANUAL.read_text(encoding="utf-8"))
RUN_ALL = """
import contextlib, io, json, sys
from console.cli import main
told = {}
for line in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = main(line.split())
    told[line] = status, out.getvalue()
json.dump(told, sys.stdout)
"""
"""One interpreter for all commands: most of a small command is starting Python."""


def run_all(rig, lines):
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL],
        input=json.dumps(lines),
        env=rig.env,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_example_of_the_manual_prints_its_study(rig):
    examples = [one for one in EXAMPLES if "NAME" not in one]
    as_json = ["study pivots SPY --bars 60 --json", "study regime --json"]
    wrong = ["study rsi", "study rsi ZZZZ"]
    rig.start_venue()
    rig.start_desk()

    told = run_all(rig, [*examples, *as_json, *wrong])

    assert len(examples) == 12
    assert {told[one][0] for one in [*examples, *as_json]} == {0}
    assert all(len(told[one][1].splitlines()) >= 5 for one in examples)
    assert all("\x1b" not in printed for _, printed in told.values())
    pivots, regime = (json.loads(told[one][1]) for one in as_json)
    assert set(pivots["lines"]) == {"peak", "trough", "signal"}
    assert {len(line) for line in pivots["lines"].values()} == {len(pivots["at"])}
    assert pivots["lines"]["signal"][:10] == [None] * 10
    assert set(regime["funds"]) == {"SPY", "QQQ", "IWM"}
    assert [told[one][0] for one in wrong] == [2, 1]
    assert "needs a symbol" in told[wrong[0]][1]
    assert "There are no bars of ZZZZ" in told[wrong[1]][1]
