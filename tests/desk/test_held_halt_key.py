"""A halt key that is held down halts once; a second hand always counts."""

import asyncio
from dataclasses import replace

from console.desk.limits import Limits
from console.domain.receipts import Outcome
from tests.builders import OWNER, STRANGER, buy
from tests.desk.conftest import QUICK, QUICK_FLATTEN, World, until


async def holding(tmp_path, within: float = 1.0, **pace: float) -> World:
    world = World(tmp_path)
    pace = replace(QUICK, halt_repeat=within, **pace)
    world.desk = world.make_desk(Limits(pace=pace, flatten=QUICK_FLATTEN))
    await world.start()
    return world


def is_confirmed(world: World) -> bool:
    return world.state.halt is not None and world.state.halt.is_confirmed


async def test_a_held_key_does_not_put_the_confirmation_off(tmp_path):
    world = await holding(tmp_path, within=60.0)

    async def press() -> bool:
        await world.desk.halt("held", OWNER)
        return is_confirmed(world)

    presses = 0
    while not await press():
        presses += 1
        assert presses < 3_000, "the confirmation never came while the key was held"
    again = [await press() for _ in range(20)]

    assert all(again)
    assert world.journal.kinds.count("halt.pulled_again") == 0
    await world.desk.stop()


async def test_another_hand_is_a_second_pull_at_once(tmp_path):
    world = await holding(tmp_path, within=60.0)
    await world.desk.halt("held", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")

    await world.desk.halt("me too", STRANGER)

    assert not is_confirmed(world)
    assert "halt.pulled_again" in world.journal.kinds
    await world.desk.stop()


def place_unheard(world: World) -> None:
    """Have another program place an order that no stream tells of."""
    tell, world.trading.tell = world.trading.tell, lambda *_events: None
    world.broker.place(buy("5", key="somebody-else"))
    world.trading.tell = tell


def is_open(world: World) -> bool:
    return world.broker.orders["somebody-else"].is_open


async def held_and_confirmed(tmp_path) -> World:
    """Return a halted world in which nothing but the look of a held key finds an order."""
    world = await holding(tmp_path, within=5.0, reconcile_every=3_600.0)
    await world.desk.halt("held", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")
    return world


async def test_the_last_repeat_of_a_held_key_is_honoured_by_one_more_look(tmp_path):
    world = await held_and_confirmed(tmp_path)
    place_unheard(world)

    await world.desk.halt("held", OWNER)
    at_once = (is_open(world), is_confirmed(world))
    await until(lambda: not is_open(world), "the second sweep")

    assert at_once == (True, True)
    await until(lambda: is_confirmed(world), "the second confirmation")
    assert "halt.pulled_again" not in world.journal.kinds
    await world.desk.stop()


async def test_a_key_that_is_let_go_where_nothing_is_open_leaves_the_proof_as_it_was(tmp_path):
    world = await held_and_confirmed(tmp_path)
    receipt = world.state.halt.receipt
    confirmations = world.journal.kinds.count("halt.confirmed")

    await world.desk.halt("held", OWNER)
    await asyncio.sleep(10.0)

    assert is_confirmed(world)
    assert world.state.halt.receipt == receipt
    assert world.journal.kinds.count("halt.confirmed") == confirmations
    await world.desk.stop()


async def test_a_key_that_is_let_go_after_the_re_arm_looks_at_nothing(tmp_path):
    world = await held_and_confirmed(tmp_path)
    await world.desk.halt("held", OWNER)
    await world.desk.rearm("over", OWNER)
    place_unheard(world)

    await asyncio.sleep(10.0)

    assert is_open(world)
    assert world.state.halt is None
    await world.desk.stop()


async def test_a_re_arm_during_the_look_of_a_key_that_was_let_go_stands(tmp_path):
    world = await held_and_confirmed(tmp_path)
    looking, go_on = asyncio.Event(), asyncio.Event()
    look = world.broker.open_orders

    async def slow_look():
        looking.set()
        await go_on.wait()
        return await look()

    await world.desk.halt("held", OWNER)
    world.broker.open_orders = slow_look
    place_unheard(world)
    await looking.wait()
    world.broker.open_orders = look
    rearming = await world.desk.rearm("over", OWNER)
    go_on.set()
    await asyncio.sleep(10.0)

    assert rearming.outcome is Outcome.ACCEPTED
    assert world.state.halt is None
    assert is_open(world)
    await world.desk.stop()
