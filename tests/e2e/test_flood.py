"""A hundred times the market's pace through a real desk, with five consoles at it, for an hour.

That is some 10,000 messages a second of the venue's own symbols, if the machine lets the venue
make them; five hundred symbols are pressed through a desk in tests/desk/test_load.py.

KILLCORD_FLOOD_SECONDS makes it shorter; then nothing is said of memory, for the rings still
fill. Lag is that of the whole way: from before another program sends an order to the
venue, until a console has the order. The figures are printed; lag depends on the machine.
"""

import asyncio
import os
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from console.domain.connections import Channel
from console.link.replica import Replica
from tests.e2e.rig import Rig

SECONDS = float(os.environ.get("KILLCORD_FLOOD_SECONDS", "3600"))
CONSOLES = 5
MOST = int(os.environ.get("KILLCORD_FLOOD_SYMBOLS", "1000"))
EVERY = 5.0
"""Seconds between two orders of the other program."""
SPEED = os.environ.get("KILLCORD_FLOOD_SPEED", "100")
PATIENCE = 60.0
A_TICK = os.sysconf("SC_CLK_TCK")
A_PAGE = os.sysconf("SC_PAGE_SIZE")
HOUR = 3_600.0
SLOPE = 5.0
"""MiB an hour."""


@dataclass
class Flood:
    """What was seen: when each order was sent, when each console had it, and the desk's use."""

    sent: dict[str, float] = field(default_factory=dict)
    seen: dict[tuple[int, str], float] = field(default_factory=dict)
    told: int = 0
    heard: int = 0
    """Quotes and trades that the desk has taken from the wire, a second."""
    sizes: list[tuple[float, float]] = field(default_factory=list)

    @property
    def lags(self) -> list[float]:
        """Milliseconds, of every order at every console."""
        return sorted((at - self.sent[key]) * 1_000 for (_, key), at in self.seen.items())

    @property
    def slope(self) -> float:
        """MiB an hour by which the desk grew in the second half."""
        half = self.sizes[len(self.sizes) // 2 :]
        return statistics.linear_regression(*zip(*half, strict=True)).slope * 3_600


def cpu_seconds(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / A_TICK


def mebibytes(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * A_PAGE / 2**20


def symbols_of(rig: Rig) -> list[str]:
    """Every symbol; the venue quotes those that its market knows."""
    assets = rig.json_of_venue("GET", "/v2/assets?status=active&asset_class=us_equity")
    return sorted(asset["symbol"] for asset in assets)[:MOST]


def attach(rig: Rig, number: int, flood: Flood) -> Replica:
    """Attach a console that notes when it first has each order."""

    def note() -> None:
        flood.told += 1
        now = time.monotonic()
        for key in flood.sent.keys() & replica.state.orders.keys():
            flood.seen.setdefault((number, key), now)

    replica = Replica(rig.profile / "desk.sock", "test", on_change=note)
    return replica


def place(rig: Rig, number: int) -> None:
    body = {
        "client_order_id": f"other-{number}",
        "symbol": "F",
        "qty": "1",
        "side": "buy",
        "type": "limit",
        "limit_price": "0.50",
        "time_in_force": "day",
    }
    rig.json_of_venue("POST", "/v2/orders", body)


async def flooded(rig: Rig, flood: Flood, replicas: list[Replica], pid: int) -> None:
    names = await asyncio.to_thread(symbols_of, rig)
    for number, replica in enumerate(replicas):
        async with asyncio.timeout(PATIENCE):
            while not (replica.is_attached and replica.state.is_ready):  # noqa: ASYNC110 - polled
                await asyncio.sleep(0.05)
        await replica.desk.show(names[number::CONSOLES])
    first, began, number = heard(replicas[0]), time.monotonic(), 0
    while (now := time.monotonic()) < began + SECONDS:
        flood.sizes.append((now, mebibytes(pid)))
        flood.sent[f"other-{number}"] = time.monotonic()
        await asyncio.to_thread(place, rig, number)
        number += 1
        await asyncio.sleep(EVERY)
    flood.heard = round((heard(replicas[0]) - first) / (time.monotonic() - began))


def heard(replica: Replica) -> int:
    """How many quotes and trades the desk says it has taken; it says so each second."""
    return replica.state.connections[Channel.MARKET_DATA].heard


def has_all(flood: Flood) -> bool:
    return len(flood.seen) == len(flood.sent) * CONSOLES


@pytest.mark.long
@pytest.mark.e2e
async def test_an_hour_of_the_flood_loses_no_order_event_and_leaves_nothing_behind(rig, capsys):
    rig.start_venue("--rate-limit", "off", "--speed", SPEED)
    rig.start_desk()
    flood, pid = Flood(), rig.desk_process.pid
    replicas = [attach(rig, number, flood) for number in range(CONSOLES)]
    running = [asyncio.create_task(replica.run()) for replica in replicas]

    began, used = time.monotonic(), cpu_seconds(pid)
    await flooded(rig, flood, replicas, pid)
    cores = (cpu_seconds(pid) - used) / (time.monotonic() - began)
    async with asyncio.timeout(PATIENCE):
        while not has_all(flood):  # noqa: ASYNC110 - a test polls what has no event
            await asyncio.sleep(0.05)
    quoted = [len(replica.state.quotes) for replica in replicas]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)

    lags = flood.lags
    p50, p99 = lags[len(lags) // 2], lags[int(len(lags) * 0.99)]
    with capsys.disabled():
        print(
            f"\n{len(flood.sent)} orders at {CONSOLES} consoles, quotes of {quoted} symbols, "
            f"{flood.told:,} tellings of {flood.heard:,} messages a second: "
            f"lag p50 {p50:.0f} ms, p99 {p99:.0f} ms; "
            f"{cores:.2f} cores; {flood.slope:+.1f} MiB an hour"
        )
    assert cores <= 1.0
    assert SECONDS < HOUR or flood.slope <= SLOPE
