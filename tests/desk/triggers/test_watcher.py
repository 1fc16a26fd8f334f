"""A cause pulls by itself: once, with its figures, and again after a re-arm if it holds."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from console.desk import latch
from console.desk.limits import Limits
from console.desk.triggers.limits import Effect, TriggerLimits
from console.domain.halt import Mode, Source
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from console.ports import OrderRejected
from tests.builders import OWNER, buy
from tests.desk.conftest import FREE_HAND, World, until


async def restart(world: World, limits: Limits) -> None:
    """Start another desk on the same world, with other limits."""
    await world.desk.stop()
    world.desk = world.make_desk(limits)
    await world.start()


def with_triggers(**given) -> Limits:
    return replace(FREE_HAND, triggers=replace(FREE_HAND.triggers, **given))


def lose(world: World, equity: str) -> None:
    world.broker.money = replace(world.broker.money, equity=Decimal(equity))


async def is_reduced(world: World) -> str:
    await until(lambda: latch.is_pulled(world.folder.reducing), "the reducing latch")
    (reason,) = (s.reason for s in world.state.sources if s.source is Source.REDUCING)
    return reason


async def is_halted(world: World) -> str:
    await until(lambda: world.state.halt is not None, "the halt")
    assert latch.is_pulled(world.folder.latch)
    return world.state.halt.reason


async def test_a_daily_loss_reduces_and_says_its_figures(world: World):
    lose(world, "97999")

    assert "$2,001.00" in await is_reduced(world)
    assert "rule (daily loss)" in {source.by for source in world.state.sources}
    await until(lambda: "trigger.tripped" in world.journal.kinds, "the record")
    assert any("$2,001.00" in text for text in world.alerts("halt"))


async def test_the_effect_of_a_trigger_is_a_setting(world: World):
    await restart(world, with_triggers(daily_loss_effect=Effect.HALT))

    lose(world, "97999")

    assert "$2,001.00" in await is_halted(world)
    assert world.state.halt.by == "rule (daily loss)"


async def test_a_loss_that_has_come_back_stays_latched(world: World):
    lose(world, "97999")
    await is_reduced(world)

    lose(world, "100000")
    await until(lambda: world.state.account.equity == 100_000, "the account")

    assert world.state.mode is Mode.REDUCING
    receipt = await world.desk.rearm("it came back", OWNER)
    assert receipt.outcome is Outcome.ACCEPTED
    assert world.state.mode is Mode.ACTIVE


async def test_a_re_arm_while_the_cause_holds_says_so_and_trips_again(world: World):
    lose(world, "97999")
    await is_reduced(world)

    receipt = await world.desk.rearm("never mind", OWNER)

    assert "pulls again" in receipt.detail
    assert "$2,001.00" in receipt.detail
    await is_reduced(world)


async def test_too_many_orders_halt_refused_ones_too(world: World):
    await restart(world, with_triggers(order_rate=20))
    world.price()
    for _ in range(19):
        await world.desk.submit(buy("1", symbol="NONE"), OWNER)
    await asyncio.sleep(0.05)
    assert world.state.halt is None

    await world.desk.submit(buy("1", symbol="NONE"), OWNER)

    assert "20 orders were asked for" in await is_halted(world)


async def test_a_re_arm_acknowledges_what_was_counted(world: World):
    await restart(world, with_triggers(order_rate=3))
    for _ in range(3):
        await world.desk.submit(buy("1", symbol="NONE"), OWNER)
    await until(lambda: world.state.halt and world.state.halt.is_confirmed, "the confirmation")

    receipt = await world.desk.rearm("it was me", OWNER)

    assert "pulls again" not in receipt.detail
    await asyncio.sleep(0.05)
    assert world.state.halt is None


async def test_too_many_rejections_halt(world: World):
    await restart(world, with_triggers(rejects=3))

    async def refuse() -> None:
        raise OrderRejected("no")

    world.broker.before_taking = refuse
    for _ in range(3):
        world.price()
        receipt = await world.desk.submit(buy("1"), OWNER)
        assert receipt.outcome is Outcome.REJECTED

    assert "rejected 3 orders" in await is_halted(world)


async def test_an_order_that_comes_again_and_again_halts(world: World):
    limits = replace(with_triggers(duplicates=2), duplicate_window=5.0)
    await restart(world, limits)
    world.price()

    receipts = [await world.desk.submit(buy("1"), OWNER) for _ in range(3)]

    assert [r.outcome for r in receipts] == [Outcome.ACCEPTED, Outcome.DENIED, Outcome.DENIED]
    assert "came again 2 times" in await is_halted(world)


async def test_the_same_order_may_come_again_once_the_first_is_canceled(world: World):
    await restart(world, replace(FREE_HAND, duplicate_window=5.0))
    first = await world.desk.submit(buy("1"), OWNER)

    await world.desk.cancel([first.order], OWNER)
    gone = OrderStatus.CANCELED
    await until(lambda: world.state.orders[first.order].status is gone, "the cancel")
    world.price()

    assert (await world.desk.submit(buy("1"), OWNER)).outcome is Outcome.ACCEPTED


async def test_a_holding_that_no_fill_explains_halts(world: World):
    await restart(world, with_triggers(mismatches=1))

    world.broker.hold("AAPL", Decimal(7))

    assert "AAPL" in await is_halted(world)
    assert world.state.halt.by == "rule (position mismatch)"


async def test_what_changed_while_the_desk_was_away_is_no_mismatch(world: World):
    await world.desk.stop()
    world.broker.hold("AAPL", Decimal(7))
    world.desk = world.make_desk(with_triggers(mismatches=1))

    await world.start()
    await until(lambda: world.state.position_of("AAPL"), "the position")
    await asyncio.sleep(0.1)

    assert world.state.halt is None


async def test_silent_market_data_in_session_reduce(world: World):
    await until(lambda: world.market.subscribed, "a subscription")
    await until(lambda: world.state.clock is not None, "the session")
    await asyncio.sleep(0.05)

    world.clock.move(61)

    assert "no market data" in await is_reduced(world)


async def test_an_audit_that_stays_silent_halts_for_good(world: World):
    limits = with_triggers(audit_silent=0.05)
    await restart(world, limits)
    world.journal.trouble = "disk full"
    await world.desk.submit(buy(), OWNER)

    assert "disk full" in await is_halted(world)

    world.journal.trouble = ""
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")
    assert world.state.mode is Mode.HALTED


async def test_a_clock_that_jumps_reduces(world: World):
    await asyncio.sleep(0.05)

    world.clock.sleep(10)

    assert "the clock jumped on by 10.0 s" in await is_reduced(world)


async def test_the_triggers_look_often_enough_for_250_ms(tmp_path):
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.Event().wait()

    watch = World(tmp_path).make_desk(Limits())._rooms.halt.triggers
    watch._sleep = sleep
    looking = asyncio.create_task(watch.work())
    await until(lambda: pauses, "the first look")
    looking.cancel()

    assert pauses == [0.1]


async def test_a_halt_that_stands_is_not_pulled_anew_by_a_rule(world: World):
    await restart(world, with_triggers(mismatches=1))
    await world.desk.halt("smoke", OWNER)
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")

    world.desk._rooms.halt.triggers.mismatched(["AAPL differs."])
    await until(lambda: "trigger.tripped" in world.journal.kinds, "the record")
    await asyncio.sleep(0.05)

    assert world.state.halt.is_confirmed
    assert world.state.halt.reason == "smoke"
    assert "halt.pulled_again" not in world.journal.kinds


def test_the_defaults_are_those_of_the_specification():
    told = TriggerLimits()

    assert told.daily_loss == Decimal("0.02")
    assert told.daily_loss_effect is Effect.REDUCE
    halting = {told.audit_silent_effect, told.mismatches_effect, told.duplicates_effect}
    assert halting | {told.order_rate_effect, told.rejects_effect} == {Effect.HALT}
