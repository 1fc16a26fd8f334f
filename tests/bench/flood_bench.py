"""10,000 quotes a second of 500 symbols through a real desk with five consoles: lag, CPU, memory.

The quotes come from a stream of their own (see `quote_source`), the orders from a venue; what
the desk has heard is told by the desk itself.
A minute long, or KILLCORD_FLOOD_SECONDS; the slope of the desk's memory is told of ten minutes and
more, for before that its rings still fill. What is promised stands in the place of a baseline.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("KILLCORD_FLOOD_SECONDS", "60")
os.environ.setdefault("KILLCORD_FLOOD_SYMBOLS", "500")

from tests.bench.results import Result, say
from tests.e2e import test_flood as flooding
from tests.e2e.rig import Rig

PACE, LAG_MS, CORES, SLOPE = 10_000.0, 250.0, 1.0, 5.0
"""What is promised: messages a second, the lag's p99, the desk's processor, MiB an hour."""
LONG_ENOUGH = 600.0
SYMBOLS = 500
SOURCE = 1.02
"""How much more than promised is sent, so that what is heard is not less."""


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
    symbols = len({symbol for replica in replicas for symbol in replica.state.quotes})
    say(Result(f"{said}: heard at the desk", flood.heard, PACE, "1/s", ">= 1"))
    say(Result(f"{said}: symbols quoted", symbols, SYMBOLS, "", ">= 1"))
    lost = len(flood.sent) * flooding.CONSOLES - len(flood.seen)
    say(Result(f"{said}: order events lost", lost, len(flood.seen), "", "0"))
    say(Result(f"{said}: lag, p50", lags[len(lags) // 2], LAG_MS, "ms", ""))
    say(Result(f"{said}: lag, p99", lags[int(len(lags) * 0.99)], LAG_MS, "ms", "<= 1"))
    say(Result(f"{said}: the desk", cores, CORES, "cores", "<= 1"))
    if flooding.SECONDS >= LONG_ENOUGH:
        say(Result(f"{said}: its memory", flood.slope, SLOPE, "MiB/h", "<= 1"))


def quotes_come_from(source: subprocess.Popen[str], rig: Rig) -> None:
    """Have the desk listen to the source instead of the venue's own market."""
    assert source.stdout is not None
    port = source.stdout.readline().strip()
    started = {**rig.started, "stream_url": f"ws://127.0.0.1:{port}"}
    rig.venue_file.write_text(json.dumps(started))


def main() -> None:
    """Measure on a venue of its own."""
    rig = Rig(Path(tempfile.mkdtemp(prefix="kc-")))
    source = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.quote_source", f"{PACE * SOURCE:.0f}"],
        env=rig.env,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        rig.start_venue("--rate-limit", "off", "--stocks", str(SYMBOLS))
        quotes_come_from(source, rig)
        rig.start_desk()
        asyncio.run(measure(rig))
    finally:
        rig.close()
        source.kill()
        source.wait()
        shutil.rmtree(rig.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
