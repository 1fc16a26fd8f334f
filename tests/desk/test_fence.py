"""The broker-side suspension: after the flatten question, read back, lifted by a re-arm."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from console.desk.limits import Limits
from console.domain.flatten import CloseStatus, Extent, FlattenRequest
from console.domain.halt import StepStatus
from console.domain.receipts import Outcome
from console.ports import OrderRejected, Unconfirmed
from tests.builders import OWNER, STRANGER, buy
from tests.desk.conftest import QUICK, QUICK_FLATTEN, World, until

EVERYTHING = FlattenRequest(extent=Extent.ALL)


def step(world: World, name: str):
    return next(step for step in world.state.halt.steps if step.name == name)


async def halted(world: World) -> None:
    await world.desk.halt("smoke", OWNER)
    await until(lambda: world.state.halt and world.state.halt.is_confirmed, "the confirmation")


async def test_without_positions_the_fence_is_set_and_read_back(world: World):
    await halted(world)

    assert world.broker.is_fenced
    assert world.state.halt.is_fenced
    assert step(world, "fence").status is StepStatus.DONE
    assert "Fence: set and read back" in world.state.halt.receipt


async def test_with_positions_the_fence_waits_for_the_flatten_question(world: World):
    world.broker.hold("AAPL", Decimal(10))

    await halted(world)

    assert world.state.halt.is_question_open
    assert "AAPL" in step(world, "flatten").detail
    assert world.broker.suspends == []
    assert "Fence: not set: positions are open" in world.state.halt.receipt


async def test_declining_to_flatten_sets_the_fence_and_renews_the_receipt(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)

    receipt = await world.desk.fence(True, OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert world.broker.is_fenced
    assert not world.state.halt.is_question_open
    assert "declined by ann" in step(world, "flatten").detail
    assert "Fence: set and read back" in world.state.halt.receipt


async def test_the_fence_is_set_once_the_positions_are_closed(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)

    async def trade() -> None:
        world.broker.execute(list(world.broker.orders)[-1])

    world.broker.after_taking = trade
    world.price()
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.state.halt.is_confirmed, "the second confirmation")

    assert world.broker.suspends == [True]
    assert world.broker.held["AAPL"].qty == 0


async def test_a_flatten_that_a_pull_has_stopped_answers_nothing(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    world.price()
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")

    await world.desk.halt("stop that", OWNER)
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")

    assert world.state.halt.is_question_open
    assert world.broker.suspends == []
    assert "close or leave them?" in step(world, "flatten").detail


async def test_a_re_arm_lifts_the_fence_before_anything_may_be_sent(world: World):
    await halted(world)

    receipt = await world.desk.rearm("all clear", OWNER)
    world.price()
    sent = await world.desk.submit(buy("1"), OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert world.broker.suspends == [True, False]
    assert sent.outcome is Outcome.ACCEPTED


async def test_a_fence_that_cannot_be_lifted_keeps_it_halted(world: World):
    await halted(world)
    world.broker.trouble = "service unavailable"

    receipt = await world.desk.rearm("all clear", OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert "cannot be lifted" in receipt.detail
    assert world.folder.latch.exists()


async def test_a_fence_that_is_told_but_not_there_is_no_fence(world: World):
    async def ignore(is_suspended: bool) -> None:
        world.broker.suspends.append(is_suspended)

    world.broker.suspend = ignore

    await halted(world)

    assert step(world, "fence").status is StepStatus.FAILED
    assert not world.state.halt.is_fenced
    assert "NOT SET" in world.state.halt.receipt


async def test_a_broker_that_hangs_on_the_fence_holds_no_confirmation_back(world: World):
    async def hang(_is_suspended: bool) -> None:
        await asyncio.Event().wait()

    working, world.broker.suspend = world.broker.suspend, hang
    await halted(world)
    assert not world.broker.is_fenced

    world.broker.suspend = working
    await until(lambda: world.state.halt.is_fenced, "the fence")
    await until(lambda: "set and read back" in world.state.halt.receipt, "the renewed receipt")
    assert world.broker.is_fenced


async def test_a_broker_that_refuses_to_close_while_fenced_is_told_and_the_fence_may_be_lifted(
    world: World,
):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    await world.desk.fence(True, OWNER)

    async def only_without_the_fence() -> None:
        if world.broker.is_fenced:
            raise OrderRejected("trading is suspended")

    async def trade() -> None:
        world.broker.execute(list(world.broker.orders)[-1])

    world.broker.before_taking, world.broker.after_taking = only_without_the_fence, trade
    world.price()
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.state.flatten and world.state.flatten.is_over, "the refusal")
    refused = world.state.flatten.closings[0]
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")

    world.price()
    await world.desk.flatten(replace(EVERYTHING, lifts_fence=True), OWNER)
    await until(lambda: world.state.halt.is_confirmed, "the last confirmation")

    assert (refused.status, "let the fence be lifted" in refused.detail) == (CloseStatus.LEFT, True)
    assert world.broker.held["AAPL"].qty == 0
    assert world.broker.is_fenced


async def test_a_flatten_that_could_not_see_the_fence_lifted_leaves_it_standing(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    await world.desk.fence(True, OWNER)
    world.price()
    real = world.broker.suspend

    async def lift_and_lose_the_answer(is_suspended: bool) -> None:
        world.broker.suspend = real
        await real(is_suspended)
        raise Unconfirmed("the answer was lost")

    world.broker.suspend = lift_and_lose_the_answer
    receipt = await world.desk.flatten(replace(EVERYTHING, lifts_fence=True), OWNER)
    await until(lambda: world.broker.is_fenced and world.state.halt.is_fenced, "the fence")

    assert "cannot be lifted" in receipt.detail
    assert world.broker.suspends == [True, False, True]
    assert world.broker.sent == []


async def test_a_fence_that_was_refused_when_it_was_asked_for_is_tried_again(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    real = world.broker.suspend

    async def refuse_once(is_suspended: bool) -> None:
        world.broker.suspend = real
        raise OrderRejected("not now")

    world.broker.suspend = refuse_once
    receipt = await world.desk.fence(True, OWNER)
    await until(lambda: "Fence: set and read back" in world.state.halt.receipt, "the fence")

    assert receipt.outcome is Outcome.UNKNOWN
    assert world.broker.is_fenced


async def test_a_fence_that_is_being_tried_again_is_not_set_under_a_flatten_that_lifts_it(
    world: World,
):
    lifting, go_on = asyncio.Event(), asyncio.Event()
    real = world.broker.suspend

    async def refuse(is_suspended: bool) -> None:
        if is_suspended:
            raise OrderRejected("not now")
        world.broker.suspend = real
        lifting.set()
        await go_on.wait()
        await real(is_suspended)

    async def look_at_the_fence() -> None:
        await asyncio.sleep(0.1)  # what is on its way to the broker has arrived by then
        closed_under.append(world.broker.is_fenced)

    async def trade() -> None:
        world.broker.execute(list(world.broker.orders)[-1])

    closed_under: list[bool] = []
    world.broker.hold("AAPL", Decimal(10))
    world.broker.suspend = refuse
    world.broker.before_taking, world.broker.after_taking = look_at_the_fence, trade
    await halted(world)
    await world.desk.fence(True, OWNER)
    world.price()
    flatten = asyncio.create_task(world.desk.flatten(replace(EVERYTHING, lifts_fence=True), OWNER))
    await lifting.wait()
    await asyncio.sleep(0.2)  # several times as long as the fence rests between two tries
    go_on.set()
    await flatten
    await until(lambda: world.state.halt.is_confirmed and world.broker.is_fenced, "the fence")

    assert closed_under == [False]
    assert world.broker.suspends == [False, True]
    assert world.state.halt.is_fenced


async def test_the_fence_is_set_again_after_a_pull_that_beat_a_re_arm(world: World):
    await halted(world)
    recording, go_on = world.journal.hold("halt.rearmed")
    rearming = asyncio.create_task(world.desk.rearm("all clear", OWNER))
    await recording.wait()
    await world.desk.halt("no", STRANGER)
    go_on.set()

    assert (await rearming).outcome is Outcome.DENIED
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")
    assert world.broker.is_fenced


async def test_the_fence_may_be_left_out_and_changed_by_choice(tmp_path):
    world = World(tmp_path)
    limits = Limits(pace=QUICK, flatten=QUICK_FLATTEN, halt_sets_fence=False)
    world.desk = world.make_desk(limits)
    await world.start()
    await halted(world)
    assert world.broker.suspends == []

    await world.desk.fence(True, OWNER)
    assert world.broker.is_fenced
    await world.desk.fence(False, OWNER)

    assert not world.broker.is_fenced
    assert step(world, "fence").detail == "not set, by choice"
    await world.desk.stop()


async def test_only_the_owner_chooses_and_only_while_halted(world: World):
    active = await world.desk.fence(True, OWNER)
    await halted(world)
    stranger = await world.desk.fence(False, STRANGER)

    assert (active.outcome, stranger.outcome) == (Outcome.DENIED, Outcome.FORBIDDEN)
    assert world.broker.is_fenced
