"""The desk in a world of bad luck: every promise holds at every step, in every seed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sim.world import simulate

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BLOCK = 10
SHORT_BLOCKS = 6
LONG_BLOCK = 250
LONG_SEEDS = 10_000


def failed_once() -> list[int]:
    """Return the seeds that are kept because they once found something."""
    lines = (HERE / "seeds.txt").read_text().splitlines()
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


def broken(first: int, count: int) -> list[str]:
    """Run some seeds; return what each that failed has to say, with how to see it again."""
    runs = [simulate(seed) for seed in range(first, first + count)]
    return [
        f"python tools/killcord_sim.py --seed {run.seed} --verbose: {run.broken}"
        for run in runs
        if run.broken
    ]


@pytest.mark.parametrize("seed", failed_once())
def test_what_failed_once_never_fails_again(seed):
    assert simulate(seed).broken == ""


@pytest.mark.parametrize("block", range(SHORT_BLOCKS))
def test_every_promise_holds_in_every_seed(block):
    assert broken(block * BLOCK, BLOCK) == []


@pytest.mark.long
@pytest.mark.parametrize("block", range(LONG_SEEDS // LONG_BLOCK))
def test_every_promise_holds_in_ten_thousand_seeds(block):
    assert broken(block * LONG_BLOCK, LONG_BLOCK) == []


def test_the_seeds_trade_crash_and_halt():
    runs = [simulate(seed) for seed in range(BLOCK)]

    assert sum(run.fills for run in runs) > BLOCK
    assert sum(run.crashes for run in runs) > 1
    assert sum(run.halts for run in runs) > BLOCK


def test_a_seed_is_the_same_run_every_time():
    first, again, other = simulate(3), simulate(3), simulate(4)

    assert first == again
    assert first.trace != other.trace


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_seed_is_the_same_run_in_another_process(hash_seed):
    told = subprocess.run(
        [sys.executable, "tools/killcord_sim.py", "--seed", "3"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )

    assert f"trace {simulate(3).trace[:16]}" in told.stdout, told.stderr
