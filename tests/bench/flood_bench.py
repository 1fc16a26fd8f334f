"""A hundred times the market's pace through a real desk with five consoles: lag, CPU and memory.

A minute long, or KILLCORD_FLOOD_SECONDS; the slope of the desk's memory is told of ten minutes and
more, for before that its rings still fill. What is promised stands in the place of a baseline.
"""

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path

os.environ.setdefault("KILLCORD_FLOOD_SECONDS", "60")

from tests.bench.results import Result, say
from tests.e2e import test_flood as flooding
from tests.e2e.rig import Rig

PACE, LAG_MS, CORES, SLOPE = 10_000.0, 250.0, 1.0, 5.0
"""What is promised: messages a second, the lag's p99, the desk's processor, MiB an hour."""
LONG_ENOUGH = 600.0
SYMBOLS = 500


async def measure(rig: Rig) -> None:
    """Flood the desk and print what was seen."""
    assert rig.desk_process is not None
    flood, pid = flooding.Flood(), rig.desk_process.pid
    replicas = [flooding.attach(rig, number, flood) for number in range(flooding.CONSOLES)]
    running = [asyncio.create_task(replica.run()) for replica in replicas]
    began, used = time.monotonic(), flooding.cpu_seconds(pid)
    await flooding.flooded(rig, flood, replicas, pid)
    cores = (flooding.cpu_seconds(pid) - used) / (time.monotonic() - began)
    async with asyncio.timeout(flooding.PATIENCE):
        while not flooding.has_all(flood):  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.05)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    lags = flood.lags
    said = f"10,000 messages/s, {flooding.CONSOLES} consoles"
    symbols = sum(len(replica.state.quotes) for replica in replicas)
    say(Result(f"{said}: heard at the desk", flood.heard, PACE, "1/s", ">= 1"))
    say(Result(f"{said}: symbols quoted", symbols, SYMBOLS, "", ""))
    lost = len(flood.sent) * flooding.CONSOLES - len(flood.seen)
    say(Result(f"{said}: order events lost", lost, len(flood.seen), "", "0"))
    say(Result(f"{said}: lag, p50", lags[len(lags) // 2], LAG_MS, "ms", ""))
    say(Result(f"{said}: lag, p99", lags[int(len(lags) * 0.99)], LAG_MS, "ms", "<= 1"))
    say(Result(f"{said}: the desk", cores, CORES, "cores", "<= 1"))
    if flooding.SECONDS >= LONG_ENOUGH:
        say(Result(f"{said}: its memory", flood.slope, SLOPE, "MiB/h", "<= 1"))


def main() -> None:
    """Measure on a venue of its own."""
    rig = Rig(Path(tempfile.mkdtemp(prefix="kc-")))
    try:
        rig.start_venue("--rate-limit", "off", "--speed", flooding.SPEED)
        rig.start_desk()
        asyncio.run(measure(rig))
    finally:
        rig.close()
        shutil.rmtree(rig.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
