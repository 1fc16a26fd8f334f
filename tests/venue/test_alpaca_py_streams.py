"""Unmodified alpaca-py streams against a real venue process, each in its own thread."""

import asyncio
import contextlib
from collections.abc import Iterator
from concurrent.futures import CancelledError
from threading import Thread

import pytest
from alpaca.data.live import StockDataStream
from alpaca.data.models import Bar, Quote, Trade
from alpaca.trading.stream import TradingStream

from tests.venue.rig import PATIENCE, TAPE, until


@contextlib.contextmanager
def running(stream) -> Iterator[None]:
    thread = Thread(target=stream.run)
    thread.start()
    try:
        until(lambda: stream._running)
        yield
    finally:
        # the stream's own loop may end first, and cancels what it has not yet done
        with contextlib.suppress(CancelledError):
            asyncio.run_coroutine_threadsafe(ended(stream), stream._loop).result(PATIENCE)
        thread.join(PATIENCE)
        assert not thread.is_alive()


async def ended(stream) -> None:
    """Stop a stream from within its loop: at once, not after its next look at the clock."""
    await stream.stop_ws()
    await stream.close()


def data_stream(venue) -> StockDataStream:
    line = venue.line
    return StockDataStream(line["key"], line["secret"], url_override=line["stream_url"] + "/v2/iex")


def trading_stream(venue) -> TradingStream:
    line = venue.line
    return TradingStream(line["key"], line["secret"], url_override=line["trading_stream_url"])


def collector(into: list):
    async def collect(message: object) -> None:
        into.append(message)

    return collect


def test_quotes_trades_and_bars_arrive_as_models(start_venue):
    venue = start_venue("--seed", "7", "--speed", "60")
    heard: list[object] = []
    stream = data_stream(venue)
    stream.subscribe_quotes(collector(heard), "AAPL")
    stream.subscribe_trades(collector(heard), "*")
    stream.subscribe_bars(collector(heard), "MSFT")
    stream.subscribe_daily_bars(collector(heard), "MSFT")

    with running(stream):
        until(lambda: {type(m) for m in [*heard]} >= {Quote, Trade, Bar})

    assert {m.symbol for m in heard if isinstance(m, Quote)} == {"AAPL"}
    assert {m.symbol for m in heard if isinstance(m, Bar)} == {"MSFT"}
    assert len({m.symbol for m in heard if isinstance(m, Trade)}) > 1
    assert all(m.bid_price < m.ask_price for m in heard if isinstance(m, Quote))


def test_a_symbol_taken_back_is_heard_no_more(venue):
    heard: list[Quote] = []
    stream = data_stream(venue)
    stream.subscribe_quotes(collector(heard), "AAPL", "MSFT")

    with running(stream):
        until(lambda: {q.symbol for q in [*heard]} == {"AAPL", "MSFT"})
        stream.unsubscribe_quotes("MSFT")
        heard.clear()
        until(lambda: len([q for q in [*heard] if q.symbol == "AAPL"]) > 10)

    assert [q for q in heard[5:] if q.symbol == "MSFT"] == []


def test_a_moved_price_is_heard_at_once(venue):
    heard: list[Trade] = []
    stream = data_stream(venue)
    stream.subscribe_trades(collector(heard), "KO")

    with running(stream):
        until(lambda: venue.control("price", symbol="KO", price=123.45) and [*heard])
        until(lambda: [t for t in [*heard] if t.price == 123.45])


def test_order_events_follow_the_life_of_an_order(venue):
    heard: list = []
    stream = trading_stream(venue)
    stream.subscribe_trade_updates(collector(heard))

    with running(stream):
        until(lambda: _is_listening(venue, heard))
        heard.clear()
        order = venue.order(qty="10")
        venue.until_order(order, "filled")
        until(lambda: [e for e in [*heard] if e.event == "fill"])

    events = [e for e in heard if str(e.order.id) == order["id"]]
    assert events[0].event == "new"
    assert {e.event for e in events[1:]} <= {"partial_fill", "fill"}
    assert sum(e.qty for e in events[1:]) == 10
    last = events[-1]
    assert (last.event, last.order.status.value, last.position_qty) == ("fill", "filled", 10)
    assert last.execution_id
    assert float(last.order.filled_avg_price) > 0


def _is_listening(venue, heard) -> bool:
    """Subscribing is not told to the client: try until an event arrives."""
    order = venue.order(type="limit", limit_price=1, qty="1")
    venue.until_order(order, "new")
    venue.delete(f"/v2/orders/{order['id']}")
    venue.until_order(order, "canceled")
    return bool(heard)


@pytest.mark.skipif(not TAPE.exists(), reason=f"the recorded tape is not at {TAPE}")
def test_the_recorded_tape_is_heard_on_its_own_clock(start_venue):
    venue = start_venue("--tape", str(TAPE), "--speed", "60")
    heard: list[Quote] = []
    stream = data_stream(venue)
    stream.subscribe_quotes(collector(heard), "SPY")

    with running(stream):
        until(lambda: len(heard) > 20)

    times = [q.timestamp for q in heard]
    assert times == sorted(times)
    assert {t.date().isoformat() for t in times} == {"2013-10-07"}
    assert all(160 < q.bid_price < q.ask_price < 175 for q in heard)
