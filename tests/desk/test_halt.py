"""The cord: nothing leaves after it, everything open is canceled, and zero is proven."""

import asyncio
import json
import shutil
import threading

from console.desk import latch
from console.desk.latch import Latched
from console.domain.events import HaltChanged
from console.domain.halt import Mode
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from tests.builders import OWNER, STRANGER, buy, order, request
from tests.desk.conftest import QUICK, World, until
from tests.desk.fakes import drop_answer, hang


def is_confirmed(world: World) -> bool:
    return world.state.halt is not None and world.state.halt.is_confirmed


async def test_a_halt_is_latched_before_it_is_acknowledged(world: World):
    receipt = await world.desk.halt("smoke", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert latch.is_pulled(world.folder.latch)
    assert world.state.mode is Mode.HALTED


async def test_after_the_acknowledgement_nothing_is_sent(world: World):
    await world.desk.halt("smoke", OWNER)

    world.price()
    refused = await world.desk.submit(buy(), OWNER)
    await world.desk.flat("AAPL", OWNER)

    assert refused.outcome is Outcome.DENIED
    assert "halted" in refused.detail
    assert world.broker.sent == []


async def test_a_storm_of_orders_ends_with_the_acknowledgement(world: World):
    async def trade_on() -> None:
        while True:
            world.price()
            await world.desk.submit(buy("1"), OWNER)

    traders = [asyncio.create_task(trade_on()) for _ in range(5)]
    await until(lambda: len(world.broker.sent) > 20)

    await world.desk.halt("storm", OWNER)
    sent = len(world.broker.sent)
    await until(lambda: is_confirmed(world), "the confirmation")

    assert len(world.broker.sent) == sent
    assert not any(order.is_open for order in world.broker.orders.values())
    for trader in traders:
        trader.cancel()


async def test_an_intent_recorded_before_the_cord_is_not_sent_after_it(world: World):
    recording, go_on = world.journal.hold("order.intended")
    submitting = asyncio.create_task(world.desk.submit(buy(), OWNER))
    await recording.wait()

    await world.desk.halt("just in time", OWNER)
    go_on.set()

    assert (await submitting).outcome is Outcome.DENIED
    assert world.broker.sent == []


async def test_open_orders_are_canceled_and_the_receipt_says_so(world: World):
    for _ in range(3):
        await world.desk.submit(buy("1"), OWNER)
    world.broker.place(buy("5", key="somebody-else"))

    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")

    assert not any(order.is_open for order in world.broker.orders.values())
    assert not any(order.is_open for order in world.state.orders.values())
    assert "4 canceled" in world.state.halt.receipt
    kept = json.loads((world.folder.path / "HALT.receipt.json").read_text())
    assert (kept["open_orders"], len(kept["orders"])) == (0, 4)
    assert "halt.confirmed" in world.journal.kinds
    assert [step.status.value for step in world.state.halt.steps] == ["done"] * 7


async def test_pending_cancels_are_not_confirmed(world: World):
    receipt = await world.desk.submit(buy(), OWNER)
    world.broker.cancels_complete = False

    await world.desk.halt("smoke", OWNER)
    await until(lambda: "pending cancel" in _detail(world, "sweep"), "an honest word")
    assert not is_confirmed(world)

    world.broker.change(receipt.order, OrderStatus.CANCELED)
    await until(lambda: is_confirmed(world), "the confirmation")


async def test_a_broker_that_is_away_is_waited_for_and_nothing_is_confirmed(world: World):
    await world.desk.submit(buy(), OWNER)
    world.broker.trouble = "connection refused"

    await world.desk.halt("smoke", OWNER)
    await until(lambda: "connection refused" in _detail(world, "sweep"), "the trouble")
    assert not is_confirmed(world)

    world.broker.trouble = ""
    await until(lambda: is_confirmed(world), "the confirmation")


async def test_a_broker_that_hangs_is_asked_again_until_it_answers(world: World):
    await world.desk.submit(buy(), OWNER)
    world.broker.before_asking = hang

    await world.desk.halt("smoke", OWNER)
    await until(lambda: "within" in _detail(world, "sweep"), "the trouble")
    assert not is_confirmed(world)

    world.broker.before_asking = None
    await until(lambda: is_confirmed(world), "the confirmation")
    assert not any(order.is_open for order in world.broker.orders.values())


async def test_an_order_in_flight_is_awaited_and_canceled(world: World):
    arrived, answer = asyncio.Event(), asyncio.Event()

    async def take_its_time() -> None:
        arrived.set()
        await answer.wait()

    world.broker.before_taking = take_its_time
    submitting = asyncio.create_task(world.desk.submit(buy(), OWNER))
    await arrived.wait()

    await world.desk.halt("smoke", OWNER)
    answer.set()
    await submitting
    await until(lambda: is_confirmed(world), "the confirmation")

    assert not any(order.is_open for order in world.broker.orders.values())
    assert len(world.broker.sent) == 1


async def test_a_lost_answer_is_resolved_before_the_halt_is_confirmed(world: World):
    world.broker.after_taking = drop_answer
    world.trading.is_deaf = True
    await world.desk.submit(buy(), OWNER)

    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")

    assert world.only_order().status is OrderStatus.CANCELED


async def test_an_order_that_never_arrived_is_proven_absent_before_the_confirmation(world: World):
    world.broker.before_taking = drop_answer
    await world.desk.submit(buy(), OWNER)
    fates = []
    world.desk.listen(
        lambda _event: is_confirmed(world) and fates.append(world.only_order().status)
    )

    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")

    assert fates[0] is OrderStatus.ABSENT


async def test_nothing_is_sent_while_the_latch_is_on_its_way_to_a_slow_disk(world: World):
    disk = threading.Event()
    world.desk._rooms.halt.halts._disk.thread.submit(disk.wait)
    halting = asyncio.create_task(world.desk.halt("smoke", OWNER))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    refused = await world.desk.submit(buy(), OWNER)
    is_latched = latch.is_pulled(world.folder.latch)
    disk.set()

    assert refused.outcome is Outcome.DENIED
    assert not is_latched
    assert (await halting).outcome is Outcome.ACCEPTED
    assert latch.is_pulled(world.folder.latch)


async def test_a_send_that_never_ends_keeps_the_halt_unconfirmed(world: World):
    world.broker.before_taking = hang
    submitting = asyncio.create_task(world.desk.submit(buy(), OWNER))
    await until(lambda: world.broker.sent)

    receipt = await world.desk.halt("smoke", OWNER)
    await until(lambda: "no answer" in _detail(world, "drain"), "the drain's word")

    assert receipt.outcome is Outcome.ACCEPTED
    assert not is_confirmed(world)
    await until(lambda: is_confirmed(world), "the confirmation")
    assert (await submitting).outcome is Outcome.UNKNOWN


async def test_orders_that_wait_for_their_turn_are_not_sent_after_the_cord(world: World):
    world.broker.before_taking = hang
    orders = [asyncio.create_task(world.desk.submit(buy("1"), OWNER)) for _ in range(10)]
    await until(lambda: len(world.broker.sent) == QUICK.sends_at_once)

    await world.desk.halt("smoke", OWNER)
    receipts = await asyncio.gather(*orders)

    assert len(world.broker.sent) == QUICK.sends_at_once
    assert sum(r.outcome is Outcome.DENIED for r in receipts) == 6
    assert sum(r.outcome is Outcome.UNKNOWN for r in receipts) == 4


async def test_a_halt_works_while_nothing_can_be_recorded(world: World):
    await world.desk.submit(buy(), OWNER)
    world.journal.trouble = "the disk is full"

    receipt = await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")

    assert receipt.outcome is Outcome.ACCEPTED
    assert "the disk is full" in _detail(world, "receipt")


async def test_a_halt_holds_in_memory_when_the_latch_cannot_be_written(world: World):
    shutil.rmtree(world.folder.path)
    world.folder.path.write_text("a file where the folder was")

    receipt = await world.desk.halt("smoke", OWNER)
    world.price()
    refused = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert "not on the disk" in receipt.detail
    assert refused.outcome is Outcome.DENIED


async def test_anybody_may_halt(world: World):
    receipt = await world.desk.halt("not mine, still", STRANGER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert world.state.halt.by == str(STRANGER)


async def test_a_second_pull_is_answered_at_once_and_the_first_word_stays(world: World):
    await world.desk.halt("first", OWNER)
    receipt = await world.desk.halt("second", STRANGER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert world.state.halt.reason == "first"


async def test_a_latch_of_another_process_halts_this_desk(world: World):
    said = Latched(id="h-1", reason="from outside", by="root", at="2026-11-20T17:00:00+00:00")
    await world.desk.submit(buy(), OWNER)

    latch.pull(world.folder.latch, said)
    refused = await world.desk.submit(buy(), OWNER)

    assert refused.outcome is Outcome.DENIED
    await until(lambda: is_confirmed(world), "the confirmation")
    assert (world.state.halt.id, world.state.halt.reason) == ("h-1", "from outside")


async def test_a_desk_that_finds_a_latch_starts_halted_and_sweeps(tmp_path):
    world = World(tmp_path)
    latch.pull(
        world.folder.latch, Latched(id="h-9", reason="before", by="ann", at="no time at all")
    )
    world.broker.orders["kc-old-1"] = _resting(world, "kc-old-1")

    await world.desk.start()
    await until(lambda: is_confirmed(world), "the confirmation")

    assert world.state.halt.id == "h-9"
    assert not any(order.is_open for order in world.broker.orders.values())
    await world.desk.stop()


async def test_cancels_pass_while_halted(world: World):
    world.broker.cancels_complete = False
    receipt = await world.desk.submit(buy(), OWNER)
    await world.desk.halt("smoke", OWNER)

    canceled = await world.desk.cancel([receipt.order], OWNER)
    everything = await world.desk.cancel_all(OWNER)

    assert (canceled.outcome, everything.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)


async def test_a_re_arm_lifts_a_confirmed_halt(world: World):
    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")

    receipt = await world.desk.rearm("all clear", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED, receipt
    assert not latch.is_pulled(world.folder.latch)
    assert world.state.mode is Mode.ACTIVE
    world.price()
    assert (await world.desk.submit(buy(), OWNER)).outcome is Outcome.ACCEPTED
    assert "halt.rearmed" in world.journal.kinds


async def test_a_re_arm_needs_a_person_a_reason_and_a_confirmation(world: World):
    assert (await world.desk.rearm("not halted", OWNER)).outcome is Outcome.DENIED
    world.broker.trouble = "away"
    await world.desk.halt("smoke", OWNER)
    unconfirmed = await world.desk.rearm("all clear", OWNER)
    world.broker.trouble = ""
    await until(lambda: is_confirmed(world), "the confirmation")

    nobody = await world.desk.rearm("all clear", STRANGER)
    wordless = await world.desk.rearm("  ", OWNER)

    outcomes = (unconfirmed.outcome, nobody.outcome, wordless.outcome)
    assert outcomes == (Outcome.DENIED, Outcome.FORBIDDEN, Outcome.DENIED)
    assert world.state.mode is Mode.HALTED
    assert latch.is_pulled(world.folder.latch)


async def test_a_re_arm_that_cannot_be_recorded_leaves_it_halted(world: World):
    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")
    world.journal.trouble = "the disk is full"

    receipt = await world.desk.rearm("all clear", OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert latch.is_pulled(world.folder.latch)


async def test_a_pull_during_a_re_arm_wins(world: World):
    await world.desk.halt("first", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")
    recording, go_on = world.journal.hold("halt.rearmed")
    rearming = asyncio.create_task(world.desk.rearm("all clear", OWNER))
    await recording.wait()

    await world.desk.halt("no, stop", STRANGER)
    go_on.set()

    assert (await rearming).outcome is Outcome.DENIED
    assert latch.is_pulled(world.folder.latch)
    assert world.state.mode is Mode.HALTED


async def test_a_latch_that_vanishes_is_put_back(world: World):
    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")

    world.folder.latch.unlink()

    await until(lambda: latch.is_pulled(world.folder.latch), "the latch")
    assert world.state.mode is Mode.HALTED


def _detail(world: World, step: str) -> str:
    halt = world.state.halt
    return "" if halt is None else next(s.detail for s in halt.steps if s.name == step)


def _resting(world: World, key: str):
    return order(key, wanted=request(key=key), submitted_at=world.clock.now())


async def test_pulling_again_after_the_receipt_sweeps_what_others_placed_since(world: World):
    await world.desk.halt("smoke", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")
    world.broker.place(buy("5", key="somebody-else"))

    await world.desk.halt("once more", OWNER)
    assert not is_confirmed(world)
    await until(lambda: is_confirmed(world), "the second confirmation")

    assert not any(order.is_open for order in world.broker.orders.values())
    assert "1 canceled" in world.state.halt.receipt
    assert world.state.halt.reason == "smoke"


async def test_pulling_again_while_the_receipt_is_written_sweeps_again(world: World):
    writing, go_on = world.journal.hold("halt.confirmed")
    await world.desk.halt("smoke", OWNER)
    await writing.wait()
    world.broker.place(buy("5", key="somebody-else"))

    await world.desk.halt("once more", OWNER)
    go_on.set()
    await until(lambda: is_confirmed(world), "the confirmation")

    assert not any(order.is_open for order in world.broker.orders.values())


async def test_a_latch_of_strange_values_is_taken_up_and_halts(world: World):
    world.folder.latch.write_text('{"id": 1, "reason": {"a": 2}, "by": null, "at": 3}')

    await until(lambda: is_confirmed(world), "the confirmation")

    assert world.state.halt.by == "?"
    assert (await world.desk.submit(buy(), OWNER)).outcome is Outcome.DENIED


async def test_a_reason_that_no_file_could_hold_is_made_plain(world: World):
    await world.desk.halt("stop\ud800 \x1b[2J\nnow", OWNER)
    await until(lambda: is_confirmed(world), "the confirmation")

    assert world.state.halt.reason == "stop [2J now"


async def test_nobody_is_told_of_a_halt_whose_latch_is_not_on_the_disk_yet(world: World):
    told = []
    world.desk.listen(
        lambda event: (
            told.append(latch.is_pulled(world.folder.latch))
            if isinstance(event, HaltChanged)
            else None
        )
    )

    await world.desk.halt("smoke", OWNER)

    assert told
    assert all(told)
