"""A run of a trader's code in a worker that is ready, against a fresh Python that loads pandas."""

import statistics
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa

from console.sandbox.isolation import find_isolation
from console.sandbox.running import Bench
from tests.bench.results import Result, say

RUNS, READY_SECONDS = 7, 3.0
CODE = "mean = df.close.rolling(20).mean()\nprint(mean.iloc[-1])\n"
FRESH = (
    "import numpy as np, pandas as pd\n"
    "df = pd.DataFrame({{'close': np.random.default_rng(7).normal(size={rows})}})\n" + CODE
)


def main() -> None:
    bench = Bench(find_isolation())
    for rows, goal in ((10_000, "<= 0.067"), (1_000_000, "<= 0.1")):
        close = np.random.default_rng(7).normal(size=rows)
        table = pa.table({"at": np.arange(rows), "close": close})
        fresh = statistics.median(took_fresh(rows) for _ in range(RUNS))
        warm = statistics.median(took_warm(bench, table) for _ in range(RUNS))
        say(
            Result(
                name=f"user code: {rows:,} rows", ours=warm, baseline=fresh, unit="ms", goal=goal
            )
        )
    bench.close()


def took_warm(bench: Bench, table: pa.Table) -> float:
    """Return how many milliseconds a run takes, from the question to the end of its worker."""
    bench.warm()
    time.sleep(READY_SECONDS)
    begun = time.perf_counter()
    outcome = bench.run(CODE, {"bars": table}, {})
    assert outcome.problem is None
    return (time.perf_counter() - begun) * 1e3


def took_fresh(rows: int) -> float:
    """Return how many milliseconds the same takes in a new Python, without any sandbox."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", FRESH.format(rows=rows)], capture_output=True, check=True)
    return (time.perf_counter() - begun) * 1e3


if __name__ == "__main__":
    main()
