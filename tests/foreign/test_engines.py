"""Other engines on the same rules make the same trades; a cluster finds what one process does.

Each runs in an environment of its own, made by `make engines`.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from console.backtest.rules import Rules
from console.backtest.seeds.sma_cross import SmaCross
from console.backtest.vectorised import run_signals
from tests.backtest.markets import bars_of, random_walk

ROOT = Path(__file__).parents[2]
DRIVERS = Path(__file__).parent
PATIENCE = 900.0
FAST, SLOW = 5, 20

pytestmark = pytest.mark.long


def answer(environment, script, given=""):
    """Return what a script prints in its environment; skip where that is not made."""
    place = ROOT / ".foreign" / environment
    if not (place / "ready").exists():
        pytest.skip(f"the environment of {environment} is not made: run `make engines`")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [place / "bin/python", DRIVERS / environment / script],
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**kept, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout.splitlines()[-1])


def in_cents():
    """A random walk in whole cents over few of them: full of ties."""
    chance = np.random.default_rng(9)
    return bars_of(np.round(20 + np.cumsum(chance.integers(-1, 2, 6_000)) / 100, 2))


def with_gaps():
    return random_walk(6_000, seed=12)


@pytest.mark.parametrize("market", [in_cents, with_gaps])
def test_the_trades_equal_those_of_backtesting_py_and_vectorbt(market):
    bars = market()
    given = {name: getattr(bars, name).tolist() for name in ("open", "high", "low", "close")}

    told = answer("engines", "trades.py", json.dumps({**given, "fast": FAST, "slow": SLOW}))

    run = run_signals(SmaCross(fast=FAST, slow=SLOW), bars, Rules(qty=1))
    done = run.closed
    ours = [run.trades.entry, run.trades.exit, run.trades.entry_price, run.trades.exit_price]
    table = np.column_stack([column[done] for column in ours])
    assert len(table) > 100
    for engine in ("backtesting.py", "vectorbt"):
        assert np.array_equal(table, np.array(told[engine]["trades"])), engine


def test_a_dask_cluster_finds_what_one_process_finds():
    told = answer("dask", "sweep.py")

    assert told["address"].startswith("tcp://127.0.0.1:")
    assert len(told["alone"]) == 19 * 6
    assert told["dask"] == told["alone"]
    assert "no Dask scheduler answers at tcp://127.0.0.1:" in told["refused"]
