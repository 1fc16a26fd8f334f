"""A gap in the trading stream with five hundred orders in it, closed before the gate opens."""

import asyncio

from console.domain.connections import Channel, Link
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from tests.builders import OWNER, buy, sell
from tests.desk.conftest import World, until

ORDERS = 500
PATIENCE = 60.0


def live(world: World) -> bool:
    return world.state.connections[Channel.TRADING].link is Link.LIVE


def agree(world: World) -> bool:
    told = world.broker.orders
    known = {key: world.state.orders[key] for key in told if key in world.state.orders}
    return len(known) == len(told) and all(
        (known[key].status, known[key].filled_qty) == (order.status, order.filled_qty)
        for key, order in told.items()
    )


async def test_what_five_hundred_orders_did_in_a_gap_is_known_before_anything_is_sent(world: World):
    for number in range(ORDERS):
        world.broker.place(buy("2", key=f"other-{number}"))
    await until(lambda: len(world.state.open_orders) == ORDERS, "the orders", PATIENCE)
    await until(lambda: live(world), "the stream", PATIENCE)
    answers = asyncio.Event()
    world.broker.before_asking = answers.wait
    world.trading.is_deaf = True
    world.trading.link(Link.DOWN, "lost")

    for number in range(ORDERS):
        key = f"other-{number}"
        if number % 3 == 0:
            world.broker.execute(key)
        if number % 3 == 1:
            world.broker.execute(key, "1")
        if number % 3 == 2:
            world.broker.change(key, OrderStatus.CANCELED)
    world.trading.is_deaf = False
    world.trading.link(Link.LIVE)
    world.price()
    entry = await world.desk.submit(buy("1"), OWNER)

    assert entry.outcome is Outcome.DENIED
    assert "trading stream" in [check.rule for check in entry.failures]
    assert world.broker.sent == []
    answers.set()
    await until(lambda: live(world), "the end of the gap", PATIENCE)
    assert agree(world)
    filled = sum(order.filled_qty for order in world.broker.orders.values())
    assert sum(fill.qty for fill in world.state.fills.values()) == filled
    world.price()
    assert (await world.desk.submit(sell("1"), OWNER)).outcome is Outcome.ACCEPTED
