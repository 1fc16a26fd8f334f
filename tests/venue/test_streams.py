"""Both websockets as raw clients see them: encodings, acknowledgements, errors."""

import json

import aiohttp
import msgpack
import pytest

from tests.venue.rig import PATIENCE

MSGPACK = {"Content-Type": "application/msgpack"}


@pytest.fixture
async def connect(shared_venue):
    """Open websockets to the shared venue's paths."""
    session = aiohttp.ClientSession()
    base = shared_venue.line["stream_url"]

    async def opened(path: str, **options: object) -> aiohttp.ClientWebSocketResponse:
        return await session.ws_connect(base + path, timeout=_close(), **options)

    yield opened
    await session.close()


def _close() -> aiohttp.ClientWSTimeout:
    return aiohttp.ClientWSTimeout(ws_close=PATIENCE)


async def heard(socket) -> list[dict]:
    message = await socket.receive(PATIENCE)
    if message.type is aiohttp.WSMsgType.TEXT:
        return json.loads(message.data)
    return msgpack.unpackb(message.data, timestamp=0)


async def heard_until(socket, kind: str) -> dict:
    while True:
        for message in await heard(socket):
            if message["T"] == kind:
                return message


def keys(venue) -> dict[str, str]:
    return {"action": "auth", "key": venue.line["key"], "secret": venue.line["secret"]}


@pytest.mark.parametrize("feed", ["iex", "sip", "test", "delayed_sip"])
async def test_a_json_client_signs_in_and_its_whole_subscription_is_acknowledged(
    connect, shared_venue, feed
):
    socket = await connect(f"/v2/{feed}")

    welcome = await heard(socket)
    await socket.send_json(keys(shared_venue))
    signed_in = await heard(socket)
    await socket.send_json({"action": "subscribe", "trades": ["AAPL"], "bars": ["*"]})
    await socket.send_json({"action": "subscribe", "trades": ["MSFT"], "quotes": []})
    acks = [await heard_until(socket, "subscription") for _ in range(2)]

    assert welcome == [{"T": "success", "msg": "connected"}]
    assert signed_in == [{"T": "success", "msg": "authenticated"}]
    assert acks[1]["trades"] == acks[1]["corrections"] == acks[1]["cancelErrors"]
    assert acks[1]["trades"] == ["AAPL", "MSFT"]
    assert (acks[1]["bars"], acks[1]["quotes"]) == (["*"], [])


async def test_both_encodings_tell_the_same_quote_to_the_nanosecond(connect, shared_venue):
    sockets = [
        await connect("/v2/iex", headers=shared_venue.headers | more) for more in ({}, MSGPACK)
    ]
    for socket in sockets:
        request = {"action": "subscribe", "quotes": ["AAPL"]}
        if socket is sockets[0]:
            await socket.send_json(request)
        else:
            await socket.send_bytes(msgpack.packb(request))
        await heard_until(socket, "subscription")
    shared_venue.control("price", symbol="AAPL", price=321.5)

    told = []
    for socket in sockets:
        quote = {"bp": None}
        while quote["bp"] != 321.49:
            quote = await heard_until(socket, "q")
        told.append(quote)

    in_json, in_msgpack = told
    at = in_msgpack.pop("t")
    written = in_json.pop("t")
    assert in_json == in_msgpack
    assert at.nanoseconds == int(written[20:29])
    assert {"S", "bx", "bp", "bs", "ax", "ap", "as", "c", "z", "T"} == in_json.keys()


async def test_wrong_keys_are_told_402_and_shown_out(connect):
    socket = await connect("/v2/iex")
    await heard(socket)

    await socket.send_json({"action": "auth", "key": "PK", "secret": "no"})
    refusal = await heard(socket)
    end = await socket.receive(PATIENCE)

    assert refusal == [{"T": "error", "code": 402, "msg": "auth failed"}]
    assert end.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_mistakes_get_their_error_code_and_the_connection_lives_on(connect, shared_venue):
    socket = await connect("/v2/iex")
    await heard(socket)

    codes = []
    for message in (
        {"action": "subscribe", "trades": ["AAPL"]},
        {"action": "dance"},
        ["no", "object"],
        keys(shared_venue),
        keys(shared_venue),
        {"action": "subscribe", "trades": "AAPL"},
        {"action": {}},
    ):
        await socket.send_json(message)
        codes.append((await heard(socket))[0].get("code"))
    await socket.send_str("{")
    codes.append((await heard(socket))[0]["code"])

    assert codes == [401, 400, 400, None, 403, 400, 400, 400]


@pytest.mark.parametrize("path", ["/stream", "/stream/"])
async def test_the_trading_stream_speaks_json_in_binary_frames(connect, shared_venue, path):
    socket = await connect(path)
    key, secret = shared_venue.line["key"], shared_venue.line["secret"]

    await socket.send_json(
        {"action": "authenticate", "data": {"key_id": key, "secret_key": secret}}
    )
    signed_in = await socket.receive(PATIENCE)
    await socket.send_json({"action": "listen", "data": {"streams": ["trade_updates", "x"]}})
    listening = await socket.receive(PATIENCE)

    assert signed_in.type is aiohttp.WSMsgType.BINARY
    assert json.loads(signed_in.data) == {
        "stream": "authorization",
        "data": {"status": "authorized", "action": "authenticate"},
    }
    assert json.loads(listening.data) == {
        "stream": "listening",
        "data": {"streams": ["trade_updates"]},
    }


async def test_the_trading_stream_takes_the_newer_form_and_tells_events_whole(
    connect, shared_venue
):
    socket = await connect("/stream")
    await socket.send_json(keys(shared_venue))
    await socket.receive(PATIENCE)
    await socket.send_json({"action": "listen", "data": {"streams": ["trade_updates"]}})
    await socket.receive(PATIENCE)

    order = shared_venue.order(symbol="KO", qty="1")
    events = [json.loads((await socket.receive(PATIENCE)).data) for _ in range(2)]

    assert [e["data"]["event"] for e in events] == ["new", "fill"]
    fill = events[1]["data"]
    assert fill["order"]["id"] == order["id"]
    assert (fill["qty"], fill["position_qty"], fill["order"]["legs"]) == ("1", "1", None)
    assert len(fill["event_id"]) == 26


async def test_wrong_keys_are_unauthorized_on_the_trading_stream(connect):
    socket = await connect("/stream")

    await socket.send_json({"action": "authenticate", "data": {"key_id": 5}})
    answer = json.loads((await socket.receive(PATIENCE)).data)

    assert answer["data"]["status"] == "unauthorized"
