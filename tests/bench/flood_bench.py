"""10,000 quotes a second of 500 symbols through a real desk with five consoles: lag, CPU, memory.

The quotes come from a stream of their own (see `quote_source`), the orders go to a venue; what
the desk has heard is told by the desk itself.
A minute long, or KILLCORD_FLOOD_SECONDS; the slope of the desk's memory is told of ten minutes and
more, for before that its rings still fill. What is promised stands in the place of a baseline.
"""

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path

from tests.bench.results import Result, say
from tests.e2e import flooding
from tests.e2e.flooding import CONSOLES, PACE, SYMBOLS, Flood
from tests.e2e.rig import Rig

SECONDS = float(os.environ.get("KILLCORD_FLOOD_SECONDS", "60"))
LAG_MS, CORES, SLOPE = 250.0, 1.0, 5.0
"""What is promised: the lag's p99, the desk's processor, MiB an hour. Promise S6."""
LONG_ENOUGH = 600.0


async def measure(rig: Rig) -> None:
    """Flood the desk and print what was seen."""
    assert rig.desk_process is not None
    flood, pid = Flood(), rig.desk_process.pid
    replicas = [flooding.attach(rig, number, flood) for number in range(CONSOLES)]
    running = [asyncio.create_task(replica.run()) for replica in replicas]
    began, used = time.monotonic(), flooding.cpu_seconds(pid)
    await flooding.flooded(rig, flood, replicas, pid, SECONDS)
    cores = (flooding.cpu_seconds(pid) - used) / (time.monotonic() - began)
    lost = await flooding.all_told(rig, flood, replicas)
    symbols = len({symbol for replica in replicas for symbol in replica.state.quotes})
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    tell(flood, cores=cores, lost=lost, symbols=symbols)


def tell(flood: Flood, *, cores: float, lost: int, symbols: int) -> None:
    """Print what was seen beside what is promised."""
    said = f"10,000 messages/s, {CONSOLES} consoles"
    say(Result(f"{said}: heard at the desk", flood.heard, PACE, "1/s", ">= 1"))
    say(Result(f"{said}: symbols quoted", symbols, SYMBOLS, "", ">= 1"))
    say(Result(f"{said}: order events lost", lost, len(flood.seen), "", "0"))
    say(Result(f"{said}: lag, p50", flood.percentile(0.50), LAG_MS, "ms", ""))
    say(Result(f"{said}: lag, p99", flood.percentile(0.99), LAG_MS, "ms", "<= 1"))
    say(Result(f"{said}: the desk", cores, CORES, "cores", "<= 1"))
    if SECONDS >= LONG_ENOUGH:
        say(Result(f"{said}: its memory", flood.slope, SLOPE, "MiB/h", "<= 1"))


def main() -> None:
    """Measure on a venue of its own."""
    rig = Rig(Path(tempfile.mkdtemp(prefix="kc-")))
    source = flooding.open_source(rig)
    try:
        rig.start_desk()
        asyncio.run(measure(rig))
    finally:
        rig.close()
        flooding.close_source(source)
        shutil.rmtree(rig.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
