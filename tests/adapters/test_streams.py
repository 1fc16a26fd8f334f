import asyncio
import json
import threading
from datetime import UTC, datetime
from itertools import pairwise
from math import isfinite

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import serve

from console.adapters.alpaca.handover import Handover
from console.adapters.alpaca.market_stream import AlpacaMarketStream
from console.adapters.alpaca.outages import Patience, wait_before
from console.adapters.alpaca.stream_frames import Frames
from console.adapters.alpaca.trading_stream import AlpacaTradingStream
from console.domain.connections import Link
from console.domain.market import Quote
from tests import builders
from tests.adapters.fakes import ORDER, access, ours, until

NOW = builders.NOON
AT = msgpack.Timestamp(1_790_000_000, 123_456_000)
QUOTE = {"T": "q", "S": "AAPL", "bp": 1.5, "bs": 100, "ap": 1.6, "as": 200, "t": AT, "c": ["R"]}
TRADE = {"T": "t", "S": "AAPL", "p": 1.55, "s": 10, "t": AT, "i": 1, "c": "@"}


class StockServer:
    """A stock stream that goes as far as it is told, and then sends what it is given."""

    def __init__(self, steps=3):
        self.steps = steps
        self.connections = []
        self.received = []
        self.refuse_with = None

    async def __call__(self, socket):
        self.connections.append(socket)
        if self.steps >= 1:
            await self.send(socket, [{"T": "success", "msg": "connected"}])
        async for frame in socket:
            message = msgpack.unpackb(frame)
            self.received.append(message)
            await self.answer(socket, message)

    async def answer(self, socket, message):
        if message["action"] == "auth" and self.refuse_with:
            await self.send(socket, [{"T": "error", **self.refuse_with}])
        elif message["action"] == "auth" and self.steps >= 2:
            await self.send(socket, [{"T": "success", "msg": "authenticated"}])
        elif message["action"] == "subscribe" and self.steps >= 3:
            await self.send(socket, [{"T": "subscription", "quotes": message.get("quotes", [])}])

    async def send(self, socket, messages):
        await socket.send(msgpack.packb(messages))


class HesitantServer(StockServer):
    """Answers the first subscription of a connection only when it is let."""

    def __init__(self):
        super().__init__()
        self.may_answer = asyncio.Event()

    @property
    def subscribed(self):
        """The symbols of every change so far, as (action, symbols)."""
        return [(m["action"], m.get("quotes")) for m in self.received if m["action"] != "auth"]

    async def answer(self, socket, message):
        if message["action"] == "subscribe":
            await self.may_answer.wait()
        await super().answer(socket, message)


class SmallServer(StockServer):
    """Takes so many symbols of a connection; refuses whatever would make more of them."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit
        self.taken = {}

    async def answer(self, socket, message):
        taken = self.taken.setdefault(socket, set())
        if message["action"] == "unsubscribe":
            taken.difference_update(message["quotes"])
        elif message["action"] == "subscribe":
            if len(taken | set(message["quotes"])) > self.limit:
                refusal = {"T": "error", "code": 405, "msg": "symbol limit exceeded"}
                await self.send(socket, [refusal])
                return
            taken.update(message["quotes"])
        await super().answer(socket, message)


class Listener:
    def __init__(self):
        self.items = []
        self.links = []

    def take(self, items):
        self.items.extend(items)

    def hear(self, link, detail):
        self.links.append((link, detail))

    def is_live(self):
        return bool(self.links) and self.links[-1][0] is Link.LIVE


@pytest.fixture
async def listening():
    """Serve a stock stream and listen to it, with short phases."""
    opened = []

    async def listen(server, **more):
        websocket = await serve(server, "127.0.0.1", 0)
        port = websocket.sockets[0].getsockname()[1]
        stream = AlpacaMarketStream(access(stream=port), **more)
        listener = Listener()
        stream.start(listener.take, listener.hear)
        await stream.subscribe(["AAPL"])
        opened.append((stream, websocket))
        return stream, listener

    yield listen
    for stream, websocket in opened:
        await stream.stop()
        websocket.close()
        await websocket.wait_closed()


async def test_quotes_and_trades_arrive(listening):
    server = StockServer()
    stream, heard = await listening(server)
    await until(heard.is_live)

    await server.send(server.connections[0], [QUOTE, TRADE])
    await until(lambda: len(heard.items) == 2)

    quote, trade = heard.items
    assert (quote.bid, quote.ask_size, trade.price) == (1.5, 200, 1.55)
    assert quote.at == datetime.fromtimestamp(1_790_000_000, UTC).replace(microsecond=123_456)
    assert (stream.heard, stream.bad) == (2, 0)


@pytest.mark.parametrize(
    ("steps", "during"), [(0, "the connection"), (1, "authentication"), (2, "subscription")]
)
async def test_a_mute_handshake_is_found_in_every_phase(listening, steps, during):
    _, heard = await listening(StockServer(steps), phase_seconds=0.2)

    await until(lambda: heard.links)

    assert heard.links[0] == (Link.DOWN, f"the stream went mute during {during}")


@pytest.mark.parametrize(
    ("code", "msg", "words"),
    [
        (402, "auth failed", "refused the keys"),
        (406, "connection limit exceeded", "in use by another connection"),
        (409, "insufficient subscription", "no subscription for this feed"),
        (999, "odd\x1b[2J", "odd[2J"),
    ],
)
async def test_a_refusal_is_told_in_words_and_not_hurried(listening, code, msg, words):
    server = StockServer()
    server.refuse_with = {"code": code, "msg": msg}
    _, heard = await listening(server)

    await until(lambda: heard.links)

    assert heard.links[0][0] is Link.DOWN
    assert words in heard.links[0][1]
    assert len(server.connections) == 1


async def test_a_lost_connection_is_told_and_opened_again_with_its_subscriptions(listening):
    server = StockServer()
    _, heard = await listening(server)
    await until(heard.is_live)

    await server.connections[0].close()
    await until(lambda: len(server.connections) == 2 and heard.is_live())

    assert [link for link, _ in heard.links] == [Link.LIVE, Link.DOWN, Link.LIVE]
    assert server.received[-1]["quotes"] == ["AAPL"]


GARBAGE = [
    b"\xc1\xc1\xc1",
    b"",
    msgpack.packb(None),
    msgpack.packb(7),
    msgpack.packb({"T": "q"}),
    msgpack.packb([None, 1, "x", [], {"T": 5}]),
    msgpack.packb([{"T": "q", "S": "AAPL"}]),
    msgpack.packb([QUOTE | {"bp": float("nan")}]),
    msgpack.packb([QUOTE | {"bp": float("inf")}]),
    msgpack.packb([QUOTE | {"bp": "1.5"}]),
    msgpack.packb([QUOTE | {"bp": -1}]),
    msgpack.packb([QUOTE | {"S": "A\x1b[2J"}]),
    msgpack.packb([QUOTE | {"t": 5}]),
    msgpack.packb([TRADE | {"p": 2**63}, {"T": "t", "S": None}]),
    b"\x91" * 3_000,
    b"\xdd\xff\xff\xff\xff",
    "text",
    '[{"T":"q","S":"AAPL","bp":NaN}]',
    "[" * 3_000,
    "null",
    '[{"T":"q","S":"AAPL","bp":1e999,"ap":1,"bs":1,"as":1,"t":"2026-10-08T14:30:00Z"}]',
    '[{"T":"t","S":"AAPL","p":' + "9" * 5_000 + "}]",
    msgpack.packb([QUOTE | {"T": "zz"}]) + b"\xc1",
    msgpack.packb(b"x" * 10_000_000),
    msgpack.packb([{"T": "q", "S": "A" * 10_000_000}]),
]


async def test_garbage_neither_deafens_nor_ends_the_stream(listening):
    server = StockServer()
    stream, heard = await listening(server)
    await until(heard.is_live)

    for garbage in GARBAGE:
        await server.connections[0].send(garbage)
        await server.send(server.connections[0], [QUOTE])
    await until(lambda: sum(item.symbol == "AAPL" for item in heard.items) >= len(GARBAGE))

    assert len(server.connections) == 1
    assert stream.bad > 16


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda told: repr(told)[:30])
def test_garbage_tells_nothing_and_is_counted(garbage):
    frames = Frames()

    ticks = frames.ticks(frames.messages(garbage), NOW)

    # a number that is only huge is one
    assert [tick for tick in ticks if isinstance(tick, Quote) or not isfinite(tick.price)] == []
    assert frames.bad >= 1


async def test_a_bad_message_loses_itself_alone():
    frames = Frames()

    messages = frames.messages(msgpack.packb([QUOTE, {"T": 5}, TRADE | {"p": None}, TRADE]))

    assert len(frames.ticks(messages, NOW)) == 2
    assert frames.bad == 2


async def test_the_same_messages_are_read_from_json():
    frames = Frames()
    said = [QUOTE | {"t": "2026-10-08T14:30:00.123456789Z"}, {"T": "success", "msg": "connected"}]

    messages = frames.messages(json.dumps(said))

    assert len(frames.ticks(messages, NOW)) == 1
    assert frames.bad == 0


async def test_a_print_counts_for_what_its_conditions_say():
    frames = Frames()
    late = TRADE | {"c": ["@", "Z"], "z": "C"}
    odd = TRADE | {"c": {"Z": 1}, "z": 7}

    messages = frames.messages(msgpack.packb([TRADE, late, odd]))

    ticks = frames.ticks(messages, NOW)
    assert [tick.counts.sets_last for tick in ticks] == [True, False, True]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(frame):
    frames = Frames()

    frames.ticks(frames.messages(frame), NOW)


async def test_symbols_come_and_go_while_connected(listening):
    server = StockServer()
    stream, heard = await listening(server)
    await until(heard.is_live)

    await stream.subscribe(["MSFT"])
    await stream.unsubscribe(["AAPL"])
    await until(lambda: len(server.received) >= 4)

    assert server.received[2] == {"action": "subscribe", "quotes": ["MSFT"], "trades": ["MSFT"]}
    assert server.received[3] == {"action": "unsubscribe", "quotes": ["AAPL"], "trades": ["AAPL"]}


async def test_a_symbol_wanted_while_the_first_subscription_is_answered_is_asked_for(listening):
    server = HesitantServer()
    stream, heard = await listening(server)
    await until(lambda: server.subscribed)

    await stream.subscribe(["MSFT"])
    server.may_answer.set()
    await until(heard.is_live)

    assert server.subscribed[1] == ("subscribe", ["AAPL", "MSFT"])


async def test_a_symbol_let_go_while_the_first_subscription_is_answered_is_let_go(listening):
    server = HesitantServer()
    stream, heard = await listening(server)
    await until(lambda: server.subscribed)

    await stream.subscribe(["MSFT"])
    await stream.unsubscribe(["AAPL"])
    server.may_answer.set()
    await until(heard.is_live)

    assert ("unsubscribe", ["AAPL"]) in server.subscribed
    assert server.subscribed[-1] == ("subscribe", ["MSFT"])


async def test_one_symbol_too_many_deafens_no_other(listening):
    server = SmallServer(limit=5)
    stream, heard = await listening(server)
    await until(heard.is_live)

    for symbol in ("B", "C", "D", "E", "F", "G"):
        await stream.subscribe([symbol])
    await until(lambda: "limit is reached" in heard.links[-1][1])
    await server.connections[0].close()
    await until(lambda: len(server.connections) == 2 and "limit" in heard.links[-1][1])

    assert heard.is_live()
    assert server.taken[server.connections[1]] == {"AAPL", "B", "C", "D", "E"}


async def test_a_symbol_that_is_let_go_makes_room_for_one_that_was_refused(listening):
    server = SmallServer(limit=2)
    stream, heard = await listening(server)
    await until(heard.is_live)
    await stream.subscribe(["MSFT"])
    await stream.subscribe(["SPY"])
    await until(lambda: "limit is reached" in heard.links[-1][1])

    await stream.unsubscribe(["AAPL"])
    await stream.subscribe(["SPY"])

    await until(lambda: server.taken[server.connections[0]] == {"MSFT", "SPY"})


async def test_nothing_is_connected_before_there_is_something_to_hear():
    server = StockServer()
    async with serve(server, "127.0.0.1", 0) as websocket:
        port = websocket.sockets[0].getsockname()[1]
        stream = AlpacaMarketStream(access(stream=port))
        heard = Listener()
        stream.start(heard.take, heard.hear)
        await asyncio.sleep(0.1)
        assert server.connections == []

        await stream.subscribe(["AAPL"])
        await until(heard.is_live)
        await stream.stop()


async def test_a_reconnect_is_prompt_and_a_stop_leaves_nothing(listening):
    server = StockServer()
    stream, heard = await listening(server)
    await until(heard.is_live)

    await stream.reconnect()
    await until(lambda: len(server.connections) == 2 and heard.is_live())
    await stream.stop()
    await stream.stop()

    assert not [t for t in threading.enumerate() if t.name == "alpaca market stream"]


async def test_a_stop_during_a_mute_handshake_leaves_nothing(listening):
    server = StockServer(steps=0)
    stream, _ = await listening(server)
    await until(lambda: server.connections)

    await stream.stop()

    assert not [t for t in threading.enumerate() if t.name == "alpaca market stream"]


class TradingServer:
    def __init__(self, status="authorized"):
        self.status = status
        self.connections = []

    async def __call__(self, socket):
        self.connections.append(socket)
        async for frame in socket:
            message = json.loads(frame)
            if message["action"] == "authenticate":
                await self.send(socket, "authorization", {"status": self.status})
            else:
                await self.send(socket, "listening", message["data"])

    async def send(self, socket, stream, data):
        await socket.send(json.dumps({"stream": stream, "data": data}).encode())


BAD_UPDATES = (
    b"\xff",
    b"[]",
    b"null",
    b"",
    b'{"stream":"trade_updates","data":{}}',
    b'{"stream":"trade_updates","data":{"event":"fill","order":{"qty":NaN}}}',
    b'{"stream":"trade_updates","data":{"event":"fill","order":' + b"[" * 100_000,
    b'{"stream":"trade_updates","data":"' + b"x" * 10_000_000,
    msgpack.packb({"stream": "trade_updates", "data": None}),
)


async def test_orders_and_garbage_arrive_as_orders():
    server = TradingServer()
    heard = Listener()
    async with serve(server, "127.0.0.1", 0) as websocket:
        port = websocket.sockets[0].getsockname()[1]
        stream = AlpacaTradingStream(access(stream=port), is_ours=ours)
        stream.start(heard.take, heard.hear)
        await until(heard.is_live)

        for garbage in BAD_UPDATES:
            await server.connections[0].send(garbage)
        await server.send(server.connections[0], "trade_updates", {"event": "new", "order": ORDER})
        await until(lambda: heard.items)
        await stream.stop()

    assert heard.items[0].order.key == "kc-1"
    assert stream.bad == len(BAD_UPDATES)
    assert not [t for t in threading.enumerate() if t.name == "alpaca trading stream"]


async def test_refused_keys_of_the_trading_stream_are_told():
    server = TradingServer("unauthorized")
    heard = Listener()
    async with serve(server, "127.0.0.1", 0) as websocket:
        port = websocket.sockets[0].getsockname()[1]
        stream = AlpacaTradingStream(access(stream=port), is_ours=ours)
        stream.start(heard.take, heard.hear)
        await until(lambda: heard.links)
        await stream.stop()

    assert heard.links[0][0] is Link.DOWN
    assert "keys" in heard.links[0][1]


@given(st.lists(st.floats(0, 1), min_size=40, max_size=40))
def test_attempts_never_become_a_storm(chances):
    times, now = [], 0.0
    for attempt, chance in enumerate(chances, start=1):
        now += wait_before(attempt, is_standing=False, chance=chance)
        times.append(now)

    assert sum(time <= 60 for time in times) <= 6
    late = [time for time in times if time > 60]
    assert all(later - earlier >= 29.999 for earlier, later in pairwise(late))


lives = st.none() | st.floats(0, 29.9)


@given(st.lists(st.tuples(lives, st.booleans(), st.floats(0, 1)), max_size=25))
def test_nor_when_every_connection_comes_up_and_is_taken_down_again(losses):
    patience, now, tries = Patience(), 0.0, [0.0]
    for lived, is_standing, chance in losses:
        now += (lived or 0.0) + patience.wait_after(lived, is_standing=is_standing, chance=chance)
        tries.append(now)

    assert sum(time <= 60 for time in tries[1:]) <= 6
    late = [time for time in tries if time > 60]
    assert all(sum(0 <= each - time < 59.9 for each in late) <= 2 for time in late)


def test_a_connection_that_lasted_is_a_new_beginning():
    patience = Patience()
    for _ in range(10):
        patience.wait_after(None, is_standing=False, chance=1.0)

    assert patience.wait_after(31.0, is_standing=False, chance=1.0) == 0.5
    assert patience.wait_after(31.0, is_standing=True, chance=0.0) == 30


@given(st.integers(1, 99), st.floats(0, 1))
def test_a_refusal_that_stands_is_tried_at_most_once_in_half_a_minute(attempt, chance):
    assert wait_before(attempt, is_standing=True, chance=chance) >= 30


async def test_a_batch_wakes_the_loop_once():
    loop = asyncio.get_running_loop()
    batches = []
    handover = Handover(loop, batches.append, most=10)

    await asyncio.to_thread(lambda: [handover.put([n]) for n in range(15)])
    await asyncio.sleep(0)

    assert sum(map(len, batches)) + handover.lost == 15
    assert batches[-1][-1] == 14
