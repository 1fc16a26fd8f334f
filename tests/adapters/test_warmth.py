"""Connections stand open before they are needed, and carry nothing but what is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from alpaca.trading.client import TradingClient

from console.adapters.alpaca.broker import AlpacaBroker
from console.adapters.alpaca.wire import Wire
from tests import builders
from tests.adapters.fakes import ORDER, FakeAlpaca, access, answer, ours, until

PATIENCE = 60.0
OF_BOTH_LANES = 2
REQUEST = builders.request(key="kc-1", limit="190.10")


@dataclass(eq=False)
class Counting(FakeAlpaca):
    """An Alpaca that remembers who connected, and can hang up."""

    open: set[asyncio.StreamWriter] = field(default_factory=set)
    connected: int = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected += 1
        self.open.add(writer)
        try:
            await self.serve(reader, writer)
        finally:
            self.open.discard(writer)
            with suppress(ConnectionError):
                await writer.wait_closed()

    def hang_up(self) -> None:
        for writer in tuple(self.open):
            writer.close()


@pytest.fixture
async def alpaca() -> AsyncIterator[Counting]:
    fake, tasks = Counting(script=[answer(200, ORDER)]), set[asyncio.Task[None]]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(fake.take(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    server.close()
    fake.hang_up()
    await asyncio.gather(*tasks)


@pytest.fixture
async def broker(alpaca: Counting) -> AsyncIterator[AlpacaBroker]:
    made = AlpacaBroker(access(alpaca.port), is_ours=ours)
    made.keep_warm()
    yield made
    await made.close()


async def test_a_request_takes_the_connection_that_stands_open(alpaca: Counting):
    url = access(alpaca.port).trading_url
    wire = Wire(TradingClient("PKTEST", "canary-secret", raw_data=True, url_override=url))

    def warm_and_ask() -> list[bool]:
        opened = [wire.warm(url), wire.warm(url)]
        wire.client.post("/orders", {"client_order_id": "kc-1"})
        wire.close()
        return opened

    assert await asyncio.to_thread(warm_and_ask) == [True, False]
    assert (alpaca.connected, len(alpaca.requests)) == (1, 1)


async def test_a_wire_that_was_closed_sends_its_next_request_over_a_connection_of_its_own(
    alpaca: Counting,
):
    url = access(alpaca.port).trading_url
    wire = Wire(TradingClient("PKTEST", "canary-secret", raw_data=True, url_override=url))

    def ask_close_ask() -> None:
        for number in range(4):
            wire.client.post("/orders", {"client_order_id": f"kc-{number}"})
            if number == 1:
                wire.close()
        wire.close()

    await asyncio.to_thread(ask_close_ask)
    assert (alpaca.connected, len(alpaca.requests)) == (2, 4)


async def test_connections_stand_open_before_there_is_an_order(
    alpaca: Counting, broker: AlpacaBroker
):
    await until(lambda: alpaca.connected >= OF_BOTH_LANES, PATIENCE)

    assert alpaca.requests == []
    await broker.submit(REQUEST)
    assert alpaca.written("POST") == len(alpaca.requests) == 1


async def test_a_connection_that_the_broker_closed_is_opened_anew_and_nothing_repeated(
    alpaca: Counting, broker: AlpacaBroker
):
    await until(lambda: alpaca.connected >= OF_BOTH_LANES, PATIENCE)
    await broker.submit(REQUEST)
    known = alpaca.connected

    alpaca.hang_up()
    await until(lambda: alpaca.connected >= known + OF_BOTH_LANES, PATIENCE)

    assert len(alpaca.requests) == 1
