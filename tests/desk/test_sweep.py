"""A halt is told in plain words while it sweeps, and any pull in between takes the proof back."""

import asyncio

from console.desk.board import found
from console.desk.latch import Latched
from console.domain.orders import OrderStatus
from tests.builders import OWNER, buy, market_clock
from tests.desk.conftest import World, until


def detail(world: World, step: str) -> str:
    halt = world.state.halt
    return "" if halt is None else next(s.detail for s in halt.steps if s.name == step)


def is_confirmed(world: World) -> bool:
    return world.state.halt is not None and world.state.halt.is_confirmed


def test_a_latch_that_says_nothing_is_told_as_found():
    assert found() == Latched(id="unknown", reason="the latch was found", by="?", at="")


async def test_every_pull_while_the_receipt_is_written_takes_the_proof_back(world: World):
    writing, go_on = world.journal.hold("halt.confirmed")
    await world.desk.halt("smoke", OWNER)
    for reason in ("once more", "and again"):
        await asyncio.wait_for(writing.wait(), 30)
        await world.desk.halt(reason, OWNER)
        writing.clear()
        go_on.set()
        await asyncio.sleep(0)
        go_on.clear()
    await asyncio.wait_for(writing.wait(), 30)

    assert not is_confirmed(world)
    go_on.set()
    await until(lambda: is_confirmed(world), "the confirmation")


async def test_cancels_that_wait_for_the_opening_are_counted_and_told(tmp_path):
    world = World(tmp_path)
    world.broker.session = market_clock(is_open=False)
    world.broker.cancels_complete = False
    await world.start()
    for key in ("a", "b"):
        world.broker.place(buy(key=key))
    await until(lambda: world.state.clock is not None, "the session")

    await world.desk.halt("smoke", OWNER)
    await until(lambda: "pending" in detail(world, "sweep"), "the word")

    opening = "08:00 New York, Sat 21 Nov: the market is closed"
    told = f"2 orders still open, 2 of them pending cancel until {opening}"
    assert detail(world, "sweep") == told
    assert not is_confirmed(world)
    for key in ("a", "b"):
        world.broker.change(key, OrderStatus.CANCELED)
    await until(lambda: is_confirmed(world), "the confirmation")
    await world.desk.stop()


async def test_a_sequence_tells_whether_the_broker_is_still_clear(world: World):
    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")
    sequence = world.desk._rooms.halt.halts._sequence

    clear = await sequence.is_still_clear()
    world.broker.place(buy(key="somebody-else"))
    open_again = await sequence.is_still_clear()
    world.broker.trouble = "away"
    unknown = await sequence.is_still_clear()

    assert (clear, open_again, unknown) == (True, False, False)
    world.broker.trouble = ""
