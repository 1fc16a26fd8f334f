"""Exit: own stops give up their shares, the position goes, and nothing is left bare."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from console.desk.limits import Limits
from console.domain.flatten import CloseStatus, Extent, FlattenRequest
from console.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from console.domain.receipts import Outcome
from console.ports import Remembered, Setting
from tests.builders import OWNER, STRANGER, at, order, sell
from tests.desk.conftest import QUICK, World, until

SURE = replace(QUICK, flat_deadline=30.0, send_deadline=30.0, send_patience=30.0)
PATIENT = Limits(stale_after=60.0, pace=SURE)
HASTY = Limits(stale_after=60.0, pace=replace(SURE, flat_deadline=0.1))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    world.desk = world.make_desk(PATIENT)
    yield world
    await world.desk.stop()


async def protected(world: World, limits: Limits = PATIENT, qty: str = "100") -> str:
    """Hold shares under a stop; return the stop's key."""
    world.desk = world.make_desk(limits)
    world.broker.hold("AAPL", Decimal(qty))
    await world.start()
    await until(lambda: world.state.position_of("AAPL"), "the position")
    stop = sell(
        qty,
        limit=None,
        order_type=OrderType.STOP,
        stop_price=Decimal(180),
        time_in_force=TimeInForce.GTC,
    )
    receipt = await world.desk.submit(stop, OWNER)
    assert receipt.outcome is Outcome.ACCEPTED, receipt
    return receipt.order


def sent_after(world: World, stop: str):
    """What was sent after the stop."""
    keys = [request.client_order_id for request in world.broker.sent]
    return world.broker.sent[keys.index(stop) + 1 :]


def fill_what_comes(world: World, qty: str | None = None) -> None:
    """Execute the next order as it arrives, and no other."""

    async def fill() -> None:
        world.broker.after_taking = None
        world.broker.execute(world.broker.sent[-1].client_order_id, qty)

    world.broker.after_taking = fill


async def test_an_exit_frees_the_shares_closes_the_position_and_tells_each_step(world: World):
    stop = await protected(world)
    fill_what_comes(world)

    receipt = await world.desk.exit("aapl", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED, receipt
    assert "Exited: Sold 100 AAPL" in receipt.detail
    assert world.state.orders[stop].status is OrderStatus.CANCELED
    (closing,) = sent_after(world, stop)
    assert (closing.side, closing.qty, closing.limit_price) == (
        Side.SELL,
        Decimal(100),
        Decimal("188.10"),
    )
    told = [kind for kind in world.journal.kinds if kind.startswith("exit.")]
    assert told == ["exit.intended", "exit.freed", "exit.answered"]
    assert world.alerts("system") == []


async def test_what_is_left_after_a_part_was_filled_gets_its_stop_back(world: World):
    stop = await protected(world, HASTY)
    fill_what_comes(world, "40")

    receipt = await world.desk.exit("AAPL", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED, receipt
    assert "Exited in part: the market took 40 of" in receipt.detail
    assert "60 AAPL are left. Put back: sell 60 AAPL stop" in receipt.detail
    closing, again = sent_after(world, stop)
    assert world.state.orders[closing.client_order_id].status is OrderStatus.CANCELED
    assert (again.qty, again.stop_price, again.time_in_force) == (
        Decimal(60),
        Decimal(180),
        TimeInForce.GTC,
    )
    assert world.alerts("system") == []


async def test_an_exit_the_broker_rejects_puts_the_stop_back(world: World):
    stop = await protected(world)

    async def refuse_once() -> None:
        world.broker.before_taking = accept
        world.broker.refusal = "insufficient qty available"

    async def accept() -> None:
        world.broker.refusal = ""

    world.broker.before_taking = refuse_once
    receipt = await world.desk.exit("AAPL", OWNER)

    assert receipt.outcome is Outcome.REJECTED
    assert "Put back: sell 100 AAPL stop 180.00 gtc" in receipt.detail
    assert sent_after(world, stop)[-1].order_type is OrderType.STOP


async def test_a_position_that_could_not_be_protected_again_is_a_critical_alert(world: World):
    await protected(world)
    world.broker.refusal = "account is restricted"

    receipt = await world.desk.exit("AAPL", OWNER)

    assert "without protection" in receipt.detail
    (alert,) = world.alerts("system")
    assert "100 AAPL may be held WITHOUT PROTECTION" in alert
    assert "account is restricted" in alert


async def test_nothing_is_sold_while_the_stop_is_not_proven_canceled(world: World):
    stop = await protected(world, HASTY)
    world.broker.cancels_complete = False

    receipt = await world.desk.exit("AAPL", OWNER)

    assert receipt.outcome is Outcome.UNKNOWN
    assert "not proven canceled" in receipt.detail
    assert sent_after(world, stop) == []


async def test_a_stop_that_fills_while_it_is_lifted_is_not_sold_again(world: World):
    stop = await protected(world)

    async def cancel(broker_id: str) -> None:
        world.broker.execute(stop)

    world.broker.cancel = cancel
    receipt = await world.desk.exit("AAPL", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert "filled meanwhile" in receipt.detail
    assert sent_after(world, stop) == []


@pytest.mark.parametrize("is_deaf", [False, True])
async def test_a_stop_that_fills_in_part_while_it_is_lifted_is_not_sold_again_on_a_list_that_lags(
    world: World, is_deaf
):
    stop = await protected(world)

    async def fill_some_of_it() -> None:
        world.broker.before_cancel = None
        world.broker.listed_held = [world.broker.held["AAPL"]]
        world.trading.is_deaf = is_deaf
        world.broker.execute(stop, "40")

    async def fill_the_rest() -> None:
        world.broker.after_taking = None
        world.broker.listed_held = None
        world.trading.is_deaf = False
        world.broker.execute(world.broker.sent[-1].client_order_id)

    world.broker.before_cancel = fill_some_of_it
    world.broker.after_taking = fill_the_rest
    receipt = await world.desk.exit("AAPL", OWNER)

    assert "Exited: Sold 60 AAPL" in receipt.detail
    assert [order.qty for order in sent_after(world, stop)] == [Decimal(60)]
    assert world.broker.held["AAPL"].qty == 0


async def test_an_exit_and_a_flatten_never_sell_the_same_shares(world: World):
    stop = await protected(world)

    answers = []

    async def flatten() -> None:
        world.broker.after_taking = None
        everything = FlattenRequest(extent=Extent.ALL)
        answers.append(await world.desk.flat("AAPL", OWNER))
        await world.desk.flatten(everything, OWNER)
        world.broker.execute(world.broker.sent[-1].client_order_id)

    world.broker.after_taking = flatten
    receipt = await world.desk.exit("AAPL", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert answers[0].detail == "AAPL is being exited already; wait for it."
    (line,) = world.state.flatten.closings
    assert (line.status, line.detail) == (CloseStatus.LEFT, "it is being exited already")
    assert len(sent_after(world, stop)) == 1


async def test_a_symbol_that_is_being_closed_is_not_exited(world: World):
    stop = await protected(world)

    answers = []

    async def leave() -> None:
        world.broker.after_taking = None
        answers.append(await world.desk.exit("AAPL", OWNER))
        world.broker.execute(world.broker.sent[-1].client_order_id)

    world.broker.after_taking = leave
    receipt = await world.desk.flat("AAPL", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert answers[0].detail == "AAPL is being closed already; wait for it."
    assert len(sent_after(world, stop)) == 1


async def test_an_unknown_exit_that_never_arrived_gets_the_stop_back(world: World):
    stop = await protected(world)

    async def lose() -> None:
        world.broker.before_taking = None
        world.broker.trouble = "no answer"

    world.broker.before_taking = lose
    receipt = await world.desk.exit("AAPL", OWNER)
    world.broker.trouble = ""

    assert receipt.outcome is Outcome.UNKNOWN
    await until(lambda: len(sent_after(world, stop)) == 2, "the stop put back", 30)
    assert sent_after(world, stop)[-1].order_type is OrderType.STOP
    await until(lambda: "exit.over" in world.journal.kinds, "the end of the exit", 30)


@pytest.mark.parametrize("is_deaf", [False, True])
async def test_a_closing_order_without_an_end_is_an_alarm_and_its_end_brings_the_stop_back(
    world: World, is_deaf
):
    stop = await protected(world, HASTY)

    async def end_no_cancel() -> None:
        world.broker.cancels_complete = False

    world.broker.after_taking = end_no_cancel
    receipt = await world.desk.exit("AAPL", OWNER)
    (alarm,) = world.alerts("system")
    again = await world.desk.exit("AAPL", OWNER)
    (closing,) = sent_after(world, stop)
    world.trading.is_deaf = is_deaf
    world.broker.change(closing.client_order_id, OrderStatus.CANCELED)
    await until(lambda: len(sent_after(world, stop)) == 2, "the stop put back", 30)
    await until(lambda: "exit.over" in world.journal.kinds, "the end of the exit", 30)

    assert receipt.outcome is Outcome.UNKNOWN
    assert "neither filled nor proven canceled" in receipt.detail
    assert "WITHOUT PROTECTION" in alarm
    assert again.detail == "AAPL is being exited already; wait for it."
    assert sent_after(world, stop)[-1].stop_price == Decimal(180)
    assert any("Put back: sell 100 AAPL stop" in told for told in world.alerts("system"))


async def test_a_closing_order_that_fills_after_all_is_told_and_leaves_no_stop(world: World):
    stop = await protected(world, HASTY)

    async def end_no_cancel() -> None:
        world.broker.cancels_complete = False

    world.broker.after_taking = end_no_cancel
    receipt = await world.desk.exit("AAPL", OWNER)
    (closing,) = sent_after(world, stop)
    world.broker.execute(closing.client_order_id)
    await until(lambda: "exit.over" in world.journal.kinds, "the end of the exit", 30)

    assert receipt.outcome is Outcome.UNKNOWN
    assert sent_after(world, stop) == [closing]
    assert any("Exited: Sold 100 AAPL" in told for told in world.alerts("system"))


async def test_a_list_that_lags_gets_no_stop_for_more_than_is_left(world: World):
    alone = replace(HASTY.pace, reconcile_every=300.0)  # a comparison would call it a mismatch
    stop = await protected(world, replace(HASTY, pace=alone))

    async def fill_some_of_it() -> None:
        if world.broker.sent[-1].order_type is OrderType.LIMIT:
            world.broker.listed_held = [world.broker.held["AAPL"]]
            world.broker.execute(world.broker.sent[-1].client_order_id, "40")

    world.broker.after_taking = fill_some_of_it
    receipt = await world.desk.exit("AAPL", OWNER)

    assert "60 AAPL are left. Put back: sell 60 AAPL stop" in receipt.detail
    assert sent_after(world, stop)[-1].qty == Decimal(60)


async def test_a_broker_lost_in_the_middle_gets_the_stop_back_once_it_answers(world: World):
    stop = await protected(world)
    real = world.broker.positions

    async def lost_after_the_cancel():
        if world.broker.cancels:
            world.broker.trouble = "the line is cut"
        return await real()

    world.broker.positions = lost_after_the_cancel
    receipt = await world.desk.exit("AAPL", OWNER)
    world.broker.positions = real
    world.broker.trouble = ""

    assert receipt.outcome is Outcome.UNKNOWN
    assert "WITHOUT PROTECTION" in world.alerts("system")[0]
    await until(lambda: sent_after(world, stop), "the stop put back", 30)
    assert sent_after(world, stop)[-1].stop_price == Decimal(180)


async def test_a_failure_of_our_own_in_the_middle_gets_the_stop_back_as_well(world: World):
    stop = await protected(world)
    real = world.broker.positions

    async def broken_after_the_cancel():
        if world.broker.cancels:
            raise RuntimeError("a mistake of ours")
        return await real()

    world.broker.positions = broken_after_the_cancel
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        await world.desk.exit("AAPL", OWNER)
    world.broker.positions = real

    await until(lambda: sent_after(world, stop), "the stop put back", 30)
    assert sent_after(world, stop)[-1].stop_price == Decimal(180)


async def test_without_a_position_a_price_or_a_record_nothing_is_touched(world: World):
    await protected(world)

    nothing = await world.desk.exit("MSFT", OWNER)
    world.clock.move(120)
    stale = await world.desk.exit("AAPL", OWNER)
    world.price()
    world.journal.trouble = "the disk is full"
    unrecorded = await world.desk.exit("AAPL", OWNER)

    assert {nothing.outcome, stale.outcome, unrecorded.outcome} == {Outcome.DENIED}
    assert "it cannot be priced" in stale.detail
    assert "cannot be recorded" in unrecorded.detail
    assert world.broker.cancels == []


async def test_a_stranger_may_not_exit_and_a_halt_lifts_no_protection(world: World):
    await protected(world)

    forbidden = await world.desk.exit("AAPL", STRANGER)
    await world.desk.halt("smoke", OWNER)
    halted = await world.desk.exit("AAPL", OWNER)

    assert forbidden.outcome is Outcome.FORBIDDEN
    assert halted.outcome is Outcome.DENIED
    assert "exit.intended" not in world.journal.kinds


def begun(symbol: str) -> Remembered:
    lifted = json.dumps({symbol: ["sell 100 AAPL stop 180.00 gtc"]})
    return Remembered(orders=(), fills=(), alerts=(), crossings=(), settings={"exits": lifted})


async def test_after_a_crash_in_the_middle_a_bare_position_is_an_alert(tmp_path: Path):
    world = World(tmp_path, begun("AAPL"))
    world.broker.hold("AAPL", Decimal(100))
    await world.start()

    await until(lambda: "exit.told" in world.journal.kinds, "the report", 30)

    (alert,) = world.alerts("system")
    assert "100 AAPL may be held WITHOUT PROTECTION" in alert
    assert "sell 100 AAPL stop 180.00 gtc" in alert
    assert Setting(name="exits", value="{}") in world.journal.rows
    await world.desk.stop()


@pytest.mark.parametrize(("held", "words"), [("0", "left nothing held"), ("5", "still protects")])
async def test_after_a_crash_what_is_flat_or_protected_is_told_calmly(tmp_path: Path, held, words):
    world = World(tmp_path, begun("AAPL"))
    world.broker.hold("AAPL", Decimal(held))
    stop = sell("5", limit=None, order_type=OrderType.STOP, stop_price=Decimal(180), key="kc-old-1")
    world.broker.orders["kc-old-1"] = order("kc-old-1", wanted=stop, submitted_at=at(0))
    await world.start()

    await until(lambda: "exit.told" in world.journal.kinds, "the report", 30)

    assert words in world.alerts("system")[0]
    assert not any("WITHOUT" in text for text in world.alerts("system"))
    await world.desk.stop()
