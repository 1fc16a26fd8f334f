"""The mode and its sources: which raise it, what passes then, and what lowers it."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from console.desk import latch
from console.desk.latch import Latched
from console.domain.connections import Link
from console.domain.halt import Mode, Restraint, Source, highest
from console.domain.receipts import Outcome
from console.domain.snapshot import tell
from console.domain.state import TradingState, apply
from tests.builders import NOON, OWNER, STRANGER, buy, sell
from tests.desk.conftest import World, until
from tests.desk.fakes import drop_answer


def sources(world: World) -> set[Source]:
    return {restraint.source for restraint in world.state.sources}


async def hold(world: World, qty: str = "10", symbol: str = "AAPL") -> None:
    """Have the account hold something, and the desk know it."""
    world.broker.hold(symbol, Decimal(qty))
    await until(lambda: world.state.position_of(symbol), "the position")


def test_the_highest_of_all_sources_is_the_mode():
    one = Restraint(source=Source.BROKER, mode=Mode.REDUCING, reason="r", by="b", since=NOON)
    other = replace(one, source=Source.AUDIT, mode=Mode.HALTED)

    assert highest(()) is Mode.ACTIVE
    assert highest((one,)) is Mode.REDUCING
    assert highest((one, other)) is highest((other, one)) is Mode.HALTED


async def test_reducing_is_latched_on_the_disk_told_and_shown(world: World):
    receipt = await world.desk.reduce("too much news", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert latch.read(world.folder.reducing).reason == "too much news"
    assert world.state.mode is Mode.REDUCING
    (source,) = world.state.sources
    assert (source.source, source.reason, source.by) == (
        Source.REDUCING,
        "too much news",
        str(OWNER),
    )


async def test_the_sources_are_part_of_the_snapshot(world: World):
    await world.desk.reduce("too much news", OWNER)

    copy = TradingState()
    for event in tell(world.state):
        copy = apply(copy, event)

    assert copy.restraints == world.state.restraints
    assert copy.mode is Mode.REDUCING


async def test_in_reducing_an_entry_is_denied_and_an_exit_passes(world: World):
    await hold(world)
    await world.desk.reduce("too much news", OWNER)
    world.price()

    entry = await world.desk.submit(buy("1"), OWNER)
    too_much = await world.desk.submit(sell("11"), OWNER)
    way_out = await world.desk.submit(sell("10"), OWNER)

    assert [entry.outcome, too_much.outcome] == [Outcome.DENIED, Outcome.DENIED]
    assert "too much news" in entry.detail
    assert way_out.outcome is Outcome.ACCEPTED


async def test_an_unknown_exit_counts_as_filled(world: World):
    await hold(world)
    await world.desk.reduce("too much news", OWNER)
    world.price()
    world.broker.before_taking = drop_answer
    lost = await world.desk.submit(sell("6"), OWNER)
    world.broker.before_taking = None
    assert lost.outcome is Outcome.UNKNOWN

    over = await world.desk.submit(sell("5"), OWNER)
    exact = await world.desk.submit(sell("4"), OWNER)

    assert (over.outcome, exact.outcome) == (Outcome.DENIED, Outcome.ACCEPTED)


async def test_cancels_pass_in_reducing(world: World):
    placed = await world.desk.submit(buy(), OWNER)
    await world.desk.reduce("too much news", OWNER)

    receipt = await world.desk.cancel([placed.order], OWNER)

    assert receipt.outcome is Outcome.ACCEPTED


async def test_a_replacement_that_grows_is_refused_in_reducing(world: World):
    await hold(world)
    working = await world.desk.submit(sell("5", limit="191.00"), OWNER)
    await world.desk.reduce("too much news", OWNER)
    world.price()

    grows = await world.desk.replace(working.order, OWNER, qty=Decimal(11))
    shrinks = await world.desk.replace(working.order, OWNER, qty=Decimal(4))

    assert (grows.outcome, shrinks.outcome) == (Outcome.DENIED, Outcome.ACCEPTED)


async def test_reducing_is_looked_at_again_right_before_the_send(world: World):
    recording, go_on = world.journal.hold("order.intended")
    submitting = asyncio.create_task(world.desk.submit(buy(), OWNER))
    await recording.wait()

    latch.pull(world.folder.reducing, Latched(id="r-1", reason="by file", by="ann", at=""))
    go_on.set()

    receipt = await submitting
    assert receipt.outcome is Outcome.DENIED
    assert "by file" in receipt.detail
    assert world.broker.sent == []


async def test_a_new_desk_finds_the_latch(world: World):
    await world.desk.reduce("too much news", OWNER)
    await world.desk.stop()

    world.desk = world.make_desk()
    await world.start()

    assert sources(world) >= {Source.REDUCING}
    await until(lambda: sources(world) == {Source.REDUCING}, "the reconciliation")
    assert (await world.desk.submit(buy(), OWNER)).outcome is Outcome.DENIED


async def test_a_latch_file_that_vanishes_is_put_back(world: World):
    await world.desk.reduce("too much news", OWNER)

    world.folder.reducing.unlink()

    await until(lambda: latch.is_pulled(world.folder.reducing), "the latch")
    assert world.state.mode is Mode.REDUCING


async def test_only_a_re_arm_with_a_reason_by_the_owner_lowers_it(world: World):
    await world.desk.reduce("too much news", OWNER)

    forbidden = await world.desk.rearm("let me", STRANGER)
    without = await world.desk.rearm("  ", OWNER)
    assert (forbidden.outcome, without.outcome) == (Outcome.FORBIDDEN, Outcome.DENIED)
    assert world.state.mode is Mode.REDUCING

    lifted = await world.desk.rearm("the news is out", OWNER)

    assert lifted.outcome is Outcome.ACCEPTED
    assert world.state.mode is Mode.ACTIVE
    assert not world.folder.reducing.exists()
    assert "reduce.rearmed" in world.journal.kinds


async def test_what_cannot_be_recorded_stays_reducing(world: World):
    await world.desk.reduce("too much news", OWNER)
    world.journal.trouble = "disk full"

    receipt = await world.desk.rearm("the news is out", OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert latch.is_pulled(world.folder.reducing)
    world.journal.trouble = ""


async def test_a_pull_during_the_re_arming_wins(world: World):
    await world.desk.reduce("too much news", OWNER)
    recording, go_on = world.journal.hold("reduce.rearmed")
    rearming = asyncio.create_task(world.desk.rearm("the news is out", OWNER))
    await recording.wait()

    await world.desk.reduce("there is more", OWNER)
    go_on.set()

    assert (await rearming).outcome is Outcome.DENIED
    assert world.state.mode is Mode.REDUCING
    assert latch.is_pulled(world.folder.reducing)


async def test_the_halt_is_lifted_first_and_reducing_stays(world: World):
    await world.desk.reduce("too much news", OWNER)
    await world.desk.halt("smoke", OWNER)
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")

    receipt = await world.desk.rearm("no smoke", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert world.state.mode is Mode.REDUCING
    assert "too much news" in receipt.detail


async def test_a_suspended_account_holds_as_long_as_it_is_suspended(world: World):
    world.broker.money = replace(world.broker.money, is_blocked=True)
    await until(lambda: world.state.mode is Mode.REDUCING, "the suspension")
    assert sources(world) == {Source.BROKER}

    world.broker.money = replace(world.broker.money, is_blocked=False)
    await until(lambda: world.state.mode is Mode.ACTIVE, "its end")


@pytest.mark.parametrize(
    ("is_suspended", "by", "words"),
    [(True, "its user", "suspended (suspend_trade)"), (False, "broker", "blocked by the broker")],
)
async def test_a_suspension_by_a_fence_is_not_called_the_brokers(world, is_suspended, by, words):
    blocked = replace(world.broker.money, is_blocked=True, is_suspended=is_suspended)
    world.broker.money = blocked
    await until(lambda: world.state.restraints, "the restraint")

    (restraint,) = world.state.restraints
    assert (restraint.by, restraint.mode) == (by, Mode.REDUCING)
    assert words in restraint.reason


async def test_before_the_reconciliation_the_desk_is_reducing(tmp_path):
    world = World(tmp_path)
    world.broker.trouble = "connection refused"

    await world.desk.start()

    assert sources(world) == {Source.RECONCILIATION}
    assert world.state.mode is Mode.REDUCING
    world.broker.trouble = ""
    await until(lambda: world.state.mode is Mode.ACTIVE, "the reconciliation")
    await world.desk.stop()


async def test_an_audit_that_cannot_be_written_halts_while_it_lasts(world: World):
    world.journal.trouble = "disk full"
    await world.desk.submit(buy(), OWNER)
    await until(lambda: Source.AUDIT in sources(world), "the source")
    assert world.state.mode is Mode.HALTED

    world.journal.trouble = ""

    await until(lambda: Source.AUDIT not in sources(world), "its end")


async def test_while_the_stream_is_down_entries_need_a_recorded_reason(world: World):
    world.trading.link(Link.DOWN)
    world.price()
    blocked = await world.desk.submit(buy(), OWNER)

    forbidden = await world.desk.override_blind("I see them elsewhere", STRANGER)
    without = await world.desk.override_blind(" ", OWNER)
    allowed = await world.desk.override_blind("I see them elsewhere", OWNER)
    world.price()
    passed = await world.desk.submit(buy(), OWNER)

    outcomes = [blocked.outcome, forbidden.outcome, without.outcome]
    assert outcomes == [Outcome.DENIED, Outcome.FORBIDDEN, Outcome.DENIED]
    assert (allowed.outcome, passed.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert "blind.allowed" in world.journal.kinds


async def test_the_override_ends_when_the_stream_is_back(world: World):
    world.trading.link(Link.DOWN)
    await world.desk.override_blind("I see them elsewhere", OWNER)

    world.trading.link(Link.LIVE)
    await until(lambda: world.state.is_ready, "the stream")
    world.trading.link(Link.DOWN)
    world.price()

    assert (await world.desk.submit(buy(), OWNER)).outcome is Outcome.DENIED
    again = await world.desk.override_blind("once more", OWNER)
    assert again.outcome is Outcome.ACCEPTED


async def test_an_override_that_cannot_be_recorded_is_none(world: World):
    world.trading.link(Link.DOWN)
    world.journal.trouble = "disk full"

    receipt = await world.desk.override_blind("I see them elsewhere", OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert world.desk._rooms.path.blind.reason == ""
    world.journal.trouble = ""


@pytest.mark.parametrize("link", [Link.DOWN, Link.MUTE])
async def test_cancels_pass_while_the_stream_is_down(world: World, link):
    placed = await world.desk.submit(buy(), OWNER)
    world.trading.link(link)

    receipt = await world.desk.cancel([placed.order], OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
