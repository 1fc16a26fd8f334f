"""The streams' protocol, point by point, as a client written from the documents meets it."""

import json

import aiohttp
import msgpack
import pytest

from console.venue.markets.market import TradeTick
from console.venue.wire.market import conditions, trade_json
from tests.venue.rig import PATIENCE

PACKED = {"Content-Type": "application/msgpack"}
CHANNELS = ("trades", "quotes", "bars", "updatedBars", "dailyBars", "statuses", "lulds")
FOLLOWING = ("corrections", "cancelErrors")
UPDATES = {"action": "listen", "data": {"streams": ["trade_updates"]}}
LISTENING = {"stream": "listening", "data": {"streams": ["trade_updates"]}}
AUTHORIZED = {"status": "authorized", "action": "authenticate"}


@pytest.fixture
async def dial(shared_venue):
    """Open websockets to the shared venue's paths."""
    async with aiohttp.ClientSession() as session:
        base = shared_venue.line["stream_url"]
        patience = aiohttp.ClientWSTimeout(ws_close=PATIENCE)

        async def dialed(path, **headers):
            return await session.ws_connect(base + path, headers=headers, timeout=patience)

        yield dialed


def signing_in(venue):
    return {"action": "auth", "key": venue.line["key"], "secret": venue.line["secret"]}


async def told(socket):
    message = await socket.receive(PATIENCE)
    if message.type is aiohttp.WSMsgType.BINARY and message.data[:1] != b"{":
        return msgpack.unpackb(message.data, timestamp=0)
    return json.loads(message.data)


async def asked(socket, request):
    """Return the control message that answers; market data may come in between."""
    await socket.send_json(request)
    while True:
        for each in await told(socket):
            if each["T"] in ("success", "subscription", "error"):
                return each


@pytest.fixture
async def stocks(dial, shared_venue):
    socket = await dial("/v2/iex")
    await told(socket)
    await asked(socket, signing_in(shared_venue))
    return socket


async def test_the_acknowledgement_lists_every_channel_and_those_that_follow_trades(stocks):
    ack = await asked(stocks, {"action": "subscribe", "trades": ["KO", "AAPL"], "lulds": ["*"]})

    assert set(ack) == {"T", "imbalances", *CHANNELS, *FOLLOWING}
    assert [ack[channel] for channel in ("trades", *FOLLOWING)] == [["AAPL", "KO"]] * 3
    assert (ack["lulds"], ack["bars"]) == (["*"], [])


async def test_symbols_are_heard_in_capitals_however_they_are_written(stocks):
    first = await asked(stocks, {"action": "subscribe", "trades": ["aapl", " Ko "]})
    rest = await asked(stocks, {"action": "unsubscribe", "trades": ["ko"]})

    assert first["trades"] == ["AAPL", "KO"]
    assert rest["trades"] == ["AAPL"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"action": "auth", "key": "k", "secret": "s"}, 403),
        ({"action": "subscribe", "news": ["AAPL"]}, 410),
        ({"action": "subscribe", "orderbooks": ["BTC/USD"]}, 410),
        ({"action": "subscribe", "trades": "AAPL"}, 400),
        ({"action": "subscribe", "trades": [5]}, 400),
        ({"action": "listen"}, 400),
        ({"action": ["subscribe"]}, 400),
        ([], 400),
        (None, 400),
    ],
)
async def test_what_cannot_be_is_told_by_its_code_and_the_stream_goes_on(stocks, request_, code):
    error = await asked(stocks, request_)
    ack = await asked(stocks, {"action": "subscribe", "quotes": ["F"]})

    assert (error["T"], error["code"]) == ("error", code)
    assert ack["quotes"] == ["F"]


async def test_nothing_is_heard_before_signing_in_and_wrong_keys_end_it(dial, shared_venue):
    socket = await dial("/v2/sip")
    welcome = await told(socket)
    early = await asked(socket, {"action": "subscribe", "trades": ["AAPL"]})
    failed = await asked(socket, signing_in(shared_venue) | {"secret": "wrong"})

    assert welcome == [{"T": "success", "msg": "connected"}]
    assert early == {"T": "error", "code": 401, "msg": "not authenticated"}
    assert failed == {"T": "error", "code": 402, "msg": "auth failed"}
    assert (await socket.receive(PATIENCE)).type is aiohttp.WSMsgType.CLOSE


@pytest.mark.parametrize(
    ("path", "channels"),
    [
        ("/v1beta3/crypto/us", {"trades", "quotes", "orderbooks", "bars", "updatedBars"}),
        ("/v1beta1/news", {"news"}),
        ("/v1beta1/indicative", {"trades", "quotes"}),
    ],
)
async def test_keys_on_the_handshake_sign_in_and_each_feed_has_its_channels(
    dial, shared_venue, path, channels
):
    socket = await dial(path, **shared_venue.headers, **PACKED)
    words = [(await told(socket))[0]["msg"] for _ in range(2)]
    await socket.send_bytes(msgpack.packb({"action": "subscribe"}))
    (ack,) = await told(socket)

    assert words == ["connected", "authenticated"]
    assert channels <= set(ack)


@pytest.mark.parametrize("path", ["/stream", "/stream/"])
@pytest.mark.parametrize("is_new_form", [True, False])
async def test_orders_are_told_in_binary_frames_on_both_paths_and_to_both_forms(
    dial, shared_venue, path, is_new_form
):
    line = shared_venue.line
    old = {"action": "authenticate", "data": {"key_id": line["key"], "secret_key": line["secret"]}}
    socket = await dial(path)

    frames = []
    for request in (signing_in(shared_venue) if is_new_form else old, UPDATES):
        await socket.send_json(request)
        frames.append(await socket.receive(PATIENCE))

    assert {frame.type for frame in frames} == {aiohttp.WSMsgType.BINARY}
    assert json.loads(frames[0].data) == {"stream": "authorization", "data": AUTHORIZED}
    assert json.loads(frames[1].data) == LISTENING


async def test_keys_on_the_handshake_open_the_trading_stream_without_a_word(dial, shared_venue):
    socket = await dial("/stream", **shared_venue.headers)

    await socket.send_json(UPDATES)

    assert await told(socket) == LISTENING


async def test_a_list_of_streams_takes_the_place_of_the_one_before(dial, shared_venue):
    socket = await dial("/stream", **shared_venue.headers)
    answers = []
    for named in (["trade_updates", "unheard_of"], [], "trade_updates", None):
        await socket.send_json({"action": "listen", "data": {"streams": named}})
        answers.append((await told(socket))["data"]["streams"])

    assert answers == [["trade_updates"], [], [], []]


async def test_garbage_on_the_trading_stream_is_answered_with_an_error(dial, shared_venue):
    socket = await dial("/stream", **shared_venue.headers)
    words = []
    for said in ("garbage", "[]", '{"action": 5}', "[" * 100_000):
        await socket.send_str(said)
        words.append(await told(socket))

    assert words == [{"action": "error", "data": {"error_message": "invalid action"}}] * 4


@pytest.mark.parametrize(
    ("tape", "on_time", "late"), [("C", ["@"], ["@", "Z"]), ("A", [" "], [" ", "Z"])]
)
def test_a_sale_is_written_as_its_plan_writes_it(tape, on_time, late):
    prints = [TradeTick("F", 0, 12.5, 1, "N", 1, is_late=is_late) for is_late in (False, True)]

    assert [list(trade_json(each, tape)["c"]) for each in prints] == [on_time, late]
    assert list(conditions("B")) == [" "]
