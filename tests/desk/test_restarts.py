"""The start-up gate: whatever stood at the broker, nothing is sent before it was read."""

import asyncio
import random
from decimal import Decimal

from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from console.ports import Remembered, Setting
from tests.builders import OWNER, buy, sell
from tests.desk.conftest import World, until
from tests.desk.fakes import FakeJournal

RESTARTS = 50


def memory(world: World) -> Remembered:
    """What the desk's journal holds of it."""
    settings = {row.name: row.value for row in world.journal.rows if isinstance(row, Setting)}
    return Remembered(
        orders=tuple(world.state.orders.values()),
        fills=tuple(world.state.fills.values()),
        settings=settings,
    )


async def restart(world: World) -> None:
    """Start a desk that knows what the last one wrote, and try to trade before it has read."""
    answers = asyncio.Event()
    world.broker.before_asking = answers.wait
    world.journal = FakeJournal(memory(world))
    world.desk = world.make_desk()
    sent = len(world.broker.sent)
    await world.desk.start()
    world.price()

    refused = await world.desk.submit(buy(), OWNER)
    leaving = await world.desk.submit(sell("1"), OWNER)

    assert {refused.outcome, leaving.outcome} == {Outcome.DENIED}
    assert "reconciled" in [check.rule for check in refused.failures]
    assert len(world.broker.sent) == sent
    answers.set()
    await until(lambda: world.state.reconciliation, "the reconciliation")


async def test_fifty_restarts_amid_every_kind_of_order_send_nothing_before_it_was_read(tmp_path):
    chance = random.Random(4)
    world = World(tmp_path)
    await world.start()
    for number in range(RESTARTS):
        world.price()
        placed = await world.desk.submit(buy(limit="190.10"), OWNER)
        if placed.outcome is Outcome.ACCEPTED and chance.random() < 0.5:
            world.broker.execute(placed.order, chance.choice(["3", "10"]))
        if placed.outcome is Outcome.ACCEPTED and chance.random() < 0.3:
            await world.desk.replace(placed.order, OWNER, limit_price=Decimal("190.05"))
        await world.desk.stop()
        world.broker.place(sell("1", key=f"other-{number}", symbol="MSFT"))
        for order in list(world.broker.orders.values()):
            if order.status is OrderStatus.NEW and chance.random() < 0.3:
                world.broker.execute(order.key)

        world.epoch = f"t{number}"
        await restart(world)

    for key, order in world.broker.orders.items():
        known = world.state.orders[key]
        assert (known.status, known.filled_qty) == (order.status, order.filled_qty), known
    held = {symbol: told.qty for symbol, told in world.broker.held.items() if told.qty}
    assert {s: h.qty for s, h in world.state.holdings.items() if h.qty} == held
    await world.desk.stop()
