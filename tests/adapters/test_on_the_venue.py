"""The adapters against a real venue process: the same calls that Alpaca would get."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.adapters.alpaca.broker import AlpacaBroker
from console.adapters.alpaca.history import AlpacaHistory
from console.adapters.alpaca.market_stream import AlpacaMarketStream
from console.adapters.alpaca.trading_stream import AlpacaTradingStream
from console.adapters.system_clock import SystemClock
from console.domain.connections import Link
from console.domain.events import FillBooked, OrderUpdated
from console.domain.market import Quote, Timeframe, Trade
from console.domain.orders import OrderStatus, OrderType, ReplaceRequest, Side
from console.ports import KeysRefused, OrderRejected
from tests import builders
from tests.adapters.fakes import ours, until

LONG_AGO = timedelta(days=1)


@pytest.fixture
async def updates(venue):
    stream = AlpacaTradingStream(venue, is_ours=ours)
    heard, links = [], []
    stream.start(heard.extend, lambda link, _: links.append(link))
    await until(lambda: Link.LIVE in links)
    yield heard
    await stream.stop()


def far_below(key, limit="1.50"):
    return builders.request(key=key, limit=limit)


async def test_an_order_lives_its_life(trading, updates):
    placed = await trading.submit(far_below("kc-1"))
    await until(lambda: _statuses(updates, "kc-1") >= {OrderStatus.NEW})
    wanted = ReplaceRequest(order="kc-1", client_order_id="kc-2", limit_price=Decimal("1.60"))
    replaced = await trading.replace(placed.broker_id, wanted)
    await until(lambda: OrderStatus.NEW in _statuses(updates, "kc-2"))
    (working,) = await trading.open_orders()
    await trading.cancel(working.broker_id)
    await until(lambda: OrderStatus.CANCELED in _statuses(updates, "kc-2"))

    assert replaced.replaces == placed.broker_id
    assert working.request.limit_price == Decimal("1.60")
    assert await trading.open_orders() == ()
    with pytest.raises(OrderRejected, match="canceled"):
        await trading.cancel(working.broker_id)


async def test_a_fill_is_told_alike_by_stream_activities_and_positions(trading, updates):
    market = builders.request(key="kc-3", limit=None, qty="10")
    assert market.order_type is OrderType.MARKET

    placed = await trading.submit(market)
    await until(lambda: _filled(updates, "kc-3") == 10)

    streamed = {u.fill.execution_id: u.fill for u in updates if isinstance(u, FillBooked)}
    activities = await trading.fills_since(SystemClock().now() - LONG_AGO)
    (position,) = await trading.positions()
    found = await trading.find("kc-3")
    assert {fill.execution_id for fill in activities} == set(streamed)
    assert {fill.order for fill in activities} == {placed.broker_id}
    assert (position.symbol, position.qty) == ("AAPL", Decimal(10))
    assert found is not None
    assert found.status is OrderStatus.FILLED
    assert found.filled_avg_price == position.avg_entry_price


async def test_the_account_is_suspended_and_freed_and_that_is_read_back(trading):
    before = await trading.is_suspended()
    await trading.suspend(True)
    fenced = await trading.is_suspended()
    with pytest.raises(OrderRejected):
        await trading.submit(far_below("kc-9"))
    await trading.suspend(False)

    assert (before, fenced, await trading.is_suspended()) == (False, True, False)
    assert (await trading.submit(far_below("kc-10"))).key == "kc-10"


async def test_an_order_sent_twice_is_one_order(trading):
    first = await trading.submit(far_below("kc-4"))

    again = await trading.submit(far_below("kc-4"))

    assert again.broker_id == first.broker_id
    assert len(await trading.open_orders()) == 1


async def test_all_orders_are_canceled(trading):
    for n in range(12):
        await trading.submit(far_below(f"kc-{n}"))

    await trading.cancel_all()

    async with asyncio.timeout(60):
        while await trading.open_orders():  # noqa: ASYNC110 - the venue is asked
            await asyncio.sleep(0.05)
    known = await trading.orders_since(SystemClock().now() - LONG_AGO)
    assert {order.status for order in known} == {OrderStatus.CANCELED}


async def test_refusals_and_absences_are_told_apart(trading, venue):
    with pytest.raises(OrderRejected, match="ZZZZ"):
        await trading.submit(builders.request(key="kc-5", symbol="ZZZZ"))
    assert await trading.find("kc-5") is None

    stranger = AlpacaBroker(replace(venue, secret="wrong"), is_ours=ours)
    with pytest.raises(KeysRefused):
        await stranger.account()
    await stranger.close()


async def test_the_account_the_clock_and_the_assets_are_read(trading):
    account = await trading.account()
    clock = await trading.clock()
    assets = await trading.assets()

    assert account.equity == account.cash == Decimal(100_000)
    assert clock.next_close > clock.at
    assert "AAPL" in {asset.symbol for asset in assets if asset.is_tradable}


@pytest.mark.parametrize("timeframe", Timeframe)
async def test_bars_come_oldest_first_and_no_more_than_asked(venue, timeframe):
    history = AlpacaHistory(venue)

    bars = await history.bars("AAPL", timeframe, 120)

    await history.close()
    assert 0 < len(bars) <= 120
    assert [bar.at for bar in bars] == sorted({bar.at for bar in bars})
    assert all(bar.low <= min(bar.open, bar.close) <= bar.high for bar in bars)


async def test_what_the_source_does_not_know_is_left_out(venue):
    history = AlpacaHistory(venue)

    quotes, trades = await history.latest(["AAPL", "ZZZZ"])
    days = await history.days(["AAPL", "ZZZZ"])

    await history.close()
    assert {told.symbol for told in (*quotes, *trades, *days)} == {"AAPL"}
    assert days[0].previous_close


@pytest.fixture
async def listening(venue):
    stream, ticks = AlpacaMarketStream(venue), []
    stream.start(ticks.extend, lambda _link, _detail: None)
    yield stream, ticks
    await stream.stop()


async def test_the_newest_of_a_symbol_for_a_comparison_is_what_the_stream_tells(venue, listening):
    history, (stream, ticks) = AlpacaHistory(venue), listening
    await stream.subscribe(["SPY"])
    # at night even the busiest symbol may trade seldom
    await until(lambda: {type(tick) for tick in ticks} == {Quote, Trade}, seconds=300)

    compared = await history.compared(["SPY", "ZZZZ"])

    newest = {type(tick): tick.at for tick in compared}
    assert {tick.symbol for tick in compared} == {"SPY"}
    assert newest.keys() == {Quote, Trade}
    for kind, made_at in newest.items():
        await until(lambda k=kind, m=made_at: any(type(t) is k and t.at >= m for t in ticks))
        # the one source's nanoseconds are cut off, the other's rounded
        apart = min(abs(tick.at - made_at) for tick in ticks if type(tick) is kind)
        assert apart <= timedelta(microseconds=1)
    await history.close()


async def test_the_market_streams_and_survives_a_reconnect(venue):
    stream = AlpacaMarketStream(venue)
    ticks, links = [], []
    stream.start(ticks.extend, lambda link, _: links.append(link))
    await stream.subscribe(["AAPL", "MSFT"])
    await until(lambda: {"AAPL", "MSFT"} <= {t.symbol for t in ticks if isinstance(t, Quote)})

    await stream.reconnect()
    await until(lambda: links.count(Link.LIVE) == 2)
    ticks.clear()
    await until(lambda: ticks)

    await stream.stop()
    assert links == [Link.LIVE, Link.DOWN, Link.LIVE]
    assert stream.bad == 0


def _statuses(updates, key):
    told = (update.order for update in updates if isinstance(update, OrderUpdated))
    return {order.status for order in told if order.key == key}


def _filled(updates, key):
    booked = (update.fill for update in updates if isinstance(update, FillBooked))
    return sum(fill.qty for fill in booked if fill.order == key and fill.side is Side.BUY)
