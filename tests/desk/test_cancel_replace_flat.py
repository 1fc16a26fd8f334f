"""Commands on working orders and on positions."""

from dataclasses import replace
from decimal import Decimal

from console.desk.orders import MOST_OFFERED
from console.domain.orders import OrderStatus, OrderType, Side
from console.domain.receipts import Outcome
from tests.builders import OWNER, STRANGER, buy, sell, ticket
from tests.desk.conftest import World, until

TRAILING = {
    "limit": None,
    "order_type": OrderType.TRAILING_STOP,
    "trail_percent": Decimal(2),
}


async def submitted(world: World, **more) -> str:
    receipt = await world.desk.submit(buy(**more), OWNER)
    assert receipt.outcome is Outcome.ACCEPTED, receipt
    return receipt.order


async def test_a_cancel_is_asked_and_the_stream_tells_of_it(world: World):
    key = await submitted(world)

    receipt = await world.desk.cancel([key], OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert world.state.orders[key].status is OrderStatus.CANCELED
    assert [kind for kind in world.journal.kinds if kind.startswith("cancel")] == [
        "cancel.intended",
        "cancel.answered",
    ]


async def test_a_cancel_of_a_filled_order_says_so(world: World):
    key = await submitted(world)
    world.broker.execute(key)

    receipt = await world.desk.cancel([key], OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert "filled already" in receipt.detail
    assert world.broker.cancels == []


async def test_a_cancel_that_lost_the_race_with_a_fill_ends_with_the_fill(world: World):
    key = await submitted(world)
    world.trading.is_deaf = True
    world.broker.execute(key)

    receipt = await world.desk.cancel([key], OWNER)

    assert receipt.outcome is Outcome.REJECTED
    await until(lambda: world.state.orders[key].status is OrderStatus.FILLED, "the fill")


async def test_several_cancels_have_one_answer_with_the_worst_outcome(world: World):
    key = await submitted(world)

    receipt = await world.desk.cancel([key, "kc-no-such"], OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert "1 of 2" in receipt.detail
    assert world.state.orders[key].status is OrderStatus.CANCELED


async def test_a_cancel_passes_while_nothing_can_be_recorded(world: World):
    key = await submitted(world)
    world.journal.trouble = "the disk is full"

    receipt = await world.desk.cancel([key], OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert world.state.orders[key].status is OrderStatus.CANCELED


async def test_a_stranger_may_not_cancel(world: World):
    key = await submitted(world)

    one = await world.desk.cancel([key], STRANGER)
    every = await world.desk.cancel_all(STRANGER)

    assert (one.outcome, every.outcome) == (Outcome.FORBIDDEN, Outcome.FORBIDDEN)
    assert world.broker.cancels == []


async def test_a_replace_makes_a_new_order_and_ends_the_old(world: World):
    key = await submitted(world)
    world.price()

    receipt = await world.desk.replace(key, OWNER, limit_price=Decimal("190.05"))

    assert receipt.outcome is Outcome.ACCEPTED, receipt
    assert world.state.orders[key].status is OrderStatus.REPLACED
    assert world.state.orders[receipt.order].request.limit_price == Decimal("190.05")


async def test_a_replace_passes_through_the_gate(world: World):
    key = await submitted(world)
    world.price()

    receipt = await world.desk.replace(key, OWNER, limit_price=Decimal(300))

    assert receipt.outcome is Outcome.DENIED
    assert [check.rule for check in receipt.failures] == ["price collar"]
    assert len(world.broker.sent) == 1


async def test_the_trail_of_a_working_trailing_stop_is_replaced(world: World):
    key = await submitted(world, **TRAILING)
    world.price()

    receipt = await world.desk.replace(key, OWNER, trail_percent=Decimal("3.5"))

    assert receipt.outcome is Outcome.ACCEPTED, receipt
    assert world.broker.sent[-1].trail_percent == Decimal("3.5")
    assert world.state.orders[receipt.order].request.trail_percent == Decimal("3.5")


async def test_a_trail_stays_in_its_kind_and_belongs_to_a_trailing_stop(world: World):
    trailing, plain = await submitted(world, **TRAILING), await submitted(world)

    dollars = await world.desk.replace(trailing, OWNER, trail_price=Decimal("1.50"))
    none = await world.desk.replace(plain, OWNER, trail_percent=Decimal(2))

    assert (dollars.outcome, none.outcome) == (Outcome.DENIED, Outcome.DENIED)
    assert "trails in percent, and goes on to" in dollars.detail
    assert "has no trail" in none.detail
    assert len(world.broker.sent) == 2


async def test_a_replace_that_makes_no_order_is_one_clear_sentence(world: World):
    key = await submitted(world)

    nothing = await world.desk.replace(key, OWNER)
    negative = await world.desk.replace(key, OWNER, qty=Decimal(-5))

    assert {r.outcome for r in (nothing, negative)} == {Outcome.DENIED}
    assert nothing.detail == "Nothing was to change; give a new quantity or price."


async def test_a_replace_below_what_is_filled_is_denied(world: World):
    key = await submitted(world)
    world.broker.execute(key, "4")

    receipt = await world.desk.replace(key, OWNER, qty=Decimal(4))

    assert receipt.outcome is Outcome.DENIED
    assert receipt.detail == "4 are filled already; the new quantity must be more."


async def test_flat_cancels_waits_for_proof_and_closes(world: World):
    key = await submitted(world)
    world.broker.execute(key)
    world.price()
    exit_order = await world.desk.submit(sell("4", limit="195"), OWNER)
    assert exit_order.outcome is Outcome.ACCEPTED, exit_order

    receipt = await world.desk.flat("aapl", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED, receipt
    assert world.state.orders[exit_order.order].status is OrderStatus.CANCELED
    closing = world.broker.sent[-1]
    assert (closing.side, closing.qty) == (Side.SELL, Decimal(10))
    assert (closing.order_type, closing.limit_price) == (OrderType.LIMIT, Decimal("188.10"))


async def test_flat_leaves_the_position_when_cancels_are_not_proven(world: World):
    key = await submitted(world)
    world.broker.execute(key, "4")
    world.broker.cancels_complete = False

    receipt = await world.desk.flat("AAPL", OWNER)

    assert receipt.outcome is Outcome.UNKNOWN
    assert "not proven" in receipt.detail
    assert len(world.broker.sent) == 1


async def test_flat_of_nothing_is_flat(world: World):
    receipt = await world.desk.flat("AAPL", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.detail == "AAPL is flat."


async def test_a_failed_question_is_not_flat(world: World):
    world.broker.trouble = "service unavailable"

    receipt = await world.desk.flat("AAPL", OWNER)

    assert receipt.outcome is Outcome.UNKNOWN
    assert "service unavailable" in receipt.detail


async def test_a_chain_of_replacements_is_one_order_whichever_link_is_named(world: World):
    first = await submitted(world, qty="100")
    world.broker.execute(first, "40")
    world.price()
    second = (await world.desk.replace(first, OWNER, limit_price=Decimal("190.05"))).order
    world.price()
    third = await world.desk.replace(first, OWNER, limit_price=Decimal("190.00"))
    canceled = await world.desk.cancel([first], OWNER)

    assert third.outcome is Outcome.ACCEPTED, third
    assert world.state.orders[third.order].replaces == world.state.orders[second].broker_id
    assert canceled.outcome is Outcome.ACCEPTED
    assert world.state.orders[third.order].status is OrderStatus.CANCELED


async def test_a_new_quantity_is_that_of_the_whole_chain(world: World):
    first = await submitted(world, qty="100")
    world.broker.execute(first, "40")
    world.price()
    second = (await world.desk.replace(first, OWNER, limit_price=Decimal("190.05"))).order
    world.price()
    await world.desk.replace(first, OWNER, qty=Decimal(80))

    wish = world.broker.sent[-1]

    assert (wish.order, wish.qty) == (second, Decimal(40))


async def test_while_a_replacement_is_unknown_a_cancel_goes_to_both_ends(world: World):
    key = await submitted(world)
    world.price()
    old = world.state.orders[key].broker_id
    world.broker.trouble = "no answer"
    replaced = await world.desk.replace(key, OWNER, limit_price=Decimal("190.05"))
    asked = await world.desk.cancel([key], OWNER)
    world.broker.trouble = ""

    assert (replaced.outcome, asked.outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
    assert old in world.broker.cancels
    await until(lambda: world.state.orders[replaced.order].status is OrderStatus.ABSENT, "its fate")
    assert world.state.orders[key].status is OrderStatus.NEW
    again = await world.desk.cancel([replaced.order], OWNER)
    assert again.outcome is Outcome.DENIED


async def test_the_ids_offered_to_consoles_that_went_away_are_forgotten(world: World):
    desk = world.desk._rooms.path.orders
    for pid in range(3 * MOST_OFFERED):
        desk.preview(ticket(), replace(OWNER, pid=pid))

    assert len(desk._offered) <= MOST_OFFERED
