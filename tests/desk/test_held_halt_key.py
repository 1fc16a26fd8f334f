"""A halt key that is held down halts once; a second hand always counts."""

from dataclasses import replace

from console.desk.limits import Limits
from tests.builders import OWNER, STRANGER, buy
from tests.desk.conftest import QUICK, QUICK_FLATTEN, World, until


async def holding(tmp_path, within: float = 1.0) -> World:
    world = World(tmp_path)
    pace = replace(QUICK, halt_repeat=within)
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


async def test_the_last_repeat_of_a_held_key_is_honoured_by_one_more_look(tmp_path):
    world = await holding(tmp_path, within=0.3)
    await world.desk.halt("held", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")
    world.broker.place(buy("5", key="somebody-else"))

    await world.desk.halt("held", OWNER)
    await until(lambda: not world.broker.orders["somebody-else"].is_open, "the second sweep")

    await until(lambda: is_confirmed(world), "the second confirmation")
    await world.desk.stop()
