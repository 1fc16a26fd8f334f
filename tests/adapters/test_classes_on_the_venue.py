"""Brackets, OCO, OTO and replacements against a real venue: nothing over-fills."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import reduce

import pytest

from console.adapters.alpaca.trading_stream import AlpacaTradingStream
from console.adapters.system_clock import SystemClock
from console.domain.chains import chain_of
from console.domain.events import FillBooked, OrderUpdated
from console.domain.exposure import leaves_by_side
from console.domain.families import families
from console.domain.orders import LegRole, OrderClass, OrderStatus, OrderType, ReplaceRequest, Side
from console.domain.state import TradingState, apply
from console.ports import OrderRejected
from tests import builders
from tests.adapters.fakes import ours, until

LONG_AGO = timedelta(days=1)
D = Decimal


class Told:
    """What the stream tells, applied as the desk applies it."""

    def __init__(self):
        self.state = TradingState()

    def hear(self, updates):
        self.state = reduce(apply, updates, self.state)

    def family(self, key):
        found = families(self.state.orders)
        return next(one for one in found if any(link.key == key for link in one.head.links))

    def legs(self, key):
        return {leg.newest.role: leg.newest for leg in self.family(key).legs}


@pytest.fixture
async def told(venue):
    stream, heard, links = AlpacaTradingStream(venue, is_ours=ours), Told(), []
    stream.start(heard.hear, lambda link, _: links.append(link))
    await until(lambda: links)
    yield heard
    await stream.stop()


def bracket(key, limit=None, qty="10", **more):
    more = {"take_profit": D(900), "stop_loss": D("1.10")} | more
    return builders.request(key=key, limit=limit, qty=qty, order_class=OrderClass.BRACKET, **more)


async def test_the_legs_of_a_bracket_come_with_the_answer_and_are_held(trading, told):
    entry = await trading.submit(bracket("kc-1", limit="1.50"))
    profit, loss = sorted(entry.legs, key=lambda leg: leg.role is LegRole.STOP_LOSS)

    assert entry.request.order_class is OrderClass.BRACKET
    assert {profit.status, loss.status} == {OrderStatus.HELD}
    assert (profit.request.limit_price, loss.request.stop_price) == (D(900), D("1.10"))
    assert {profit.parent, loss.parent} == {entry.broker_id}
    assert not profit.is_foreign
    await until(lambda: "kc-1" in told.state.orders and len(told.family("kc-1").legs) == 2)
    listed = {order.key: order for order in await trading.open_orders()}
    assert listed[loss.key].parent == entry.broker_id


async def test_after_the_entry_the_profit_works_and_the_exits_claim_the_shares_once(trading, told):
    await trading.submit(bracket("kc-1"))
    await until(
        lambda: (
            "kc-1" in told.state.orders
            and told.legs("kc-1").get(LegRole.TAKE_PROFIT)
            and told.legs("kc-1")[LegRole.TAKE_PROFIT].status is OrderStatus.NEW
        )
    )

    legs = told.legs("kc-1")
    assert told.state.orders["kc-1"].status is OrderStatus.FILLED
    assert legs[LegRole.STOP_LOSS].status is OrderStatus.HELD
    assert leaves_by_side(told.state.open_orders, "AAPL", Side.SELL) == 10
    with pytest.raises(OrderRejected):
        await trading.submit(builders.sell("10", limit="900", key="kc-2"))


async def test_a_leg_is_replaced_and_stays_in_its_group(trading, told):
    await trading.submit(bracket("kc-1"))
    await until(lambda: "kc-1" in told.state.orders and len(told.family("kc-1").legs) == 2)
    profit = told.legs("kc-1")[LegRole.TAKE_PROFIT]
    await until(lambda: told.legs("kc-1")[LegRole.TAKE_PROFIT].status is OrderStatus.NEW)

    new = ReplaceRequest(order=profit.key, client_order_id="kc-2", limit_price=D(901))
    await trading.replace(profit.broker_id, new)

    await until(lambda: told.legs("kc-1")[LegRole.TAKE_PROFIT].key == "kc-2")
    assert len(told.family("kc-1").legs) == 2
    assert leaves_by_side(told.state.open_orders, "AAPL", Side.SELL) == 10


async def test_a_trailing_stop_gets_a_new_trail(trading, told):
    kind = OrderType.TRAILING_STOP
    await trading.submit(
        builders.request(key="kc-1", limit=None, order_type=kind, trail_percent=D(5))
    )
    await until(lambda: "kc-1" in told.state.orders)
    await until(lambda: told.state.orders["kc-1"].status is OrderStatus.NEW)

    new = ReplaceRequest(order="kc-1", client_order_id="kc-2", trail_percent=D("7.5"))
    await trading.replace(told.state.orders["kc-1"].broker_id, new)

    await until(lambda: "kc-2" in told.state.orders)
    assert told.state.orders["kc-2"].request.trail_percent == D("7.5")


async def test_an_oco_is_one_exit_and_canceling_one_end_ends_both(trading, told):
    await trading.submit(builders.request(key="kc-1", limit=None))
    await until(lambda: told.state.orders.get("kc-1"))
    await until(lambda: told.state.orders["kc-1"].status is OrderStatus.FILLED)
    oco = builders.sell(
        "10", limit="900", key="kc-2", order_class=OrderClass.OCO,
        take_profit=D(900), stop_loss=D("1.10"), stop_loss_limit=D("1.05"),
    )  # fmt: skip

    head = await trading.submit(oco)
    (loss,) = head.legs

    assert head.request.limit_price == D(900)
    assert (loss.request.stop_price, loss.request.limit_price) == (D("1.10"), D("1.05"))
    await trading.cancel(head.broker_id)
    await until(lambda: not told.state.open_orders)


@pytest.mark.long
async def test_an_oto_has_its_one_exit(trading):
    oto = builders.request(
        key="kc-1", limit="1.50", order_class=OrderClass.OTO, stop_loss=D("1.10")
    )

    (loss,) = (await trading.submit(oto)).legs

    assert loss.role is LegRole.STOP_LOSS


@pytest.mark.long
async def test_dollars_are_filled_as_dollars(trading, told):
    wanted = builders.request(key="kc-1", limit=None, qty="100", notional=D(500))

    await trading.submit(wanted)

    await until(lambda: told.state.orders.get("kc-1"))
    await until(lambda: told.state.orders["kc-1"].status is OrderStatus.FILLED)
    done = told.state.orders["kc-1"]
    assert done.request.notional == 500
    assert abs(done.filled_qty * done.filled_avg_price - 500) < D("0.05")


@pytest.mark.parametrize(
    "moment",
    [
        "while",
        pytest.param("before", marks=pytest.mark.long),
        pytest.param("after", marks=pytest.mark.long),
    ],
)
async def test_a_replacement_that_races_a_fill_never_over_fills(trading, told, moment):
    resting = await trading.submit(builders.buy("10", limit="1.50", key="kc-1"))
    await until(lambda: told.state.orders.get("kc-1"))
    await until(lambda: told.state.orders["kc-1"].status is OrderStatus.NEW)
    crossing = ReplaceRequest(order="kc-1", client_order_id="kc-2", limit_price=D(900))
    again = replace(crossing, client_order_id="kc-3")

    if moment == "while":
        await asyncio.gather(
            trading.replace(resting.broker_id, crossing),
            trading.replace(resting.broker_id, again),
            return_exceptions=True,
        )
    else:
        await trading.replace(resting.broker_id, crossing)
        if moment == "after":
            await until(lambda: _filled(told.state) == 10)
        with pytest.raises(OrderRejected):
            await trading.replace(resting.broker_id, again)

    await until(lambda: _filled(told.state) == 10)
    await until(lambda: not told.state.open_orders)
    chain = chain_of(told.state.orders["kc-1"], told.state.orders)
    assert (len(chain.links), chain.filled_qty, chain.qty) == (2, 10, 10)
    (position,) = await trading.positions()
    assert position.qty == 10
    orders = await trading.orders_since(SystemClock().now() - LONG_AGO)
    assert sum(order.filled_qty for order in orders) == 10


def _filled(state):
    return sum(order.filled_qty for order in state.orders.values())


async def test_what_the_stream_tells_twice_or_turned_around_ends_alike(trading, venue):
    stream, updates, links = AlpacaTradingStream(venue, is_ours=ours), [], []
    stream.start(updates.extend, lambda link, _: links.append(link))
    await until(lambda: links)
    entry = await trading.submit(bracket("kc-1"))
    await until(lambda: any(isinstance(update, FillBooked) for update in updates))
    listed = [OrderUpdated(order) for order in await trading.open_orders()]
    await stream.stop()
    log = [OrderUpdated(entry), *listed, *updates]

    ends = {
        repr(sorted(reduce(apply, told, TradingState()).orders.items()))
        for told in (log, log[::-1], [*log, *log], [*log[1::2], *log[::2]])
    }

    assert len(ends) == 1
