"""What faults do to both websockets, heard by raw clients on real sockets."""

import asyncio
import json

import aiohttp
import msgpack
import pytest
import requests

from console.venue.faults.disturbance import Disturbance
from console.venue.faults.orders import BadFrame, Stream, read_rules
from console.venue.faults.standing import Faults
from tests.venue.rig import PATIENCE

MSGPACK = {"Content-Type": "application/msgpack"}
ENDS = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING)


@pytest.fixture
def faulty(shared_venue):
    """Return the shared venue; its faults are lifted afterwards."""
    yield shared_venue
    requests.delete(shared_venue.line["control_url"] + "/faults", timeout=PATIENCE)


@pytest.fixture
async def listen(shared_venue):
    """Open data streams that are signed in and hear the quotes of KO."""
    session = aiohttp.ClientSession()

    async def opened(*, headers: dict | None = None, path: str = "/v2/iex"):
        url = shared_venue.line["stream_url"] + path
        socket = await session.ws_connect(url, headers=shared_venue.headers | (headers or {}))
        await socket.send_json({"action": "subscribe", "quotes": ["KO"]})
        return socket

    yield opened
    await session.close()


def decoded(message: aiohttp.WSMessage) -> list:
    if message.type is aiohttp.WSMsgType.TEXT:
        return json.loads(message.data)
    return msgpack.unpackb(message.data, timestamp=0)


async def until_told(socket, kind: str) -> dict:
    """Return the first good message of a kind, whatever comes before it."""
    while True:
        message = await socket.receive(PATIENCE)
        assert message.type not in ENDS
        try:
            told = decoded(message)
        except (ValueError, RecursionError, msgpack.UnpackException):
            continue
        for each in told if isinstance(told, list) else []:
            if isinstance(each, dict) and each.get("T") == kind and "bp" in each | {"bp": 0}:
                return each


async def until_ended(socket) -> int | None:
    while (message := await socket.receive(PATIENCE)).type not in ENDS:
        pass
    return message.data if message.type is aiohttp.WSMsgType.CLOSE else None


async def hears(socket, price: float) -> None:
    """Wait for a quote that stands around a price."""
    while (await until_told(socket, "q")).get("bp") != price:
        pass


@pytest.mark.parametrize("frame", list(BadFrame))
@pytest.mark.parametrize("headers", [{}, MSGPACK])
async def test_bad_frames_come_before_good_ones_and_replace_none(faulty, listen, frame, headers):
    socket = await listen(headers=headers)
    await until_told(socket, "subscription")
    faulty.control("faults", kind="bad_frame", stream="data", frame=frame.value, times=1)

    faulty.control("price", symbol="KO", price=77.5)

    await hears(socket, 77.49)


@pytest.mark.parametrize(("code", "at"), [(406, "auth"), (402, "auth"), (400, "connect")])
async def test_a_stream_is_refused_with_any_code(faulty, listen, code, at):
    faulty.control("faults", kind="error", stream="data", code=code, at=at)
    socket = await listen()

    error = await until_told(socket, "error")

    assert error["code"] == code
    await until_ended(socket)


async def test_a_slow_client_is_told_407_and_shown_out(faulty, listen):
    socket = await listen()
    await until_told(socket, "subscription")
    faulty.control("faults", kind="error", stream="data", code=407, at="events", times=1)

    error = await until_told(socket, "error")

    assert (error["code"], error["msg"]) == (407, "slow client")
    await until_ended(socket)


@pytest.mark.parametrize("code", [1001, 1013, None])
async def test_a_stream_ends_in_the_middle(faulty, listen, code):
    socket = await listen()
    await until_told(socket, "subscription")
    more = {} if code is None else {"code": code}
    faulty.control("faults", kind="disconnect", stream="data", **more)

    assert await until_ended(socket) == code


@pytest.mark.parametrize("at", ["connect", "auth", "subscribe"])
async def test_a_stream_is_mute_from_a_moment_on_but_answers_pings(faulty, listen, at):
    faulty.control("faults", kind="mute", stream="data", at=at)
    said = {"connect": 0, "auth": 1, "subscribe": 2}[at]
    socket = await listen()

    for _ in range(said):
        assert decoded(await socket.receive(PATIENCE))[0]["T"] == "success"
    faulty.control("price", symbol="KO", price=60)
    await socket.ping()
    with pytest.raises(asyncio.TimeoutError):
        await socket.receive(0.3)


async def test_one_symbol_freezes_and_the_others_go_on(faulty, listen):
    socket = await listen()
    await socket.send_json({"action": "subscribe", "quotes": ["F"]})
    for _ in range(2):
        await until_told(socket, "subscription")
    faulty.control("faults", kind="drop", stream="data", symbol="KO", type="q")
    await asyncio.sleep(0)
    faulty.control("price", symbol="KO", price=61)
    faulty.control("price", symbol="F", price=12.5)

    while (quote := await until_told(socket, "q"))["bp"] != 12.49:
        assert quote["bp"] != 60.99


async def test_order_events_are_doubled_dropped_and_come_late(faulty):
    faulty.control(
        "faults",
        faults=[
            {"kind": "drop", "stream": "trading", "type": "new"},
            {"kind": "duplicate", "stream": "trading", "type": "canceled"},
            {"kind": "reorder", "stream": "trading", "type": "pending_cancel", "seconds": 0.5},
        ],
    )
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(faulty.line["trading_stream_url"])
        keys = {"key": faulty.line["key"], "secret": faulty.line["secret"]}
        await socket.send_json({"action": "auth", **keys})
        await socket.send_json({"action": "listen", "data": {"streams": ["trade_updates"]}})
        for _ in range(2):
            await socket.receive(PATIENCE)
        order = faulty.order(symbol="KO", type="limit", limit_price="1", qty="1")
        faulty.until_order(order, "new")
        faulty.delete(f"/v2/orders/{order['id']}")
        told = [json.loads((await socket.receive(PATIENCE)).data)["data"] for _ in range(3)]

    assert [event["event"] for event in told] == ["canceled", "canceled", "pending_cancel"]
    assert told[0] == told[1]
    happened = [e["event"] for e in faulty.journal() if e.get("order_id") == order["id"]]
    assert happened == ["pending_new", "new", "pending_cancel", "canceled"]


@pytest.mark.parametrize(("code", "said"), [(402, "authorization"), (500, None)])
async def test_signing_in_to_the_trading_stream_fails(faulty, code, said):
    faulty.control("faults", kind="error", stream="trading", code=code)
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(faulty.line["trading_stream_url"])
        await socket.send_json({"action": "auth", "key": faulty.line["key"]})
        answer = json.loads((await socket.receive(PATIENCE)).data)

    assert answer.get("stream") == said
    assert said or answer["action"] == "error"


async def test_delayed_messages_keep_their_order_and_reordered_ones_do_not():
    sent: list[int] = []
    faults = Faults()
    passing: Disturbance[int] = Disturbance(
        stream=Stream.DATA, faults=faults, about=lambda n: (str(n), "q"), send=sent.extend
    )

    faults.order(read_rules(b'{"kind":"delay","stream":"data","seconds":0.001,"jitter":0.02}'))
    passing.pass_on(range(20))
    await _until(lambda: len(sent) == 20)
    in_order = [*sent]
    faults.order(read_rules(b'[{"kind":"reorder","stream":"data","times":1,"seconds":0.01}]'))
    passing.pass_on([1, 2])
    await _until(lambda: len(sent) == 22)

    assert in_order == [*range(20)]
    assert sent[20:] == [2, 1]


async def _until(is_so) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0.001)
