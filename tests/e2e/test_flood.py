"""A day's worst: 10,000 quotes a second through a real desk with five consoles, for an hour.

KILLCORD_FLOOD_SECONDS makes it shorter; then nothing is asked of memory, for the rings still
fill. Lag is that of the whole way: from before an order is sent, by the desk or by another
program, until a console has the broker's word on it. It is printed; it depends on the machine.
"""

import asyncio
import os
import time

import pytest

from tests.e2e import flooding
from tests.e2e.flooding import CONSOLES, HOUR, Flood

SECONDS = float(os.environ.get("KILLCORD_FLOOD_SECONDS", "3600"))
SLOPE = 5.0
"""MiB an hour. Promise S6."""


@pytest.mark.long
@pytest.mark.e2e
async def test_an_hour_of_the_flood_loses_no_order_event_and_leaves_nothing_behind(rig, capsys):
    source = flooding.open_source(rig)
    try:
        rig.start_desk()
        flood, cores, lost = await measured(rig)
    finally:
        flooding.close_source(source)

    p50, p99 = flood.percentile(0.50), flood.percentile(0.99)
    with capsys.disabled():
        print(
            f"\n{len(flood.sent)} orders at {CONSOLES} consoles, {lost} tellings lost, "
            f"{flood.told:,} tellings, {flood.heard:,} messages a second: "
            f"lag p50 {p50:.0f} ms, p99 {p99:.0f} ms; "
            f"{cores:.2f} cores; {flood.slope:+.1f} MiB an hour"
        )
    assert lost == 0
    assert cores <= 1.0
    assert SECONDS < HOUR or flood.slope <= SLOPE


async def measured(rig) -> tuple[Flood, float, int]:
    flood, pid = Flood(), rig.desk_process.pid
    replicas = [flooding.attach(rig, number, flood) for number in range(CONSOLES)]
    running = [asyncio.create_task(replica.run()) for replica in replicas]
    began, used = time.monotonic(), flooding.cpu_seconds(pid)
    await flooding.flooded(rig, flood, replicas, pid, SECONDS)
    cores = (flooding.cpu_seconds(pid) - used) / (time.monotonic() - began)
    lost = await flooding.all_told(rig, flood, replicas)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return flood, cores, lost
