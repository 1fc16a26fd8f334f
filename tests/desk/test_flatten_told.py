"""What a flatten says of itself: to who asked, on its lines, and in the records."""

import asyncio
from decimal import Decimal

import pytest

from console.domain.flatten import CloseStatus, Extent, FlattenRequest
from console.domain.orders import OrderType
from console.domain.receipts import Outcome
from console.ports import BrokerUnavailable, JournalUnavailable
from tests.builders import OWNER, STRANGER, sell
from tests.desk.conftest import QUICK_FLATTEN, World, until

EVERYTHING = FlattenRequest(extent=Extent.ALL)
A_STOP = sell("10", limit=None, order_type=OrderType.STOP, stop_price=Decimal(180), key="stop")


def named(*symbols: str, **more) -> FlattenRequest:
    return FlattenRequest(extent=Extent.NAMED, symbols=symbols, **more)


def trades_at_once(world: World) -> None:
    """Have the broker fill whatever it takes."""

    async def trade() -> None:
        world.broker.execute(list(world.broker.orders)[-1])

    world.broker.after_taking = trade


def bodies(world: World, kind: str) -> list[dict[str, object]]:
    return [dict(record.body) for record in world.journal.records if record.kind == kind]


def flattens(world: World):
    return world.desk._rooms.closing.flattens


async def halted(world: World) -> None:
    await world.desk.halt("smoke", OWNER)
    await until(lambda: world.state.halt and world.state.halt.is_confirmed, "the confirmation")


async def over(world: World):
    await until(lambda: world.state.flatten and world.state.flatten.is_over, "the end", 30)
    return {line.symbol: line for line in world.state.flatten.closings}


async def test_it_is_told_and_recorded_who_closed_what_and_how_it_ended(world: World):
    for symbol in ("AAPL", "MSFT"):
        world.broker.hold(symbol, Decimal(10))
        world.price(symbol)
    trades_at_once(world)

    receipt = await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)
    await until(lambda: bodies(world, "flatten.ended"), "the record")

    told = world.state.flatten
    assert receipt.detail == (
        "Closing AAPL, MSFT: see the flatten's lines for what becomes of each."
    )
    assert (told.what, told.by) == ("every position", str(OWNER))
    assert bodies(world, "flatten.confirmed") == [{"what": "every position"}]
    assert bodies(world, "flatten.ended") == [
        {"flatten": told.id, "told": "2 of 2 positions closed"}
    ]
    assert lines["AAPL"].detail == "AAPL is flat, closed by 1 order"


async def test_nothing_to_close_is_said_in_the_words_of_what_was_asked(world: World):
    receipt = await world.desk.flatten(EVERYTHING, OWNER)

    detail = "Nothing is to be closed: there is no such position (every position)."
    assert (receipt.outcome, receipt.detail) == (Outcome.ACCEPTED, detail)


async def test_a_refusal_is_recorded_with_what_was_asked(world: World):
    receipt = await world.desk.flatten(named("AAPL"), STRANGER)
    await until(lambda: bodies(world, "flatten.forbidden"), "the record")

    detail = f"{STRANGER} may not close positions at this desk."
    assert (receipt.outcome, receipt.detail) == (Outcome.FORBIDDEN, detail)
    assert bodies(world, "flatten.forbidden") == [{"what": "AAPL", "detail": detail}]


@pytest.mark.parametrize(
    ("request_", "are_closing"),
    [(EVERYTHING, (True, True)), (named("AAPL"), (True, False))],
)
async def test_what_is_about_to_be_closed_counts_as_being_closed(world, request_, are_closing):
    world.broker.hold("AAPL", Decimal(10))
    world.price()
    recording, go_on = world.journal.hold("flatten.confirmed")
    closing = asyncio.create_task(world.desk.flatten(request_, OWNER))
    await recording.wait()

    about_to = tuple(flattens(world).is_closing(one) for one in ("AAPL", "MSFT"))
    go_on.set()
    await closing
    running = tuple(flattens(world).is_closing(one) for one in ("AAPL", "MSFT"))

    assert about_to == are_closing
    assert running == (True, False)


async def test_a_stop_tells_whether_anything_was_being_closed(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price()
    idle = flattens(world).stop()
    await world.desk.flatten(EVERYTHING, OWNER)

    assert not idle
    assert flattens(world).stop()
    assert (await over(world))["AAPL"].status is CloseStatus.LEFT


async def test_a_symbol_in_an_exit_is_closed_by_a_flatten_only_while_halted(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price()
    flattens(world).is_leaving = lambda _symbol: True

    trading = await world.desk.flatten(named("AAPL"), OWNER)
    await halted(world)
    trades_at_once(world)
    world.price()
    await world.desk.flatten(named("AAPL"), OWNER)

    assert trading.detail == "AAPL is being exited already; wait for it."
    assert (await over(world))["AAPL"].status is CloseStatus.CLOSED


async def test_way_is_made_only_in_a_halt_for_what_there_is_to_close(world: World):
    asked, refused = [], []
    before = flattens(world).before

    async def make_way(request: FlattenRequest) -> str:
        asked.append(str(request))
        return await before(request)

    flattens(world).before = make_way
    flattens(world).on_refused = lambda: refused.append(True)
    await halted(world)
    await world.desk.flatten(EVERYTHING, OWNER)
    in_vain = list(asked)
    await world.desk.rearm("all clear", OWNER)
    world.broker.hold("AAPL", Decimal(10))
    trades_at_once(world)
    world.price()
    await world.desk.flatten(named("AAPL"), OWNER)
    await over(world)
    while_trading = list(asked)
    await halted(world)
    world.broker.hold("AAPL", Decimal(10))
    world.price()
    await world.desk.flatten(named("AAPL"), OWNER)

    assert (in_vain, while_trading, asked) == ([], [], ["AAPL"])
    assert refused == []


async def test_flat_is_answered_with_the_broker_s_no(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.refusal = "no shares to borrow"
    world.price()

    receipt = await world.desk.flat("AAPL", OWNER)

    assert receipt.outcome is Outcome.REJECTED
    assert receipt.detail.startswith("AAPL was left: ")
    assert "no shares to borrow" in receipt.detail


async def test_without_a_price_the_orders_that_protect_a_position_stay(world: World):
    world.broker.hold("MSFT", Decimal(10))
    stop = sell(
        "10", "MSFT", limit=None, order_type=OrderType.STOP, stop_price=Decimal(180), key="stop"
    )
    world.broker.place(stop)

    await world.desk.flatten(EVERYTHING, OWNER)
    lines = await over(world)

    assert lines["MSFT"].status is CloseStatus.LEFT
    assert world.broker.orders["stop"].is_open


async def test_the_orders_that_were_in_the_way_are_counted(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.place(A_STOP)
    trades_at_once(world)
    world.price()

    await world.desk.flatten(EVERYTHING, OWNER)

    told = "AAPL is flat, closed by 1 order; 1 order canceled"
    assert (await over(world))["AAPL"].detail == told


async def test_a_closing_order_rests_for_its_time_is_told_and_tried_only_so_often(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price()
    await world.desk.flatten(EVERYTHING, OWNER)
    await until(lambda: world.broker.sent, "the closing order")

    await asyncio.sleep(QUICK_FLATTEN.reprice_after / 2)
    line, canceled = world.state.flatten.closings[0], list(world.broker.cancels)
    world.price()
    while not world.state.flatten.is_over:
        world.price()
        await asyncio.sleep(0.01)

    assert line.detail == str(world.broker.sent[0])
    assert canceled == []
    assert not world.broker.sent[0].extended_hours
    assert len(world.broker.sent) == QUICK_FLATTEN.most_tries


async def test_a_closing_order_that_cannot_be_recorded_is_left_with_the_reason(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.price()

    async def refuse(record) -> None:
        if record.kind == "order.intended":
            raise JournalUnavailable("the disk is full")

    world.journal.before_write = refuse
    await world.desk.flatten(EVERYTHING, OWNER)

    assert "the disk is full" in (await over(world))["AAPL"].detail
    assert world.broker.sent == []


async def test_an_order_neither_filled_nor_canceled_is_pointed_at(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.cancels_complete = False
    world.price()

    await world.desk.flatten(EVERYTHING, OWNER)

    detail = (await over(world))["AAPL"].detail
    assert detail.endswith("is neither filled nor proven canceled; look at its order")


async def test_a_no_is_the_broker_s_own_when_the_fence_cannot_be_asked_for(world: World):
    world.broker.hold("AAPL", Decimal(10))
    world.broker.refusal = "no shares to borrow"
    world.price()

    async def ask() -> bool:
        raise BrokerUnavailable("away")

    world.broker.is_suspended = ask
    await world.desk.flatten(EVERYTHING, OWNER)

    assert "no shares to borrow" in (await over(world))["AAPL"].detail
