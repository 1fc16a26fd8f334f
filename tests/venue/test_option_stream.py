"""The option feeds: in msgpack only, quotes of the contracts somebody asked for."""

import aiohttp
import msgpack
import pytest

from tests.venue.rig import PATIENCE

MSGPACK = {"Content-Type": "application/msgpack"}


@pytest.fixture
async def connect(shared_venue):
    """Open option feeds, in msgpack unless told otherwise."""
    session = aiohttp.ClientSession(headers=shared_venue.headers)

    async def opened(feed="indicative", headers=MSGPACK):
        url = f"{shared_venue.line['stream_url']}/v1beta1/{feed}"
        return await session.ws_connect(url, headers=headers)

    yield opened
    await session.close()


async def heard(socket):
    return msgpack.unpackb((await socket.receive(PATIENCE)).data, timestamp=0)


async def heard_until(socket, kind):
    while True:
        for message in await heard(socket):
            if message["T"] == kind:
                return message


def contracts(venue, number=1, **asked):
    listed = venue.get("/v2/options/contracts", underlying_symbols="AAPL", **asked).json()
    return [each["symbol"] for each in listed["option_contracts"]][:number]


async def subscribe(socket, **channels):
    await socket.send_bytes(msgpack.packb({"action": "subscribe", **channels}))


@pytest.mark.parametrize("feed", ["indicative", "opra"])
async def test_a_quote_follows_the_stock(connect, shared_venue, feed):
    (symbol,) = contracts(shared_venue)
    socket = await connect(feed)
    await subscribe(socket, quotes=[symbol])
    ack = await heard_until(socket, "subscription")

    quote = await heard_until(socket, "q")

    assert (ack["quotes"], ack["trades"]) == ([symbol], [])
    assert quote.keys() == {"T", "S", "bx", "bp", "bs", "ax", "ap", "as", "c", "t"}
    assert (quote["S"], quote["c"]) == (symbol, "I")
    assert 0 <= quote["bp"] < quote["ap"]
    assert isinstance(quote["t"], msgpack.Timestamp)


async def test_the_stream_tells_a_quote_as_rest_does(connect, shared_venue):
    (symbol,) = contracts(shared_venue)
    socket = await connect()
    await subscribe(socket, quotes=[symbol])

    quote = await heard_until(socket, "q")

    path = "/v1beta1/options/quotes/latest"
    told = shared_venue.get(path, symbols=symbol).json()["quotes"][symbol]
    fixed = ("bx", "bs", "ax", "as", "c")
    assert told.keys() == quote.keys() - {"T", "S"}
    assert [told[name] for name in fixed] == [quote[name] for name in fixed]


async def test_nobody_hears_a_contract_that_was_not_asked_for(connect, shared_venue):
    mine, other = contracts(shared_venue, 2)
    first, second = await connect(), await connect()
    await subscribe(first, quotes=[mine])
    await subscribe(second, quotes=[other])

    of_first = [await heard_until(first, "q") for _ in range(2)]
    of_second = await heard_until(second, "q")

    assert {quote["S"] for quote in of_first} == {mine}
    assert of_second["S"] == other


async def test_json_is_told_412_and_shown_out(connect):
    socket = await connect(headers={})
    told = []
    while (message := await socket.receive(PATIENCE)).type is aiohttp.WSMsgType.TEXT:
        told += message.json()

    assert [each.get("code") for each in told] == [None, 412]
    assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_all_quotes_at_once_are_refused_with_413_but_not_all_trades(connect):
    socket = await connect()
    await subscribe(socket, quotes=["*"])
    refused = await heard_until(socket, "error")
    await subscribe(socket, trades=["*"])
    ack = await heard_until(socket, "subscription")

    assert (refused["code"], ack["trades"]) == (413, ["*"])
