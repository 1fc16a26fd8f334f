"""A page of 40 rows anywhere in a dataset of a million rows, against reading the whole of it."""

import random
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from console.lab.pages import Pages
from console.lab.table_files import read_table, write_table
from tests.bench.results import Result, say

ROWS, PAGE, JUMPS = 1_000_000, 40, 60


def main() -> None:
    chance = np.random.default_rng(7)
    table = pa.table(
        {
            "at": pa.array(np.arange(ROWS) * 1_000_000, pa.timestamp("us", "UTC")),
            "symbol": chance.choice(["AAPL", "MSFT", "SPY"], ROWS),
            "price": chance.normal(100, 1, ROWS).round(2),
            "size": chance.integers(1, 1_000, ROWS),
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        write_table(path, table)
        whole = statistics.median(took(lambda: read_table(path)) for _ in range(5))
        with Pages(path) as pages:
            places = [random.Random(n).randrange(ROWS - PAGE) for n in range(JUMPS)]
            jumps = statistics.median(
                took(lambda first=first: pages.read(first, PAGE).to_pylist()) for first in places
            )
            near = statistics.median(
                took(lambda first=first: pages.read(first, PAGE).to_pylist())
                for first in range(500_000, 500_000 + JUMPS)
            )
    say(
        Result(
            name="dataset: jump in 1 M rows", ours=jumps, baseline=whole, unit="ms", goal="<= 0.3"
        )
    )
    say(
        Result(name="dataset: next row of 1 M", ours=near, baseline=whole, unit="ms", goal="<= 0.1")
    )


def took(what) -> float:
    """Return how many milliseconds it takes."""
    begun = time.perf_counter()
    what()
    return (time.perf_counter() - begun) * 1e3


if __name__ == "__main__":
    main()
