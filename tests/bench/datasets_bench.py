"""The dataset screen over a million rows: its first rows, a key, a jump, and its gaps meanwhile.

The real console on a screen without a terminal, and the real processes of its lab.
"""

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from textual.pilot import Pilot

from console.bootstrap.lab_processes import LabProcesses
from console.screens.datasets import DatasetScreen
from tests.bench.results import Result, say
from tests.screens.consoles import console_of, until
from tests.screens.fakes import FakeDesk

ROWS, EVERY, IDLE_SECONDS, KEYS = 1_000_000, 0.005, 3.0, 60
VIEWS = "57986"
"""Keys of the views that are reckoned from all rows; a table alone comes before a picture."""
WORDS, PLOT = "#dataset-findings-words", "#dataset-findings-plot"
WAITING = {"reckoning", "drawing"}


def table() -> pa.Table:
    """Return a million rows of three symbols."""
    chance = np.random.default_rng(7)
    return pa.table(
        {
            "at": pa.array(np.arange(ROWS) * 1_000_000, pa.timestamp("us", "UTC")),
            "symbol": chance.choice(["AAPL", "MSFT", "SPY"], ROWS),
            "price": chance.normal(100, 1, ROWS).round(2),
            "size": chance.integers(1, 1_000, ROWS),
        }
    )


async def gaps(ended: asyncio.Event) -> list[float]:
    """Return how many milliseconds lay between one waking and the next."""
    waited, last = [], time.perf_counter()
    while not ended.is_set():
        await asyncio.sleep(EVERY)
        now = time.perf_counter()
        waited.append((now - last) * 1e3)
        last = now
    return waited


def plain(pilot: Pilot[None], name: str) -> str:
    return str(getattr(pilot.app.screen.query_one(name), "plain", ""))


async def measure(folder: Path) -> dict[str, list[float]]:
    """Return milliseconds: of the first rows, keys, jumps, and of the gaps."""
    lab = LabProcesses("demo")
    pq.write_table(table(), folder / "ticks.parquet")
    await lab.ask("work", "load", path=str(folder / "ticks.parquet"), name="ticks")
    app = console_of(FakeDesk(), time.monotonic, lab=lab)
    told: dict[str, list[float]] = {"key": [], "jump": []}
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.session is not None and app.session.link.is_attached)
            told["idle"] = await _gaps_of(asyncio.sleep(IDLE_SECONDS))
            begun = time.perf_counter()
            await pilot.press("T")
            await until(pilot, lambda: isinstance(pilot.app.screen, DatasetScreen))
            await until(pilot, lambda: "1970-01-01" in plain(pilot, "#dataset-rows"))
            told["first"] = [(time.perf_counter() - begun) * 1e3]
            await pilot.press("1")
            for _ in range(KEYS):
                begun = time.perf_counter()
                await pilot.press("pagedown")
                told["key"].append((time.perf_counter() - begun) * 1e3)
            grid = pilot.app.screen.query_one("#dataset-rows")
            for number in range(20):
                row = (number * 77_777 + 5) % ROWS
                begun = time.perf_counter()
                grid.go_to(row)  # type: ignore[attr-defined] # the grid of rows
                await until(pilot, lambda: "…" not in plain(pilot, "#dataset-rows"))
                told["jump"].append((time.perf_counter() - begun) * 1e3)
            told["busy"] = await _gaps_of(_reckon(pilot))
    finally:
        await lab.close()
    return told


async def _gaps_of(work: Awaitable[None]) -> list[float]:
    ended = asyncio.Event()
    measured = asyncio.create_task(gaps(ended))
    await work
    ended.set()
    return await measured


async def _reckon(pilot: Pilot[None]) -> None:
    """Go through the views, each of which is reckoned from all rows."""
    for key in VIEWS:
        await pilot.press(key)
        await until(pilot, lambda: not WAITING & set(plain(pilot, WORDS).split()))
        await until(pilot, lambda: not WAITING & set(plain(pilot, PLOT).split()))


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kc-"))
    os.environ["KILLCORD_STATE"] = str(folder / "state")
    try:
        told = asyncio.run(measure(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    load = f"load {os.getloadavg()[0]:.1f}"
    key, jump = statistics.median(told["key"]), statistics.median(told["jump"])
    say(Result(f"dataset screen: first rows of 1 M, {load}", told["first"][0], jump, "ms", ""))
    say(Result("dataset screen: a page down in 1 M rows", key, jump, "ms", ""))
    say(Result("dataset screen: jump in 1 M rows until drawn", jump, key, "ms", ""))
    busy, idle = _p99(told["busy"]), _p99(told["idle"])
    say(Result("dataset screen: gaps, p99, 1 M reckoned", busy, idle, "ms", "<= 50 ms"))
    longest = max(told["busy"]), max(told["idle"])
    say(Result("dataset screen: gaps, longest, 1 M reckoned", *longest, "ms", ""))


def _p99(waited: list[float]) -> float:
    return statistics.quantiles(waited, n=100)[98]


if __name__ == "__main__":
    main()
