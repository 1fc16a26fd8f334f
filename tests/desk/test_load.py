"""Ten thousand messages a second, pressed into as little time as they take."""

import asyncio
import os
from pathlib import Path

import msgpack
import pytest

from console.adapters.alpaca.handover import Handover
from console.adapters.alpaca.stream_frames import Frames
from console.desk.limits import Limits
from tests.builders import buy
from tests.desk.conftest import QUICK, World, until

SYMBOLS = 500
NAMES = {f"S{number}" for number in range(SYMBOLS)}
FRAME = 100
"""Messages in one frame of the stream."""
A_SECOND = 10_000
MOST_WAITING = 500_000
MINUTES = 10
PAGE = os.sysconf("SC_PAGE_SIZE")
SLOPE = 5 * 2**20
"""Bytes that it may leave behind: what the promise allows an hour."""


def bid(second: int, number: int) -> float:
    return 100.0 + second + number / 100_000


def frames_of(second: int) -> list[bytes]:
    """One second of quotes of every symbol in turn, as the wire carries them."""
    said = [
        {
            "T": "q",
            "S": f"S{number % SYMBOLS}",
            "bp": bid(second, number),
            "bs": 100.0,
            "ap": bid(second, number) + 0.01,
            "as": 200.0,
            "t": msgpack.Timestamp(1_790_000_000 + second, number),
        }
        for number in range(A_SECOND)
    ]
    return [msgpack.packb(said[first : first + FRAME]) for first in range(0, A_SECOND, FRAME)]


async def flooded(world: World, seconds: int, every: int = 1) -> list[int]:
    """Flood the desk from a stream's thread, an order filled each few seconds; return its sizes."""
    packed = [frames_of(second) for second in range(3)]
    loop = asyncio.get_running_loop()
    frames, handover = Frames(), Handover(loop, world.market.take, MOST_WAITING)
    sizes = []

    def read(second: int) -> None:
        now = world.clock.now()
        for frame in packed[second % len(packed)]:
            handover.put(frames.ticks(frames.messages(frame), now))

    for second in range(seconds):
        reading = asyncio.create_task(asyncio.to_thread(read, second))
        if second % every == 0:
            world.broker.place(buy(key=f"kc-t-{second}"))
            await asyncio.sleep(0)
            world.broker.execute(f"kc-t-{second}")
        await reading
        sizes.append(resident())
    assert (frames.bad, handover.lost) == (0, 0)
    return sizes


def resident() -> int:
    """Bytes of memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest.fixture
async def busy(tmp_path):
    world = World(tmp_path)
    world.desk = world.make_desk(Limits(pace=QUICK, ring_capacity=500))
    await world.start()
    yield world
    await world.desk.stop()


def agrees(world: World) -> bool:
    """Whether the desk knows every order as the broker has it, and every fill."""
    known = world.state.orders
    orders = all(known[key].status is told.status for key, told in world.broker.orders.items())
    return orders and len(world.state.fills) == len(world.broker.fills)


async def test_a_flood_of_quotes_costs_no_order_event_and_leaves_the_newest(busy):
    await flooded(busy, 9)

    def newest() -> list[float]:
        known = busy.state.quotes
        return sorted(known[name].bid for name in NAMES if name in known)

    last = [bid(2, number) for number in range(A_SECOND - SYMBOLS, A_SECOND)]
    await until(lambda: newest() == last, "the last of each symbol", 60)
    assert len(busy.state.fills) == 9
    assert agrees(busy)


@pytest.mark.long
async def test_ten_minutes_of_the_flood_leave_no_memory_behind(busy):
    sizes = await flooded(busy, MINUTES * 60, every=20)

    await until(lambda: agrees(busy), "every order", 60)
    settled, last = sizes[len(sizes) // 3], sizes[-1]
    assert last - settled <= SLOPE, f"{(last - settled) / 2**20:.1f} MiB more"
