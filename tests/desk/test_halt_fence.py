"""The fence that is chosen while a halt is still being carried through."""

import asyncio

from tests.builders import OWNER, buy
from tests.desk.conftest import World, until


async def test_a_sweep_waits_for_nobody_who_chooses_the_fence(world: World):
    asked, answer = asyncio.Event(), asyncio.Event()

    async def keep_silent() -> bool:
        asked.set()
        await answer.wait()
        return world.broker.is_fenced

    await world.desk.submit(buy("1"), OWNER)
    world.broker.cancels_complete = False
    await world.desk.halt("smoke", OWNER)
    world.broker.is_suspended = keep_silent
    choosing = asyncio.create_task(world.desk.fence(True, OWNER))
    await asked.wait()

    world.broker.cancels_complete = True
    await until(lambda: not [o for o in world.broker.orders.values() if o.is_open], "the cancel")

    assert not choosing.done()
    answer.set()
    await choosing
    await until(lambda: world.state.halt.is_confirmed and world.broker.is_fenced, "the end")
