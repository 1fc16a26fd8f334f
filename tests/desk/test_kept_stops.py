"""Protective stops that a halt keeps by choice, and its word in a closed market."""

import json
from decimal import Decimal

import pytest

from console.desk import latch
from console.desk.latch import Latched
from console.domain.flatten import Extent, FlattenRequest
from console.domain.orders import OrderStatus, OrderType, Side
from tests.builders import OWNER, buy, market_clock, request
from tests.desk.conftest import World, until


async def halted(world: World, keeps: str = "") -> None:
    await world.desk.halt("smoke", OWNER, keeps=keeps)
    await until(lambda: world.state.halt and world.state.halt.is_confirmed, "the confirmation")


def place_stop(world: World, key: str, qty: str = "10", **more) -> None:
    stop = request(
        more.pop("side", Side.SELL),
        qty,
        limit=None,
        key=key,
        order_type=OrderType.STOP,
        stop_price=Decimal(150),
        **more,
    )
    world.broker.place(stop)


async def test_stops_are_canceled_unless_it_is_said_otherwise(world: World):
    world.broker.hold("AAPL", Decimal(10))
    place_stop(world, "stop")

    await halted(world)

    assert world.broker.orders["stop"].status is OrderStatus.CANCELED


async def test_a_kept_stop_stays_and_is_counted_apart(world: World):
    world.broker.hold("AAPL", Decimal(10))
    place_stop(world, "stop")
    world.broker.place(buy("5", key="entry"))

    await halted(world, keeps="stops")

    assert world.broker.orders["stop"].is_open
    assert world.broker.orders["entry"].status is OrderStatus.CANCELED
    assert "all" not in world.broker.cancels
    assert "besides the 1 stop kept by choice" in world.state.halt.receipt
    assert [line.order for line in world.state.halt.orders if line.is_kept] == ["stop"]
    kept = json.loads((world.folder.path / "HALT.receipt.json").read_text())
    assert kept["kept_stops"] == ["stop"]


@pytest.mark.parametrize(
    ("held", "qty", "side"),
    [("10", "11", Side.SELL), ("-10", "5", Side.SELL), ("0", "5", Side.SELL)],
    ids=["more than is held", "the wrong side", "nothing held"],
)
async def test_a_stop_that_protects_nothing_is_canceled_all_the_same(world, held, qty, side):
    world.broker.hold("AAPL", Decimal(held))
    place_stop(world, "stop", qty, side=side)

    await halted(world, keeps="stops")

    assert world.broker.orders["stop"].status is OrderStatus.CANCELED


async def test_of_several_stops_only_as_many_are_kept_as_the_holding_bears(world: World):
    world.broker.hold("AAPL", Decimal(10))
    place_stop(world, "first", "6")
    place_stop(world, "second", "6")

    await halted(world, keeps="stops")

    open_orders = [key for key, order in world.broker.orders.items() if order.is_open]
    assert open_orders == ["first"]


async def test_the_choice_is_in_the_latch_and_holds_over_a_restart(tmp_path):
    world = World(tmp_path)
    world.broker.hold("AAPL", Decimal(10))
    place_stop_later = Latched(id="h-1", reason="r", by="ann", at="", keeps="stops")
    latch.pull(world.folder.latch, place_stop_later)
    world.trading.is_deaf = True
    place_stop(world, "stop")
    await world.desk.start()

    await until(lambda: world.state.halt and world.state.halt.is_confirmed, "the confirmation")

    assert world.broker.orders["stop"].is_open
    await world.desk.stop()


async def test_a_second_pull_without_the_choice_cancels_the_kept_stops_too(world: World):
    world.broker.hold("AAPL", Decimal(10))
    place_stop(world, "stop")
    await halted(world, keeps="stops")

    await halted(world)

    assert world.broker.orders["stop"].status is OrderStatus.CANCELED
    assert "besides" not in world.state.halt.receipt
    said = latch.read(world.folder.latch)
    assert (said.reason, said.keeps) == ("smoke", "none")


async def test_a_second_pull_while_it_still_sweeps_takes_the_choice_back(world: World):
    world.broker.hold("AAPL", Decimal(10))
    place_stop(world, "stop")
    world.broker.trouble = "connection refused"
    await world.desk.halt("smoke", OWNER, keeps="stops")

    await world.desk.halt("smoke", OWNER)
    world.broker.trouble = ""
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")

    assert world.broker.orders["stop"].status is OrderStatus.CANCELED


async def test_a_second_pull_that_keeps_them_too_leaves_them(world: World):
    world.broker.hold("AAPL", Decimal(10))
    place_stop(world, "stop")
    await halted(world, keeps="stops")

    await halted(world, keeps="stops")

    assert world.broker.orders["stop"].is_open


async def test_a_kept_stop_goes_when_its_position_is_closed(world: World):
    world.broker.hold("AAPL", Decimal(10))
    place_stop(world, "stop")
    await halted(world, keeps="stops")

    async def trade() -> None:
        world.broker.execute(list(world.broker.orders)[-1])

    world.broker.after_taking = trade
    world.price()
    await world.desk.flatten(FlattenRequest(extent=Extent.ALL), OWNER)
    await until(lambda: world.state.halt.is_confirmed, "the second confirmation")

    assert world.broker.orders["stop"].status is OrderStatus.CANCELED
    assert world.broker.held["AAPL"].qty == 0


async def test_cancels_that_wait_for_the_open_are_told_with_its_time(tmp_path):
    world = World(tmp_path)
    world.broker.session = market_clock(is_open=False)
    world.broker.cancels_complete = False
    await world.start()
    for number in range(3):
        world.broker.place(buy("1", key=f"o-{number}"))
    await until(lambda: world.state.clock is not None, "the session")

    await world.desk.halt("smoke", OWNER)
    pending = "3 of them pending cancel until 08:00 New York, Sat 21 Nov"
    await until(lambda: pending in _detail(world, "sweep"), "an honest word")

    assert not world.state.halt.is_confirmed
    await world.desk.stop()


def _detail(world: World, name: str) -> str:
    halt = world.state.halt
    return "" if halt is None else next(s.detail for s in halt.steps if s.name == name)
