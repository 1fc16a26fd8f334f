"""Fills that a look-up knows of and the stream does not: asked for at once, booked once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from console.desk.limits import Limits
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from console.ports import BrokerUnavailable
from tests.builders import OWNER, buy
from tests.desk.conftest import QUICK, World, until

ALONE = Limits(stale_after=60.0, pace=replace(QUICK, reconcile_every=300.0, send_deadline=30.0))
"""No comparison comes by itself while the test lasts."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    world.desk = world.make_desk(ALONE)
    await world.start()
    yield world
    await world.desk.stop()


async def bought(world: World) -> str:
    """Have an order working, of whose fill the stream says nothing."""
    receipt = await world.desk.submit(buy("10"), OWNER)
    assert receipt.outcome is Outcome.ACCEPTED, receipt
    world.trading.is_deaf = True
    world.broker.execute(receipt.order)
    return receipt.order


async def test_what_a_look_up_tells_filled_is_in_the_ledger_without_waiting_for_a_comparison(
    world: World,
):
    key = await bought(world)

    await world.desk.cancel([key], OWNER)
    await until(lambda: "AAPL" in world.state.holdings, "the holding in our own ledger", 30)

    assert world.state.orders[key].status is OrderStatus.FILLED
    assert world.state.holdings["AAPL"].qty == Decimal(10)
    assert [fill.order for fill in world.state.fills.values()] == [key]


async def test_executions_that_cannot_be_had_are_left_to_the_next_comparison(world: World):
    asked = []
    real = world.broker.fills_since

    async def lose(after):
        asked.append(after)
        raise BrokerUnavailable("no answer")

    world.broker.fills_since = lose
    await world.desk.cancel([await bought(world)], OWNER)
    await until(lambda: asked, "the question", 30)
    world.broker.fills_since = real
    await world.desk.reconcile(OWNER)

    assert world.state.holdings["AAPL"].qty == Decimal(10)
    assert len(world.state.fills) == 1
