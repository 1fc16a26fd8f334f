"""What the simulator has found, each told as a story of its own: seeds change, these do not."""

from pathlib import Path

from console.domain.flatten import Extent, FlattenRequest
from console.domain.receipts import Outcome
from tests.builders import OWNER, buy
from tests.sim.scripted import ScriptedWorld
from tests.sim.wire import Fate

LONG = 20.0
MOMENT = 0.05


def halted(world: ScriptedWorld) -> None:
    """Let somebody pull the cord, and wait for the receipt."""
    world.answer("halt", world.desk.halt("smoke", OWNER))
    world.let_pass(LONG)
    assert world.state.halt.is_confirmed


def test_no_halt_is_confirmed_before_the_journal_has_told_what_was_unknown(tmp_path: Path):
    world = ScriptedWorld(tmp_path)
    world.faults.fates_of_writes = [Fate.HANGS_BEFORE]
    quote = world.state.quotes["AAPL"]
    world.traders.decide(
        "submit", lambda desk: desk.submit(buy("1", limit=f"{quote.bid - 1:.2f}"), OWNER)
    )
    world.let_pass(0.5)

    world.faults.reading_takes = LONG
    world.crash()
    while not world.is_up:
        world.let_pass(0.1)
    world.answer("halt", world.desk.halt("at once", OWNER))
    world.let_pass(LONG / 2)

    assert not world.state.halt.is_confirmed
    world.let_pass(LONG)
    assert world.state.halt.is_confirmed
    world.see_the_end()
    world.bury()


def test_a_receipt_that_is_being_renewed_confirms_nothing_once_a_flatten_has_begun(tmp_path: Path):
    world = ScriptedWorld(tmp_path)
    ask = world.state.quotes["AAPL"].ask
    world.answer("submit", world.desk.submit(buy("9", limit=f"{ask + 1:.2f}"), OWNER))
    world.let_pass(1.0)
    halted(world)

    world.faults.disk_takes = 0.3
    world.traders.decide("fence", lambda desk: desk.fence(True, OWNER))
    while not world.state.halt.is_fenced:
        world.let_pass(MOMENT)
    everything = FlattenRequest(extent=Extent.ALL)
    world.traders.decide("flatten", lambda desk: desk.flatten(everything, OWNER))
    while world.state.flatten is None or not world.state.flatten.is_over:
        world.let_pass(MOMENT)
        assert world.state.flatten is None or not world.state.halt.is_confirmed

    world.see_the_end()
    world.bury()


def test_a_second_pull_takes_the_receipt_back_before_a_slow_disk_has_answered(tmp_path: Path):
    world = ScriptedWorld(tmp_path)
    halted(world)

    world.faults.disk_takes = 1.0
    world.traders.decide("halt", lambda desk: desk.halt("again", OWNER))
    world.let_pass(MOMENT)
    was_confirmed = world.state.halt.is_confirmed
    receipt = world.answer("rearm", world.desk.rearm("all is well", OWNER))

    assert receipt.outcome is Outcome.DENIED
    assert not was_confirmed
    world.let_pass(LONG)
    assert world.state.halt.is_confirmed
    world.see_the_end()
    world.bury()


def test_no_re_arm_begins_while_a_confirmed_flatten_is_being_prepared(tmp_path: Path):
    world = ScriptedWorld(tmp_path)
    ask = world.state.quotes["AAPL"].ask
    world.answer("submit", world.desk.submit(buy("9", limit=f"{ask + 1:.2f}"), OWNER))
    world.let_pass(1.0)
    halted(world)
    world.answer("fence", world.desk.fence(True, OWNER))

    everything = FlattenRequest(extent=Extent.ALL, lifts_fence=True)
    world.traders.decide("flatten", lambda desk: desk.flatten(everything, OWNER))
    world.let_pass(MOMENT)
    assert world.state.flatten is None
    receipt = world.answer("rearm", world.desk.rearm("all is well", OWNER))
    world.let_pass(LONG)

    assert receipt.outcome is Outcome.DENIED
    assert world.state.flatten.is_over
    assert world.state.halt.is_confirmed
    world.see_the_end()
    world.bury()


def test_a_new_latch_is_not_lifted_on_the_receipt_of_the_halt_before(tmp_path: Path):
    world = ScriptedWorld(tmp_path)
    halted(world)
    world.answer("rearm", world.desk.rearm("all is well", OWNER))
    world.let_pass(1.0)

    world._pull_outside()
    receipt = world.answer("rearm", world.desk.rearm("all is well", OWNER))

    assert receipt.outcome is Outcome.DENIED
    world.let_pass(LONG)
    assert world.state.halt.id == "h-outside"
    world.see_the_end()
    world.bury()


def test_no_flatten_comes_between_a_pull_and_its_sequence(tmp_path: Path):
    world = ScriptedWorld(tmp_path)
    ask = world.state.quotes["AAPL"].ask
    world.answer("submit", world.desk.submit(buy("9", limit=f"{ask + 1:.2f}"), OWNER))
    world.let_pass(1.0)
    halted(world)

    world.delay_latch(2.0)
    world.traders.decide("halt", lambda desk: desk.halt("again", OWNER))
    world.let_pass(MOMENT)
    everything = FlattenRequest(extent=Extent.ALL)
    receipt = world.answer("flatten", world.desk.flatten(everything, OWNER))
    world.let_pass(LONG)

    assert receipt.outcome is Outcome.DENIED
    assert world.state.halt.is_confirmed
    world.see_the_end()
    world.bury()
