"""Closing positions on a person's word: in stages, within a collar, also while halted."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from console.desk.limits import Limits
from console.domain.flatten import CloseStatus, Extent, FlattenRequest
from console.domain.market import Phase
from console.domain.orders import OrderStatus, OrderType, Side
from console.domain.receipts import Outcome
from tests.builders import OWNER, STRANGER, buy, market_clock, request, sell
from tests.desk.conftest import QUICK, QUICK_FLATTEN, World, until
from tests.desk.fakes import drop_answer, hang

EVERYTHING = FlattenRequest(extent=Extent.ALL)
LOSING = FlattenRequest(extent=Extent.LOSING)
A_STOP = sell("10", limit=None, order_type=OrderType.STOP, stop_price=Decimal(180))


def trades_at_once(world: World) -> None:
    """Have the broker fill whatever it takes."""

    async def trade() -> None:
        world.broker.execute(list(world.broker.orders)[-1])

    world.broker.after_taking = trade


async def halted(world: World) -> None:
    await world.desk.halt("smoke", OWNER)
    await until(lambda: world.state.halt and world.state.halt.is_confirmed, "the confirmation")


async def over(world: World, seconds: float = 30.0):
    await until(lambda: world.state.flatten and world.state.flatten.is_over, "the end", seconds)
    return {line.symbol: line for line in world.state.flatten.closings}


def net(world: World, symbol: str = "AAPL") -> Decimal:
    held = world.broker.held.get(symbol)
    return Decimal(0) if held is None else held.qty


@pytest.mark.parametrize("qty", ["10", "-10", "0.5"])
async def test_a_confirmed_flatten_closes_while_halted_and_the_receipt_tells_of_it(world, qty):
    world.broker.hold("AAPL", Decimal(qty))
    await halted(world)
    trades_at_once(world)
    world.price()

    receipt = await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)
    await until(lambda: world.state.halt.is_confirmed, "the second confirmation")

    assert receipt.outcome is Outcome.ACCEPTED
    assert (lines["AAPL"].status, lines["AAPL"].left_qty) == (CloseStatus.CLOSED, 0)
    assert net(world) == 0
    assert "1 of 1 positions closed" in world.state.halt.receipt
    assert {"flatten.confirmed", "flatten.ended"} <= set(world.journal.kinds)


async def test_while_a_flatten_runs_nothing_else_leaves_and_nothing_is_confirmed(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    world.price()
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")

    world.price()
    refused = [
        await world.desk.submit(buy("1"), OWNER),
        await world.desk.submit(sell("1"), OWNER),
    ]

    assert {receipt.outcome for receipt in refused} == {Outcome.DENIED}
    assert not world.state.halt.is_confirmed
    assert world.desk._rooms.ground.cord.objection(buy("1"))
    assert not world.desk.may_send("kc-somebody-else")


async def test_a_grant_is_for_one_order_as_it_was_granted_and_ends_with_its_answer(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    trades_at_once(world)
    world.price()

    await world.desk.flatten(EVERYTHING, OWNER)
    await over(world)

    (sent,) = world.broker.sent
    assert sent.side is Side.SELL
    assert not world.desk.may_send(sent.client_order_id)
    assert world.desk._rooms.ground.cord.objection(sent)


async def test_a_closing_order_is_a_limit_a_collar_through_the_touch(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price(bid=100.0, ask=100.1)

    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")

    order = world.broker.sent[0]
    assert (order.order_type, order.limit_price) == (OrderType.LIMIT, Decimal("99.00"))


async def test_a_market_order_is_sent_only_when_it_is_asked_for(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price()

    await world.desk.flatten(replace(EVERYTHING, at_market=True), OWNER)
    await until(lambda: world.broker.sent, "the closing order")

    assert world.broker.sent[0].order_type is OrderType.MARKET


async def test_a_closing_order_that_rests_is_canceled_and_priced_anew(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price(bid=100.0, ask=100.1)
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the first order")

    await _price_until(world, lambda: len(world.broker.sent) > 1, 98.0)

    first, second = world.broker.sent[:2]
    assert world.broker.orders[first.client_order_id].status is OrderStatus.CANCELED
    assert second.limit_price == Decimal("97.02")


async def test_a_market_that_runs_out_of_reach_is_left_with_the_reason(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price(bid=100.0, ask=100.1)
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the first order")

    await _price_until(world, lambda: world.state.flatten.is_over, 90.0)

    (line,) = world.state.flatten.closings
    assert line.status is CloseStatus.LEFT
    assert "ran from 100.00 to 90.00" in line.detail
    assert net(world) == 10


async def test_a_symbol_without_fills_is_left_after_some_tries(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await world.desk.flatten(EVERYTHING, OWNER)

    await _price_until(world, lambda: world.state.flatten.is_over, 190.0)

    (line,) = world.state.flatten.closings
    assert "may be halted" in line.detail
    assert not any(order.is_open for order in world.broker.orders.values())


async def _price_until(world: World, holds, bid: float) -> None:
    for _ in range(3_000):
        if holds():
            return
        world.price(bid=bid, ask=bid + 0.1)
        await asyncio.sleep(0.01)
    pytest.fail("it never came")


async def test_only_positions_that_lose_more_than_the_threshold_are_closed(world: World):
    world.broker.hold("AAPL", Decimal(10), "200")
    world.broker.hold("MSFT", Decimal(-10), "100")
    world.broker.hold("SPY", Decimal(10), "100")
    world.broker.held["SPY"] = replace(world.broker.held["SPY"], last_price=Decimal(89))
    trades_at_once(world)
    world.price("AAPL", 180.0, 180.0)
    world.price("MSFT", 110.1, 110.1)

    await world.desk.flatten(LOSING, OWNER)
    lines = await over(world)

    assert set(lines) == {"MSFT", "SPY"}
    assert net(world, "AAPL") == 10
    assert net(world, "MSFT") == 0


async def test_what_cannot_be_judged_is_said_and_left(world: World):
    world.broker.hold("MSFT", Decimal(10), "100")

    await world.desk.flatten(LOSING, OWNER)
    lines = await over(world)

    assert lines["MSFT"].status is CloseStatus.LEFT
    assert "has no price" in lines["MSFT"].detail


async def test_a_closed_market_is_told_with_its_opening(tmp_path):
    world = World(tmp_path)
    world.broker.session = market_clock(is_open=False)
    world.broker.hold("AAPL", Decimal(10))
    await world.start()
    await until(lambda: world.state.clock is not None, "the session")

    await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)

    assert lines["AAPL"].detail == "the market is closed until 08:00 New York, Sat 21 Nov"
    assert world.broker.sent == []
    await world.desk.stop()


async def test_what_cannot_be_closed_now_keeps_the_orders_that_protect_it(tmp_path):
    world = World(tmp_path)
    world.broker.session = market_clock(is_open=False)
    world.broker.hold("AAPL", Decimal(10))
    await world.start()
    await until(lambda: world.state.clock is not None, "the session")
    world.broker.place(A_STOP)

    receipt = await world.desk.flat("AAPL", OWNER)

    assert "the market is closed until" in receipt.detail
    assert world.broker.cancels == []
    await world.desk.stop()


async def test_what_cannot_be_recorded_is_not_closed_and_keeps_its_stops(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.place(A_STOP)
    world.price()
    world.journal.trouble = "no space left on the disk"

    receipt = await world.desk.flat("AAPL", OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert "cannot be recorded: no space left on the disk" in receipt.detail
    assert world.broker.cancels == []


async def test_outside_the_regular_session_a_limit_for_extended_hours_is_sent(tmp_path):
    world = World(tmp_path)
    world.broker.session = replace(market_clock(is_open=False), phase=Phase.PRE_MARKET)
    world.broker.hold("AAPL", Decimal(10))
    await world.start()
    await until(lambda: world.state.clock is not None, "the session")
    world.price()

    await world.desk.flatten(replace(EVERYTHING, at_market=True), OWNER)
    await until(lambda: world.broker.sent, "the closing order")

    order = world.broker.sent[0]
    assert (order.order_type, order.extended_hours) == (OrderType.LIMIT, True)
    await world.desk.stop()


async def test_a_position_without_a_fresh_quote_is_left_with_the_reason(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.hold("MSFT", Decimal(10))
    world.clock.move(60)

    await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)

    assert "s old" in lines["AAPL"].detail
    assert "no quote" in lines["MSFT"].detail


async def test_shares_that_the_broker_holds_back_are_told(world: World):
    world.broker.hold("AAPL", Decimal(10))
    held = world.broker.held["AAPL"]
    world.broker.held["AAPL"] = replace(held, qty_available=Decimal(4))
    world.price()

    await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)

    assert "6 of 10 shares are held" in lines["AAPL"].detail


async def test_a_rejection_is_told_in_the_brokers_words(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.refusal = "asset is not tradable"
    world.price()

    await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)

    assert "asset is not tradable" in lines["AAPL"].detail


async def test_a_lost_answer_of_a_closing_order_never_sells_twice(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price()

    async def trade_and_drop() -> None:
        world.broker.execute(list(world.broker.orders)[-1])
        await drop_answer()

    world.broker.after_taking = trade_and_drop
    world.trading.is_deaf = True
    await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)

    assert lines["AAPL"].status is CloseStatus.CLOSED
    assert (net(world), len(world.broker.sent)) == (0, 1)


async def test_holdings_that_lag_behind_a_fill_do_not_turn_the_position_round(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price()

    async def trade_but_tell_the_old_holding() -> None:
        world.broker.execute(list(world.broker.orders)[-1])
        world.broker.hold("AAPL", Decimal(10))

    world.broker.after_taking = trade_but_tell_the_old_holding
    await world.desk.flatten(EVERYTHING, OWNER)
    await over(world)

    assert sum(order.qty for order in world.broker.sent) == 10


@pytest.mark.parametrize("is_deaf", [False, True])
async def test_a_stop_that_fills_while_it_is_canceled_is_not_sold_again_on_a_list_that_lags(
    world: World, is_deaf
):
    world.broker.hold("AAPL", Decimal(10))
    stop = {"order_type": OrderType.STOP, "stop_price": Decimal(150)}
    world.broker.place(request(Side.SELL, limit=None, key="a-stop", **stop))
    trades_at_once(world)
    world.price()

    async def fill_some_of_it() -> None:
        world.broker.before_cancel = None
        world.broker.listed_held = [world.broker.held["AAPL"]]
        world.trading.is_deaf = is_deaf
        world.broker.execute("a-stop", "4")

    world.broker.before_cancel = fill_some_of_it
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")
    world.broker.listed_held = None
    lines = await over(world)

    assert [order.qty for order in world.broker.sent] == [6]
    assert net(world) == 0
    assert lines["AAPL"].status is CloseStatus.CLOSED


async def test_a_fill_right_before_the_flatten_may_be_missing_from_the_list(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await until(lambda: world.state.position_of("AAPL"), "the position")
    world.price()
    exiting = await world.desk.submit(sell("4", limit="191.00"), OWNER)
    trades_at_once(world)
    world.broker.listed_held = [world.broker.held["AAPL"]]
    world.broker.execute(exiting.order)

    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: len(world.broker.sent) == 2, "the closing order")
    world.broker.listed_held = None
    lines = await over(world)

    assert world.broker.sent[1].qty == 6
    assert net(world) == 0
    assert lines["AAPL"].status is CloseStatus.CLOSED


async def test_what_the_broker_lists_beyond_what_was_closed_is_left_and_told(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.listed_held = [world.broker.held["AAPL"]]
    trades_at_once(world)
    world.price()

    await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)

    assert lines["AAPL"].status is CloseStatus.LEFT
    assert "the broker lists 10 still" in lines["AAPL"].detail
    assert sum(order.qty for order in world.broker.sent) == 10


async def test_a_position_that_turned_round_meanwhile_is_left(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price()

    async def turn_it_round() -> None:
        world.broker.after_taking = None
        world.broker.execute(list(world.broker.orders)[-1])
        world.broker.hold("AAPL", Decimal(-3))

    world.broker.after_taking = turn_it_round
    await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)

    assert "turned round meanwhile, to -3" in lines["AAPL"].detail
    assert len(world.broker.sent) == 1


async def test_its_own_stop_is_canceled_first_and_only_that_of_its_symbol(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.hold("MSFT", Decimal(10))
    stop = {"order_type": OrderType.STOP, "stop_price": Decimal(150)}
    world.broker.place(request(Side.SELL, limit=None, key="a-stop", **stop))
    world.broker.place(request(Side.SELL, symbol="MSFT", limit=None, key="m-stop", **stop))
    trades_at_once(world)
    world.price()

    receipt = await world.desk.flat("AAPL", OWNER)
    await over(world)

    assert receipt.outcome is Outcome.ACCEPTED
    assert world.broker.orders["a-stop"].status is OrderStatus.CANCELED
    assert world.broker.orders["m-stop"].is_open
    assert net(world) == 0


async def test_a_big_position_is_closed_in_slices_of_what_the_touch_shows(tmp_path):
    world = World(tmp_path)
    limits = replace(QUICK_FLATTEN, slice_of_quote=1, most_slices=4)
    world.desk = world.make_desk(Limits(pace=QUICK, flatten=limits))
    world.broker.hold("AAPL", Decimal(1_000))
    await world.start()
    trades_at_once(world)
    world.price()

    await world.desk.flatten(EVERYTHING, OWNER)
    await over(world)

    assert [order.qty for order in world.broker.sent] == [300, 300, 300, 100]
    assert net(world) == 0
    await world.desk.stop()


async def test_a_second_pull_stops_a_flatten_and_cancels_its_order(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    world.price()
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")

    await world.desk.halt("stop that", OWNER)
    lines = await over(world)
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")

    assert lines["AAPL"].detail == "it was stopped"
    assert not any(order.is_open for order in world.broker.orders.values())
    assert net(world) == 10


async def test_a_pull_before_the_closing_order_has_left_keeps_it_from_leaving(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    world.price()
    recording, go_on = world.journal.hold("order.intended")
    await world.desk.flatten(EVERYTHING, OWNER)
    await recording.wait()

    await world.desk.halt("stop that", OWNER)
    go_on.set()
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")

    assert world.broker.sent == []
    assert net(world) == 10


async def test_of_two_that_are_confirmed_at_once_a_pull_stops_both(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    world.price()

    both = await asyncio.gather(
        world.desk.flatten(replace(EVERYTHING, lifts_fence=True), OWNER),
        world.desk.flatten(FlattenRequest(extent=Extent.NAMED, symbols=("AAPL",)), OWNER),
    )
    await until(lambda: world.broker.sent, "the closing order")
    await world.desk.halt("stop that", OWNER)
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")
    await asyncio.sleep(0.3)

    assert Outcome.ACCEPTED in {receipt.outcome for receipt in both}
    assert len(world.broker.sent) == 1
    assert not any(order.is_open for order in world.broker.orders.values())


async def test_a_first_pull_stops_a_flatten_that_began_while_active(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price()
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")

    await halted(world)
    await over(world)

    assert not any(order.is_open for order in world.broker.orders.values())
    assert len(world.broker.sent) == 1


async def test_flat_of_one_symbol_passes_while_halted_as_a_confirmed_flatten(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.hold("MSFT", Decimal(10))
    await halted(world)
    trades_at_once(world)
    world.price()

    receipt = await world.desk.flat("AAPL", OWNER)
    await over(world)

    assert receipt.outcome is Outcome.ACCEPTED
    assert (net(world, "AAPL"), net(world, "MSFT")) == (0, 10)


async def test_a_stranger_closes_nothing(world: World):
    world.broker.hold("AAPL", Decimal(10))

    receipts = [
        await world.desk.flatten(EVERYTHING, STRANGER),
        await world.desk.flat("AAPL", STRANGER),
    ]

    assert {receipt.outcome for receipt in receipts} == {Outcome.FORBIDDEN}
    assert world.broker.sent == []


async def test_holdings_that_are_not_known_are_not_taken_for_none(world: World):
    world.broker.trouble = "service unavailable"

    receipt = await world.desk.flatten(EVERYTHING, OWNER)

    assert receipt.outcome is Outcome.UNKNOWN
    assert "service unavailable" in receipt.detail


async def test_a_grant_that_is_out_opens_the_way_for_its_own_order_only(world: World):
    world.broker.hold("AAPL", Decimal(10))
    await halted(world)
    world.broker.before_taking = hang
    world.price()

    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")
    (sent,) = world.broker.sent
    cord = world.desk._rooms.ground.cord

    assert world.desk.may_send(sent.client_order_id)
    assert not world.desk.may_send("kc-somebody-else")
    assert cord.objection(replace(sent, qty=Decimal(11)))
    await world.desk.halt("stop that", OWNER)
    assert not world.desk.may_send(sent.client_order_id)
