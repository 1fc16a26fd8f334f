"""Whatever the broker does to the answers: one order per intent, and one truth in the end."""

import asyncio
import random

import pytest

from console.domain.events import FillBooked, OrderUpdated
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from console.ports import OrderRejected, Unconfirmed, Unrecordable
from tests.builders import OWNER, STRANGER, buy
from tests.desk.conftest import World, until

ORDERS = 12


class Faults:
    """A seeded source of trouble between the desk and its broker."""

    def __init__(self, world: World, seed: int) -> None:
        self._random = random.Random(seed)
        self._world = world
        world.broker.before_taking = self.on_the_way
        world.broker.after_taking = self.on_the_way_back

    async def on_the_way(self) -> None:
        await asyncio.sleep(self._random.random() * 0.01)
        fate = self._random.random()
        if fate < 0.15:
            raise Unconfirmed("lost on the way")
        if fate < 0.25:
            raise OrderRejected("not today")
        self._world.trading.is_deaf = self._random.random() < 0.3

    async def on_the_way_back(self) -> None:
        fate = self._random.random()
        if fate < 0.3:
            raise Unconfirmed("lost on the way back")
        if fate < 0.5:
            self._world.broker.execute(self._random.choice(self._open()))
        if fate > 0.9:
            self._world.broker.change(self._random.choice(self._open()), OrderStatus.CANCELED)

    def _open(self) -> list[str]:
        return [told.key for told in self._world.broker.orders.values() if told.is_open]


def agree(world: World) -> bool:
    """Whether desk and broker tell the same of every order."""
    theirs = {key: (o.status, o.filled_qty) for key, o in world.broker.orders.items()}
    never_there = (OrderStatus.ABSENT, OrderStatus.REJECTED)
    ours = {
        key: (order.status, order.filled_qty)
        for key, order in world.state.orders.items()
        if key in theirs or order.status not in never_there
    }
    return ours == theirs


@pytest.mark.parametrize("seed", range(8))
async def test_every_intent_becomes_at_most_one_order_and_both_sides_agree(world: World, seed):
    Faults(world, seed)

    async def trade(number: int) -> Outcome:
        symbol = ("AAPL", "MSFT")[number % 2]
        world.price(symbol)
        return (await world.desk.submit(buy("1", symbol, "190.05"), OWNER)).outcome

    outcomes = await asyncio.gather(*(trade(number) for number in range(ORDERS)))
    sent = [request.client_order_id for request in world.broker.sent]
    await until(lambda: agree(world), f"agreement after seed {seed}")

    assert len(sent) == len(set(sent))
    assert len(sent) == sum(outcome is not Outcome.DENIED for outcome in outcomes)
    filled = {key: o.filled_qty for key, o in world.broker.orders.items() if o.filled_qty}
    booked = {fill.order: fill.qty for fill in world.state.fills.values()}
    assert booked == filled


@pytest.mark.parametrize("seed", range(4))
async def test_a_halt_in_the_middle_of_trouble_ends_with_nothing_open(world: World, seed):
    Faults(world, seed)
    for number in range(ORDERS):
        world.price()
        world.desk._rooms.ground.workers.run(f"trade {number}", world.desk.submit(buy("1"), OWNER))
    await asyncio.sleep(0.01)

    await world.desk.halt("trouble", OWNER)
    await until(lambda: world.state.halt.is_confirmed, f"the confirmation after seed {seed}")

    assert not any(order.is_open for order in world.broker.orders.values())
    assert not any(order.is_open for order in world.state.orders.values())


async def test_a_record_that_can_never_be_written_holds_up_no_other(world: World):
    async def refuse(record) -> None:
        if record.kind == "watchlist.changed":
            raise Unrecordable("no disk takes this")

    world.journal.before_write = refuse
    await world.desk.watch("MSFT", False, OWNER)
    await world.desk.submit(buy(), STRANGER)

    await until(lambda: "order.forbidden" in world.journal.kinds, "the next record")
    assert "record.lost" in world.journal.kinds


async def test_after_a_sleep_both_streams_are_opened_anew_and_it_is_told(world: World):
    world.clock.sleep(600)

    await until(lambda: world.market.reconnects and world.trading.reconnects, "new streams")
    await until(lambda: world.alerts("system"), "a word")

    assert "600 s" in world.alerts("system")[0]
    await until(lambda: "clock.jumped" in world.journal.kinds, "the record")


async def test_a_clock_that_is_set_back_is_told_once_and_recorded(world: World):
    world.set_back = 0.5
    await asyncio.sleep(0.1)
    assert world.alerts("system") == []

    world.set_back = 3_600.0

    await until(lambda: world.alerts("system"), "a word")
    await until(lambda: "clock.jumped" in world.journal.kinds, "the record")
    await asyncio.sleep(0.1)
    (told,) = world.alerts("system")
    assert told.startswith("The machine's clock was set back by 3600 s")
    (jumped,) = [r for r in world.journal.records if r.kind == "clock.jumped"]
    assert jumped.body == {"seconds": -3600.0}


async def test_an_update_that_breaks_costs_none_of_those_that_came_with_it(world: World):
    first = await world.desk.submit(buy(), OWNER)
    second = await world.desk.submit(buy(), OWNER)
    world.trading.is_deaf = True
    world.broker.execute(first.order)
    made = world.broker.execute(second.order)
    world.trading.is_deaf = False

    broken = OrderUpdated(None)
    world.trading.tell(broken, OrderUpdated(world.broker.orders[second.order]), FillBooked(made))

    assert world.state.orders[second.order].status is OrderStatus.FILLED
    assert made.execution_id in world.state.fills
    await until(lambda: world.state.orders[first.order].status is OrderStatus.FILLED, "the rest")
