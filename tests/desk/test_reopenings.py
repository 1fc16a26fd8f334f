"""A feed that stays mute is opened anew seldom, and ever more seldom. Promise S4."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.desk.limits import Limits
from console.desk.reopenings import LIVED, Reopenings
from console.domain.connections import Channel, Link
from tests.builders import quote
from tests.desk.conftest import World, until

TEN_MINUTES = 600.0
NEARLY_TEN_MINUTES = 590.0
"""A test of longer is taken for one that waits for ever."""
chances = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def tries_of(reopenings: Reopenings) -> list[float]:
    """When ten minutes of silence are broken by a try, in seconds since their beginning."""
    now, tries = reopenings.wait, list[float]()
    while now < TEN_MINUTES:
        tries.append(now)
        reopenings.spend()
        now += reopenings.wait
    return tries


def drawn(chances_given: list[float]):
    """Return chances that repeat those given."""
    count = iter(range(10_000))
    return lambda: chances_given[next(count) % len(chances_given)]


@given(first=st.floats(2, 120), told=chances)
def test_a_mute_feed_is_tried_six_times_in_the_first_minute_and_twice_a_minute_later(first, told):
    tries = tries_of(Reopenings(first, chance=drawn(told)))

    assert tries
    assert sum(t < 60 for t in tries) <= 6
    for began in tries:
        assert began < 60 or sum(began <= t < began + 60 for t in tries) <= 2


def test_the_waits_of_two_desks_differ():
    assert tries_of(Reopenings(15.0)) != tries_of(Reopenings(15.0))
    assert tries_of(Reopenings(15.0, chance=lambda: 0.0)) == [15, 30, 60, 120, *range(180, 600, 60)]


def test_one_word_after_a_try_is_no_new_beginning_and_half_a_minute_of_them_is():
    reopenings = Reopenings(15.0, chance=lambda: 0.0)
    for _ in range(4):
        reopenings.spend()
    waited = reopenings.wait

    reopenings.flow(100.0)
    reopenings.flow(100.0 + LIVED - 0.1)
    assert (reopenings.wait, waited) == (60.0, 60.0)
    reopenings.flow(100.0 + LIVED)

    assert reopenings.wait == 15.0


def test_what_flowed_before_a_try_does_not_count_for_the_next():
    reopenings = Reopenings(15.0, chance=lambda: 0.0)
    reopenings.spend()
    reopenings.flow(0.0)
    reopenings.spend()

    reopenings.flow(LIVED + 1)

    assert reopenings.tries == 2


class Mute:
    """A market stream that connects whenever it is asked to, and says nothing."""

    def __init__(self, world: World) -> None:
        self.tries: list[float] = []
        self._world = world
        world.market.reconnect = self.reconnect

    async def reconnect(self) -> None:
        self.tries.append(self._world.clock.monotonic())
        self._world.market.link(Link.DOWN, "the connection is being renewed")
        await asyncio.sleep(0.2)
        self._world.market.link(Link.LIVE)


@pytest.fixture
async def world(tmp_path):
    """A desk of ordinary pace."""
    world = World(tmp_path)
    world.desk = world.make_desk(Limits())
    await world.start()
    await until(lambda: world.state.clock, "the session")
    yield world
    await world.desk.stop()


async def test_ten_minutes_of_a_mute_feed_are_no_storm(world: World):
    mute, began = Mute(world), world.clock.monotonic()

    await asyncio.sleep(NEARLY_TEN_MINUTES)

    tries = [at - began for at in mute.tries]
    assert 14 < tries[0] < 18
    assert 2 <= sum(t <= 60 for t in tries) <= 6
    assert all(sum(t <= other < t + 60 for other in tries) <= 2 for t in tries if t > 60)
    assert len(tries) >= 6
    critical = [text for text in world.alerts("stale") if "market data is mute" in text]
    assert len(critical) == 1


async def test_a_feed_that_was_mute_is_live_when_it_talks_not_when_it_stands(world: World):
    Mute(world)
    await asyncio.sleep(20)
    assert world.state.connections[Channel.MARKET_DATA].link is Link.MUTE

    world.price()

    assert world.state.connections[Channel.MARKET_DATA].link is Link.LIVE


async def test_data_that_flow_again_make_the_next_trouble_a_new_one(world: World):
    mute = Mute(world)
    await asyncio.sleep(200)
    for _ in range(40):
        world.market.tell(quote(made_at=world.clock.now()))
        await asyncio.sleep(1)
    tried, began = len(mute.tries), world.clock.monotonic()

    await asyncio.sleep(60)

    assert mute.tries[tried] - began < 17
    assert len(mute.tries) - tried >= 2


async def test_the_end_of_the_session_ends_the_trouble(world: World):
    mute = Mute(world)
    await asyncio.sleep(20)
    world.broker.session = replace(world.broker.session, is_open=False)
    await until(lambda: not world.state.clock.is_open, "the end of the session", 60)
    tried = len(mute.tries)
    await asyncio.sleep(300)

    assert len(mute.tries) == tried
    assert world.state.connections[Channel.MARKET_DATA].link is Link.LIVE
