"""Whether the console stutters while a trader's code runs: how late its event loop wakes up.

The real console on a screen without a terminal, its real lab and sandbox; a task asks to be
woken each 5 ms and writes down how long it waited, and how much the console's own thread worked
meanwhile. First nothing runs, then a loop without an end, then runs over a million rows and runs
that print more than is shown, one after the other.
"""

import asyncio
import gc
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from console.app import Killcord
from console.bootstrap.lab_processes import LabProcesses
from console.screens.code import CodeScreen
from tests.bench.results import Result, say
from tests.screens.consoles import console_of
from tests.screens.fakes import FakeDesk

SECONDS, EVERY = 8.0, 0.005
ROWS = 1_000_000
ENDLESS = "#\nwhile True:\n    pass\n"
MILLION = (
    "#\nmean = df.close.rolling(20).mean()\n"
    "show(df.tail(1_000))\nplot(close=df.close.tail(10_000), mean=mean.tail(10_000))\n"
    "result = df.assign(mean=mean)\n"
)
FLOOD = "#\nfor place in range(20_000):\n    print(place, 'x' * 40)\n"
CODES = {"endless code": ENDLESS, "a million rows": MILLION, "a flood of output": FLOOD}


class Gap(NamedTuple):
    """The time between two wakings."""

    waited: float
    """In milliseconds."""
    own: float
    """Of these, how many the console's thread worked itself."""


async def gaps() -> list[Gap]:
    """Return what lay between one waking and the next."""
    waited, ends = [], time.perf_counter() + SECONDS
    last, worked = time.perf_counter(), time.thread_time()
    while last < ends:
        await asyncio.sleep(EVERY)
        now, own = time.perf_counter(), time.thread_time()
        waited.append(Gap((now - last) * 1e3, (own - worked) * 1e3))
        last, worked = now, own
    return waited


async def gaps_while(screen: CodeScreen, code: str) -> list[Gap]:
    """Return the gaps while a code runs, again and again if it ends."""
    screen._editor.open(code)
    measured = asyncio.create_task(gaps())
    while not measured.done():
        screen.action_run_code()
        await until(lambda: measured.done() or not screen.is_working)
    if screen.is_working:
        screen.action_stop_code()
    await until(lambda: not screen.is_working)
    return await measured


async def in_the_loop(parquet: Path) -> dict[str, list[Gap]]:
    """Return the gaps of an idle console, then those beside each code."""
    lab = LabProcesses("demo")
    await lab.ask("work", "load", path=str(parquet), name="bars")
    app = console_of(FakeDesk(), time.monotonic, lab=lab)
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            screen = await _opened(app)
            del pilot
            gc.freeze()  # as the console does after its first paint
            await asyncio.sleep(2)
            found = {"idle": await gaps()}
            for name, code in CODES.items():
                found[name] = await gaps_while(screen, code)
    finally:
        await lab.close()
    return found


async def _opened(app: Killcord) -> CodeScreen:
    """Return the code screen, once it is there."""
    await until(lambda: app.session is not None and app.session.link.is_attached)
    assert app.session is not None
    app.session.show_code(app.lab)
    await until(lambda: isinstance(app.screen, CodeScreen) and bool(app.screen._editor.text))
    assert isinstance(app.screen, CodeScreen)
    return app.screen


async def until(holds: Callable[[], bool]) -> None:
    """Look now and then until something holds."""
    while not holds():  # noqa: ASYNC110 - a look that costs less than what is measured
        await asyncio.sleep(0.05)


def _say_gaps(found: dict[str, list[Gap]]) -> None:
    idle = found.pop("idle")
    for name, waited in found.items():
        mine, theirs = [gap.waited for gap in waited], [gap.waited for gap in idle]
        load = f"load {os.getloadavg()[0]:.1f}"
        say(
            Result(
                f"console's gaps, p99: {name}, {load}", _p99(mine), _p99(theirs), "ms", "<= 33 ms"
            )
        )
        say(Result(f"console's gaps, longest: {name}", max(mine), max(theirs), "ms", ""))
        own, own_idle = max(gap.own for gap in waited), max(gap.own for gap in idle)
        say(Result(f"console's own work, longest: {name}", own, own_idle, "ms", "<= 33 ms"))


def _p99(waited: list[float]) -> float:
    return statistics.quantiles(waited, n=100)[98]


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kc-"))
    os.environ["KILLCORD_STATE"] = str(folder / "state")
    close = np.random.default_rng(7).normal(size=ROWS)
    pq.write_table(pa.table({"at": np.arange(ROWS), "close": close}), folder / "bars.parquet")
    try:
        _say_gaps(asyncio.run(in_the_loop(folder / "bars.parquet")))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
