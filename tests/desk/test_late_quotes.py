"""A quote that was served late is as old as the market made it, where the market has our time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from console.domain.events import ClockReported
from tests.builders import OWNER, buy, market_clock, quote
from tests.desk.conftest import World, until


@pytest.fixture
async def make(tmp_path):
    """Start desks whose broker's clock is some seconds behind the machine's."""
    worlds = []

    async def start(*, has_real_time: bool, behind: float = 0.0) -> World:
        world = World(tmp_path)
        world.desk = world.make_desk(has_real_time=has_real_time)
        worlds.append(world)
        await world.start()
        await until(lambda: world.state.clock, "the session")
        now = world.clock.now()
        told = replace(market_clock(made_at=now - timedelta(seconds=behind)), received_at=now)
        world.desk._rooms.ground.store.apply(ClockReported(told))
        return world

    yield start
    for world in worlds:
        await world.desk.stop()


def serve(world: World, late: float) -> float:
    """Tell a quote that was made `late` seconds ago by this machine; return its age."""
    now = world.clock.now()
    made_at = now - timedelta(seconds=late)
    world.market.tell(quote("MSFT", made_at=made_at, received_at=now))
    return world.state.quotes["MSFT"].age(now)


@pytest.mark.parametrize(("late", "age"), [(0.0, 0.0), (1.9, 0.0), (2.1, 2.1), (300.0, 300.0)])
async def test_a_quote_served_late_is_old_when_it_comes(make, late, age):
    world = await make(has_real_time=True)

    assert serve(world, late) == pytest.approx(age)


async def test_it_is_no_ground_for_an_entry(make):
    world = await make(has_real_time=True)
    serve(world, 30.0)

    receipt = await world.desk.submit(buy(symbol="MSFT"), OWNER)

    assert "quote" in [check.rule for check in receipt.failures]


async def test_late_is_told_by_the_brokers_clock_not_by_ours(make):
    world = await make(has_real_time=True, behind=60.0)

    assert serve(world, 61.0) == 0.0


async def test_late_is_told_by_the_brokers_clock_also_when_ours_is_behind(make):
    world = await make(has_real_time=True, behind=-60.0)

    assert serve(world, -50.0) == pytest.approx(10.0)


async def test_in_a_market_with_a_time_of_its_own_nothing_is_late(make):
    world = await make(has_real_time=False)

    assert serve(world, 300.0) == 0.0
