"""A back-test of a year of minutes, one and a hundred of them, beside a loop and other engines.

Ours is timed with its averages; vectorbt and backtesting.py are given theirs. They run where
`make engines` has made their environment.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from console.backtest.rules import Rules
from console.backtest.seeds.sma_cross import SmaCross
from console.backtest.sweeps import Alone, Task, grid, sweep
from console.backtest.vectorised import run_signals
from tests.backtest.markets import random_walk
from tests.bench.results import Result, say

ROOT = Path(__file__).parents[2]
ENGINES = ROOT / ".foreign/engines"
BARS = 98_000
FAST, SLOW = 20, 50
ROUNDS = 15
RANGES = {"fast": "2:20:2", "slow": "30:75:5"}
CHOICES = 100


def milliseconds(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median of some runs, as time of the processor: a crowded machine is no matter."""
    taken = []
    for _ in range(rounds):
        began = process_time()
        run()
        taken.append(process_time() - began)
    return statistics.median(taken) * 1e3


def loop(closes: list[float], opens: list[float]) -> float:
    """Return the cash of the same cross, written as it is first written."""
    cash, held, wish = 100_000.0, 0.0, None
    for place in range(len(closes)):
        if wish == "buy" and not held:
            held, cash = cash / opens[place], 0.0
        if wish == "sell" and held:
            held, cash = 0.0, held * opens[place]
        wish = None
        if place >= SLOW - 1:
            fast = sum(closes[place - FAST + 1 : place + 1]) / FAST
            slow = sum(closes[place - SLOW + 1 : place + 1]) / SLOW
            wish = "buy" if fast > slow else "sell"
    return cash + held * closes[-1]


def main() -> None:
    """Say every figure."""
    bars, rules = random_walk(BARS, seed=1), Rules()
    one = milliseconds(lambda: run_signals(SmaCross(FAST, SLOW), bars, rules))
    lists = bars.close.tolist(), bars.open.tolist()
    say(Result("SMA cross, 98k bars, and a loop", one, milliseconds(lambda: loop(*lists), 3), "ms",
               "<= 0.05"))  # fmt: skip
    task, choices = Task(name="sma-cross", bars=bars, rules=rules), grid("sma-cross", RANGES, {})
    many = milliseconds(lambda: list(sweep(task, choices, Alone())), 3)
    say(Result("100 with figures, and 100 bare runs", many, one * CHOICES, "ms", ""))
    if not (ENGINES / "ready").exists():
        print("vectorbt and backtesting.py are not here: make engines", file=sys.stderr)
        return
    given = {name: getattr(bars, name).tolist() for name in ("open", "high", "low", "close")}
    done = subprocess.run(
        [ENGINES / "bin/python", ROOT / "tests/foreign/engines/trades.py"],
        input=json.dumps({**given, "fast": FAST, "slow": SLOW}),
        env={**os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    for engine, goal in (("vectorbt", "<= 0.05"), ("backtesting.py", "<= 0.005")):
        theirs = told[engine]["seconds"] * 1e3
        say(Result(f"SMA cross, 98k bars, and {engine}", one, theirs, "ms", goal))
        bound = "<= 0.05" if engine == "vectorbt" else "<= 0.001"
        say(Result(f"100 with figures, and {engine} x 100", many, theirs * CHOICES, "ms", bound))


if __name__ == "__main__":
    main()
