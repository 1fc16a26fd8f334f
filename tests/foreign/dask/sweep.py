"""Sweep on a Dask cluster of two processes on loopback, and alone; print both as JSON.

Run with the project on its path: every worker needs Killcord.
"""

import json
from dataclasses import asdict

import numpy as np
from distributed import LocalCluster

from console.backtest.bars import make_bars
from console.backtest.crews import Dask, NoCrew
from console.backtest.rules import Rules
from console.backtest.sweeps import Alone, Task, grid, sweep
from console.domain.market import Timeframe


def task():
    """Return a sweep over a random walk."""
    closes = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.001, 2_000)))
    opens = np.concatenate((closes[:1], closes[:-1]))
    prices = (opens, np.maximum(opens, closes), np.minimum(opens, closes), closes)
    at = 1_381_152_600.0 + 60 * np.arange(2_000)
    bars = make_bars("WALK", Timeframe.MIN_1, at, prices=prices, volume=np.ones(2_000))
    return Task(name="sma-cross", bars=bars, rules=Rules(may_short=True))


def main():
    """Print what both crews found, and what is said of an address where nobody is."""
    shared, choices = task(), grid("sma-cross", {"fast": "2:20", "slow": "10:60:10"}, {})
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        found = [asdict(one) for part in sweep(shared, choices, Dask(address)) for one in part]
    alone = [asdict(one) for part in sweep(shared, choices, Alone()) for one in part]
    try:
        next(sweep(shared, choices, Dask(address)))
        refused = ""
    except NoCrew as missing:
        refused = str(missing)
    print(json.dumps({"dask": found, "alone": alone, "address": address, "refused": refused}))


if __name__ == "__main__":
    main()
