"""What a halt says at each of its steps, and how long it says that it took."""

import asyncio
import shutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.desk import latch
from console.desk.latch import Latched
from console.domain.flatten import Extent, FlattenRequest
from console.domain.halt import StepStatus
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from console.ports import BrokerUnavailable, OrderRejected
from tests.builders import OWNER, buy
from tests.desk.conftest import FREE_HAND, QUICK, World, until
from tests.desk.fakes import drop_answer, hang

EVERYTHING = FlattenRequest(extent=Extent.ALL)


def step(world: World, name: str):
    return next(step for step in world.state.halt.steps if step.name == name)


def is_confirmed(world: World) -> bool:
    return world.state.halt is not None and world.state.halt.is_confirmed


async def halted(world: World) -> None:
    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")


async def test_a_pull_without_a_choice_is_named_by_the_desk_and_leaves_the_setting(world: World):
    await halted(world)

    said = latch.read(world.folder.latch)
    assert said.id.startswith("h-")
    assert (said.reason, said.by, said.keeps) == ("smoke", str(OWNER), "")


async def test_a_pull_has_the_name_its_caller_gives_it(world: World):
    await world.desk.halt("smoke", OWNER, pull="h-cord")

    assert latch.read(world.folder.latch).id == "h-cord"


async def test_every_step_of_a_quiet_halt_says_what_was_done(world: World):
    await halted(world)

    assert [(one.name, one.status, one.detail) for one in world.state.halt.steps] == [
        ("latch", StepStatus.DONE, "the latch is on the disk"),
        ("drain", StepStatus.DONE, "nothing is in flight"),
        ("sweep", StepStatus.DONE, "the broker lists no open order; 0 orders seen"),
        ("proof", StepStatus.DONE, "two snapshots: 0 open orders, 0 unknown"),
        ("flatten", StepStatus.DONE, "no position is open"),
        ("fence", StepStatus.DONE, "set and read back"),
        ("receipt", StepStatus.DONE, "recorded, and kept beside the latch"),
    ]
    assert step(world, "latch").elapsed_ms < 1_000


async def test_a_latch_that_is_not_on_the_disk_is_said_in_the_disk_s_words(world: World):
    shutil.rmtree(world.folder.path)
    world.folder.path.write_text("a file where the folder was")

    receipt = await world.desk.halt("smoke", OWNER)

    assert receipt.detail.startswith("HALTED: smoke. Nothing more is sent")
    assert "But the latch is not on the disk: [Errno" in receipt.detail
    assert step(world, "latch").status is StepStatus.FAILED
    assert "[Errno" in step(world, "latch").detail


async def test_sends_in_flight_are_counted_and_hold_the_answer_up_for_no_longer_than_a_moment(
    world: World,
):
    world.broker.before_taking = hang
    submitting = asyncio.create_task(world.desk.submit(buy(), OWNER))
    await until(lambda: world.broker.sent)
    now = asyncio.get_running_loop().time
    began = now()

    await world.desk.halt("smoke", OWNER)

    assert now() - began < QUICK.drain_deadline
    assert step(world, "drain").detail == "1 sends in flight"
    await submitting


async def test_an_unknown_order_is_waited_for_in_words(world: World):
    world.broker.before_taking = drop_answer
    world.broker.trouble = "away"
    await world.desk.submit(buy(), OWNER)
    world.broker.trouble = ""
    told = set()
    world.desk.listen(lambda _event: world.state.halt and told.add(step(world, "proof").detail))

    await halted(world)

    assert "1 order unknown: looking them up" in told


async def test_no_re_arm_while_an_order_is_unknown(world: World):
    find = world.broker.find
    world.broker.before_taking = drop_answer
    world.broker.find = no_answer
    await world.desk.submit(buy(), OWNER)
    await world.desk.halt("smoke", OWNER)
    await until(lambda: "1 order unknown" in step(world, "proof").detail, "the unknown order")

    refused = await world.desk.rearm("all clear", OWNER)
    world.broker.find = find
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")

    assert refused.outcome is Outcome.DENIED
    assert refused.detail.startswith("The halt is not confirmed yet")
    assert (await world.desk.rearm("all clear", OWNER)).outcome is Outcome.ACCEPTED


async def no_answer(_key: str) -> None:
    raise BrokerUnavailable("500")


async def test_a_broker_that_goes_away_before_the_proof_is_told_in_its_words(world: World):
    told = set()
    is_away = []

    async def go_away() -> None:
        if "two snapshots" not in str(told) and "the first snapshot" in str(told):
            is_away.append(True)
            if len(is_away) < 3:
                raise BrokerUnavailable("service unavailable")

    world.broker.before_asking = go_away
    world.desk.listen(lambda _event: world.state.halt and told.add(step(world, "proof").detail))

    await halted(world)

    assert "service unavailable" in told


async def test_every_order_that_was_open_since_the_pull_is_in_the_receipt(world: World):
    world.broker.place(buy(key="first"))
    world.broker.cancels_complete = False
    await world.desk.halt("smoke", OWNER)
    await until(lambda: "pending cancel" in step(world, "sweep").detail, "the word")

    world.broker.change("first", OrderStatus.CANCELED)
    world.broker.place(buy(key="second"))
    world.broker.cancels_complete = True
    await until(lambda: is_confirmed(world), "the confirmation")

    assert "Orders that were open: 2 canceled." in world.state.halt.receipt
    assert [line.order for line in world.state.halt.orders] == ["first", "second"]


async def test_a_halt_that_is_found_has_lasted_since_its_latch_says(tmp_path):
    world = World(tmp_path)
    an_hour_ago = (world.clock.now() - timedelta(hours=1)).isoformat()
    latch.pull(world.folder.latch, Latched(id="h-9", reason="r", by="ann", at=an_hour_ago))

    await world.desk.start()
    await until(lambda: is_confirmed(world), "the confirmation")

    assert "Halt h-9 confirmed 3600." in world.state.halt.receipt
    await world.desk.stop()


async def test_a_halt_that_is_found_from_the_future_has_lasted_no_time(tmp_path):
    world = World(tmp_path)
    tomorrow = (world.clock.now() + timedelta(days=1)).isoformat()
    latch.pull(world.folder.latch, Latched(id="h-9", reason="r", by="ann", at=tomorrow))

    await world.desk.start()
    await until(lambda: is_confirmed(world), "the confirmation")

    assert "Halt h-9 confirmed 0." in world.state.halt.receipt
    await world.desk.stop()


@pytest.mark.parametrize(
    ("choice", "setting", "are_kept"),
    [
        ("stops", False, True),
        ("stops", True, True),
        ("none", True, False),
        ("none", False, False),
        ("", True, True),
        ("", False, False),
    ],
)
def test_a_puller_s_choice_goes_before_the_setting(tmp_path, choice, setting, are_kept):
    world = World(tmp_path)
    desk = world.make_desk(replace(FREE_HAND, halt_keeps_stops=setting))

    assert desk._rooms.halt.halts._sequence.keeps_stops(choice) is are_kept


@pytest.mark.parametrize(
    ("symbols", "asked"),
    [
        (("AAPL",), "1 position is open (AAPL): close or leave them?"),
        (("MSFT", "AAPL"), "2 positions are open (AAPL, MSFT): close or leave them?"),
    ],
)
async def test_the_flatten_question_counts_and_names_the_positions(world: World, symbols, asked):
    for symbol in symbols:
        world.broker.hold(symbol, Decimal(10))

    await halted(world)

    assert step(world, "flatten").detail == asked


async def test_a_flatten_in_a_halt_is_told_while_it_runs_and_in_the_receipt(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    world.price()

    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")
    while_it_runs = (step(world, "flatten").detail, world.state.halt.is_question_open)
    world.broker.execute(list(world.broker.orders)[-1])
    await until(lambda: is_confirmed(world), "the confirmation")

    assert while_it_runs == ("closing every position", False)
    assert step(world, "flatten").detail == "1 of 1 positions closed"
    told = "Flatten of every position: 1 of 1 positions closed."
    assert told in world.state.halt.receipt


async def test_a_fence_that_is_refused_is_told_with_the_reason_and_recorded_once_it_stands(
    world: World,
):
    real, told = world.broker.suspend, set()
    world.desk.listen(lambda _event: world.state.halt and told.add(step(world, "fence").detail))

    async def refuse_once(is_suspended: bool) -> None:
        world.broker.suspend = real
        raise OrderRejected("not now")

    world.broker.suspend = refuse_once
    await halted(world)
    await until(lambda: "halt.fenced" in world.journal.kinds, "the record")

    assert any("not now; trying again" in words for words in told)
    assert world.broker.is_fenced


async def test_a_choice_of_the_fence_that_fails_is_answered_with_the_reason(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)

    async def refuse(is_suspended: bool) -> None:
        raise OrderRejected("not now")

    world.broker.suspend = refuse
    receipt = await world.desk.fence(True, OWNER)

    assert receipt.outcome is Outcome.UNKNOWN
    assert "not now" in receipt.detail


async def test_one_change_of_the_fence_at_a_time_and_no_re_arm_beside_it(world: World):
    await halted(world)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        asked.set()
        await go_on.wait()

    world.journal.before_write = lambda record: hold() if record.kind == "fence.chosen" else _no()
    lifting = asyncio.create_task(world.desk.fence(False, OWNER))
    await asked.wait()
    second = await world.desk.fence(True, OWNER)
    rearming = await world.desk.rearm("all clear", OWNER)
    go_on.set()

    assert "being changed already" in second.detail
    assert "The fence is being changed" in rearming.detail
    assert (await lifting).outcome is Outcome.ACCEPTED


async def test_no_second_re_arm_and_no_fence_beside_a_re_arm(world: World):
    await halted(world)
    recording, go_on = world.journal.hold("halt.rearmed")
    rearming = asyncio.create_task(world.desk.rearm("fed", OWNER))
    await recording.wait()

    second = await world.desk.rearm("me too", OWNER)
    fence = await world.desk.fence(True, OWNER)
    go_on.set()

    assert (second.outcome, fence.outcome) == (Outcome.DENIED, Outcome.DENIED)
    assert (await rearming).outcome is Outcome.ACCEPTED


async def test_an_account_that_is_never_told_does_not_keep_it_halted(world: World):
    await halted(world)
    real = world.broker.account

    async def ask() -> None:
        await hang()

    world.broker.account = ask
    receipt = await world.desk.rearm("fed", OWNER)
    world.broker.account = real

    assert receipt.outcome is Outcome.ACCEPTED


async def test_a_fence_that_stands_is_set_once_and_left_alone(world: World):
    await halted(world)
    looks = []
    real = world.broker.is_suspended

    async def count() -> bool:
        looks.append(True)
        return await real()

    world.broker.is_suspended = count
    await asyncio.sleep(2.0)

    assert world.broker.suspends == [True]
    assert looks == []


async def test_a_fence_that_does_not_change_is_told_so(world: World):
    async def pretend(is_suspended: bool) -> None:
        return

    world.broker.suspend = pretend
    await halted(world)

    assert "says otherwise when it is asked again" in world.state.halt.receipt


async def _no() -> None:
    return
