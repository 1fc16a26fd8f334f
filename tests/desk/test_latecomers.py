"""What another program places after a halt was proven is swept away as well."""

import asyncio
from decimal import Decimal

from console.domain.flatten import Extent, FlattenRequest
from console.domain.halt import StepStatus
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from tests.builders import OWNER, buy
from tests.desk.conftest import World, until

EVERYTHING = FlattenRequest(extent=Extent.ALL)


def is_confirmed(world: World) -> bool:
    return world.state.halt is not None and world.state.halt.is_confirmed


def unproven(world: World) -> set[str]:
    waiting = {step.name for step in world.state.halt.steps if step.status is StepStatus.WAITING}
    return waiting & {"proof", "receipt"}


async def halted(world: World) -> None:
    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")


async def test_an_order_after_the_receipt_is_canceled_and_zero_is_proven_anew(world: World):
    await halted(world)

    world.broker.place(buy(key="somebody-else"))
    world.broker.change("somebody-else", OrderStatus.PENDING_REPLACE)

    assert not is_confirmed(world)
    assert unproven(world) == {"proof", "receipt"}
    await until(lambda: is_confirmed(world), "the second confirmation")
    assert not unproven(world)
    assert world.broker.orders["somebody-else"].status is OrderStatus.CANCELED
    assert [order.order for order in world.state.halt.orders] == ["somebody-else"]
    kinds = world.journal.kinds
    assert kinds.count("halt.doubted") == 1
    assert kinds.count("halt.pulled") == 1
    assert kinds.count("halt.confirmed") >= 2


async def test_an_order_between_the_second_look_and_the_receipt_is_in_no_receipt(world: World):
    recording, go_on = world.journal.hold("halt.confirmed")
    await world.desk.halt("smoke", OWNER)
    await recording.wait()

    world.broker.place(buy(key="somebody-else"))
    go_on.set()
    await until(lambda: is_confirmed(world), "the confirmation")

    assert world.broker.orders["somebody-else"].status is OrderStatus.CANCELED


async def test_news_of_an_order_that_is_being_swept_raise_no_doubt(world: World):
    world.broker.cancels_complete = False
    world.broker.place(buy(key="slow"))
    await world.desk.halt("smoke", OWNER)
    await until(lambda: world.state.orders["slow"].status is OrderStatus.PENDING_CANCEL)

    world.broker.change("slow", OrderStatus.PENDING_CANCEL)
    world.broker.change("slow", OrderStatus.CANCELED)
    await until(lambda: is_confirmed(world), "the confirmation")

    assert "halt.doubted" not in world.journal.kinds


async def test_an_order_told_when_it_is_over_raises_no_doubt(world: World):
    await halted(world)

    world.broker.place(buy(key="rejected"), status=OrderStatus.REJECTED)

    assert is_confirmed(world)
    assert "halt.doubted" not in world.journal.kinds


async def test_without_a_halt_nothing_is_swept(world: World):
    world.broker.place(buy(key="somebody-else"))
    await asyncio.sleep(0.2)

    assert world.broker.orders["somebody-else"].status is OrderStatus.NEW
    assert "halt.doubted" not in world.journal.kinds


async def test_what_a_flatten_sends_raises_no_doubt(world: World):
    world.price()
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)

    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")
    world.broker.execute(world.broker.sent[-1].client_order_id)
    await until(lambda: is_confirmed(world), "the confirmation")

    assert "halt.doubted" not in world.journal.kinds


async def test_an_order_while_the_fence_is_being_moved_is_swept_after_that(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    recording, go_on = world.journal.hold("fence.chosen")
    choosing = asyncio.create_task(world.desk.fence(True, OWNER))
    await recording.wait()

    world.broker.place(buy(key="somebody-else"))
    assert not is_confirmed(world)
    go_on.set()
    await choosing
    await until(lambda: is_confirmed(world), "the confirmation")

    assert world.broker.orders["somebody-else"].status is OrderStatus.CANCELED
    assert world.broker.is_fenced


async def test_an_order_while_the_halt_is_being_lifted_is_left_to_the_trader(world: World):
    await halted(world)
    recording, go_on = world.journal.hold("halt.rearmed")
    lifting = asyncio.create_task(world.desk.rearm("all clear", OWNER))
    await recording.wait()

    world.broker.place(buy(key="somebody-else"))
    await asyncio.sleep(0.2)
    go_on.set()

    assert (await lifting).outcome is Outcome.ACCEPTED
    assert world.broker.orders["somebody-else"].status is OrderStatus.NEW


async def test_an_order_while_a_re_arm_fails_is_swept_after_that(world: World):
    await halted(world)
    recording, go_on = world.journal.hold("halt.rearmed")
    lifting = asyncio.create_task(world.desk.rearm("all clear", OWNER))
    await recording.wait()

    world.broker.place(buy(key="somebody-else"))
    world.journal.trouble = "the disk is full"
    go_on.set()

    assert (await lifting).outcome is Outcome.DENIED
    world.journal.trouble = ""
    await until(lambda: is_confirmed(world), "the confirmation")
    assert world.broker.orders["somebody-else"].status is OrderStatus.CANCELED
