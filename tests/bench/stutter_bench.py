"""Whether the console stutters while a trader's code runs: how late its event loop wakes up.

The real console on a screen without a terminal, its real lab and sandbox; a task asks to be
woken each 5 ms and writes down how long it waited. First nothing runs, then a loop without
an end, then runs over a million rows, one after the other.
"""

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from textual.pilot import Pilot

from console.bootstrap.lab_processes import LabProcesses
from console.screens.code import CodeScreen
from tests.bench.results import Result, say
from tests.screens.consoles import console_of, until
from tests.screens.fakes import FakeDesk

SECONDS, EVERY = 8.0, 0.005
ROWS = 1_000_000
ENDLESS = "while True:\n    pass\n"
MILLION = (
    "mean = df.close.rolling(20).mean()\n"
    "show(df.tail(1_000))\nplot(close=df.close.tail(10_000), mean=mean.tail(10_000))\n"
    "result = df.assign(mean=mean).tail(10_000)\n"
)


async def gaps() -> list[float]:
    """Return how many milliseconds lay between one waking and the next."""
    waited, ends = [], time.perf_counter() + SECONDS
    last = time.perf_counter()
    while last < ends:
        await asyncio.sleep(EVERY)
        now = time.perf_counter()
        waited.append((now - last) * 1e3)
        last = now
    return waited


async def gaps_while(pilot: Pilot[None], code: str) -> list[float]:
    """Return the gaps while a code runs, again and again if it ends."""
    screen = pilot.app.screen
    assert isinstance(screen, CodeScreen)
    screen.query_one("#code-editor").open(code)
    measured = asyncio.create_task(gaps())
    while not measured.done():
        screen.action_run_code()
        await until(pilot, lambda: measured.done() or not screen.is_working)
    if screen.is_working:
        screen.action_stop_code()
    await until(pilot, lambda: not screen.is_working)
    return await measured


async def measure(folder: Path) -> tuple[list[float], list[float], list[float]]:
    """Return the gaps of an idle console, beside a loop without an end, and beside big runs."""
    lab = LabProcesses("demo")
    close = np.random.default_rng(7).normal(size=ROWS)
    pq.write_table(pa.table({"at": np.arange(ROWS), "close": close}), folder / "bars.parquet")
    await lab.ask("work", "load", path=str(folder / "bars.parquet"), name="bars")
    app = console_of(FakeDesk(), time.monotonic, lab=lab)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.session is not None and app.session.link.is_attached)
            await pilot.press("C")
            await until(pilot, lambda: isinstance(pilot.app.screen, CodeScreen))
            await until(pilot, lambda: pilot.app.screen.query_one("#code-editor").text)
            await asyncio.sleep(2)
            idle = await gaps()
            endless = await gaps_while(pilot, ENDLESS)
            million = await gaps_while(pilot, MILLION)
    finally:
        await lab.close()
    return idle, endless, million


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kc-"))
    os.environ["KILLCORD_STATE"] = str(folder / "state")
    try:
        idle, *busy = asyncio.run(measure(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, waited in zip(("endless code", "a million rows"), busy, strict=True):
        load = f"load {os.getloadavg()[0]:.1f}"
        ours, baseline = _p99(waited), _p99(idle)
        say(Result(f"console's gaps, p99: {name}, {load}", ours, baseline, "ms", "<= 50 ms"))
        say(Result(f"console's gaps, longest: {name}", max(waited), max(idle), "ms", ""))


def _p99(waited: list[float]) -> float:
    return statistics.quantiles(waited, n=100)[98]


if __name__ == "__main__":
    main()
