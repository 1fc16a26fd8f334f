"""Keys and orders go to the account's own addresses, whatever the environment says. Promise O16."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from console.adapters.alpaca.broker import AlpacaBroker
from console.adapters.alpaca.history import AlpacaHistory
from console.adapters.alpaca.market_stream import AlpacaMarketStream
from console.adapters.alpaca.trading_stream import AlpacaTradingStream
from console.ports import BrokerUnavailable, Unconfirmed
from tests import builders
from tests.adapters.fakes import FakeAlpaca, access, answer, ours, until

OVERRIDES = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "APCA_API_BASE_URL",
    "APCA_API_DATA_URL",
    "APCA_API_STREAM_URL",
]
UNAVAILABLE = answer(503, {"message": "not now"})


@pytest.fixture
async def elsewhere(monkeypatch) -> AsyncIterator[FakeAlpaca]:
    """Another server, which the whole environment points to."""
    fake = FakeAlpaca(script=[UNAVAILABLE])
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    for name in OVERRIDES:
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield fake
    server.close()


async def test_the_environment_sends_no_request_anywhere_else(alpaca, elsewhere):
    alpaca.script = [UNAVAILABLE]
    broker = AlpacaBroker(access(alpaca.port), is_ours=ours, deadline=60.0)
    history = AlpacaHistory(access(alpaca.port), deadline=60.0)

    with pytest.raises(Unconfirmed):
        await broker.submit(builders.request(key="kc-1", limit="190.10"))
    with pytest.raises(Unconfirmed):
        await broker.cancel("b-1")
    for question in (broker.positions(), history.latest(["AAPL"])):
        with pytest.raises(BrokerUnavailable):
            await question
    await asyncio.gather(broker.close(), history.close())

    assert elsewhere.requests == []
    assert len(alpaca.requests) >= 4


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirect_is_followed(alpaca, elsewhere, status):
    target = f"Location: http://127.0.0.1:{alpaca.port}/elsewhere\r\n"
    alpaca.script = [answer(status, headers=target)]
    broker = AlpacaBroker(access(alpaca.port), is_ours=ours, deadline=60.0)

    with pytest.raises(Unconfirmed):
        await broker.submit(builders.request(key="kc-1", limit="190.10"))
    with pytest.raises(BrokerUnavailable):
        await broker.positions()
    await broker.close()

    assert [line.split()[1] for line, _ in alpaca.requests] == ["/v2/orders", "/v2/positions"]
    assert elsewhere.requests == []


class Redirecting:
    """A server that sends everybody on to another port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        writer.write(
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
            b"Location: ws://127.0.0.1:%d/stream\r\n\r\n" % self.port
        )
        await writer.drain()
        writer.close()


@pytest.mark.parametrize("kind", [AlpacaTradingStream, AlpacaMarketStream])
async def test_no_stream_follows_a_redirect(alpaca, kind):
    alpaca.script = [UNAVAILABLE]
    redirecting, told = Redirecting(alpaca.port), []
    server = await asyncio.start_server(redirecting, "127.0.0.1", 0)
    where = access(stream=server.sockets[0].getsockname()[1])
    stream = kind(where, is_ours=ours) if kind is AlpacaTradingStream else kind(where)

    stream.start(lambda _: None, lambda _, detail: told.append(detail))
    if kind is AlpacaMarketStream:
        await stream.subscribe(["AAPL"])
    await until(lambda: alpaca.requests or "a redirect" in " ".join(told), 60)
    await stream.stop()
    server.close()

    assert redirecting.asked >= 1
    assert alpaca.requests == []
