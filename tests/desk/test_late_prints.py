"""Prints that come late or on special terms: they count in volume and set no price."""

from dataclasses import replace
from itertools import count

from console.domain.alerts import Direction
from console.domain.conditions import counts_for
from console.domain.connections import Link
from console.domain.market import Trade
from tests.builders import OWNER, at, trade
from tests.desk.conftest import World, until

_arrivals = count(5_000)


def told(price: float, seconds: float, *codes: str) -> Trade:
    """A print made at some second, and heard after all that were told before."""
    made = trade(price=price, made_at=at(seconds))
    return replace(made, received_at=at(next(_arrivals)), counts=counts_for(codes))


def last(world: World) -> float:
    return world.state.trades["AAPL"].price


async def test_a_print_that_was_made_before_the_last_one_does_not_set_the_price(world: World):
    await world.desk.set_crossing("AAPL", Direction.BELOW, 150.0, OWNER)

    world.market.tell(told(190.0, 10))
    world.market.tell(told(140.0, 5))
    world.market.tell(told(191.0, 11), told(130.0, 2))

    assert last(world) == 191.0
    assert world.alerts("price") == []


async def test_a_print_on_special_terms_does_not_set_the_price_however_new_it_is(world: World):
    world.market.tell(told(190.0, 10))

    for code in ("Z", "I", "W", "P", "4"):
        world.market.tell(told(100.0, 20, code))

    assert last(world) == 190.0


async def test_such_prints_make_no_move(world: World):
    await world.desk.set_crossing("MSFT", Direction.ABOVE, 10_000.0, OWNER)
    world.market.tell(told(100.0, 0), told(50.0, 20, "Z"))

    moves = (told(100.0, 0), told(103.0, 20))
    world.market.tell(*(replace(move, symbol="MSFT") for move in moves))
    await until(lambda: world.alerts("move"), "the alert")

    assert [text[:4] for text in world.alerts("move")] == ["MSFT"]


async def test_a_market_that_begins_anew_after_a_break_is_heard(world: World):
    world.market.tell(told(190.0, 3_600))
    world.market.link(Link.DOWN, "gone")
    world.market.link(Link.LIVE)

    world.market.tell(told(180.0, 0))

    await until(lambda: last(world) == 180.0)


def in_a_row(world: World, *prints: Trade) -> list[float]:
    """Tell prints one by one; return the last price after each."""
    prices = []
    for each in prints:
        world.market.tell(each)
        prices.append(last(world))
    return prices


async def test_a_print_dated_far_ahead_does_not_block_the_price_for_long(world: World):
    ahead = told(190.0, 7_200)
    going_on = [told(191.0, 10), told(191.1, 11), told(191.2, 12), told(191.3, 11.5)]

    assert in_a_row(world, ahead, *going_on) == [190.0, 190.0, 190.0, 191.2, 191.2]


async def test_prints_that_come_late_prove_nothing_of_the_last_one(world: World):
    youngest = told(190.0, 3_600)
    in_order = [told(100.0, second) for second in (3_541, 3_542, 3_543, 3_544)]
    out_of_order = [told(100.0, second) for second in (500, 400, 401, 300, 301, 200)]
    interrupted = [told(100.0, second) for second in (100, 101, 3_550, 102, 103, 3_550, 104, 105)]

    prices = in_a_row(world, youngest, *in_order, *out_of_order, *interrupted)

    assert set(prices) == {190.0}
