"""A trading stream that goes on lying is opened anew seldom; the comparisons go on."""

import asyncio

import pytest

from console.desk.limits import Limits
from console.desk.triggers.limits import TriggerLimits
from console.domain.connections import Link
from tests.builders import buy
from tests.desk.conftest import World, until

MINUTES = 9


class Liar:
    """A trading stream that connects whenever it is asked to, and tells nothing."""

    def __init__(self, world: World) -> None:
        self.tries: list[float] = []
        self._world = world
        world.trading.is_deaf = True
        world.trading.reconnect = self.reconnect

    async def reconnect(self) -> None:
        self.tries.append(self._world.clock.monotonic())
        self._world.trading.link(Link.DOWN, "reconnecting")
        self._world.trading.link(Link.LIVE)

    async def trade(self, seconds: int) -> None:
        """Have another program send an order every five seconds."""
        for _ in range(seconds // 5):
            self._world.broker.place(buy(limit="1.50", key=f"o-{len(self._world.broker.orders)}"))
            await asyncio.sleep(5)


@pytest.fixture
async def world(tmp_path):
    """A desk of ordinary pace."""
    world = World(tmp_path)
    world.desk = world.make_desk(Limits(triggers=TriggerLimits(mismatches=1_000)))
    await world.start()
    yield world
    await world.desk.stop()


async def test_nine_minutes_of_lies_are_no_storm_of_reconnects_and_all_is_known(world: World):
    liar, began = Liar(world), world.clock.monotonic()

    await liar.trade(MINUTES * 60)
    await until(lambda: len(world.state.orders) == len(world.broker.orders), "every order", 60)

    tries = [at - began for at in liar.tries]
    assert tries[0] <= 20
    assert sum(t <= 60 for t in tries) <= 6
    assert all(sum(t <= other < t + 60 for other in tries) <= 2 for t in tries if t > 60)
    assert len(tries) >= 5


async def test_after_a_long_time_of_truth_a_lie_is_a_new_trouble(world: World):
    liar = Liar(world)
    await liar.trade(150)
    world.clock.move(400)
    tried, began = len(liar.tries), world.clock.monotonic()

    await liar.trade(25)

    assert liar.tries[tried] - began <= 20
    assert world.desk._rooms.account.trading._reopenings.tries == 1
