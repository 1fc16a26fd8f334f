"""Every call to Alpaca ends: total deadlines, whatever comes back and however slowly."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

import pytest

from console.adapters.alpaca import broker as trading
from console.adapters.alpaca import history as data
from console.adapters.alpaca.broker import AlpacaBroker
from console.adapters.alpaca.history import AlpacaHistory
from console.domain.market import Timeframe
from console.domain.orders import ReplaceRequest
from console.ports import Broker, BrokerError, History
from tests import builders
from tests.adapters.fakes import access, ours

PROMISED = 8.0
SHORT = 0.3
PATIENCE = 120.0
PAUSE = 0.02

REQUEST = builders.request(key="kc-1", limit="190.10")
REPLACE = ReplaceRequest(order="kc-0", client_order_id="kc-1", qty=REQUEST.qty)

OF_THE_BROKER: dict[str, Callable[[AlpacaBroker], Awaitable[object]]] = {
    "submit": lambda broker: broker.submit(REQUEST),
    "replace": lambda broker: broker.replace("b-1", REPLACE),
    "cancel": lambda broker: broker.cancel("b-1"),
    "cancel_all": lambda broker: broker.cancel_all(),
    "find": lambda broker: broker.find("kc-1"),
    "open_orders": lambda broker: broker.open_orders(),
    "orders_since": lambda broker: broker.orders_since(builders.NOON),
    "fills_since": lambda broker: broker.fills_since(builders.NOON),
    "positions": lambda broker: broker.positions(),
    "account": lambda broker: broker.account(),
    "clock": lambda broker: broker.clock(),
    "assets": lambda broker: broker.assets(),
    "is_suspended": lambda broker: broker.is_suspended(),
    "suspend": lambda broker: broker.suspend(True),
}
OF_HISTORY: dict[str, Callable[[AlpacaHistory], Awaitable[object]]] = {
    "bars": lambda history: history.bars("AAPL", Timeframe.MIN_1, 10),
    "days": lambda history: history.days(["AAPL"]),
    "latest": lambda history: history.latest(["AAPL"]),
    "compared": lambda history: history.compared(["AAPL"]),
}


async def half_open(_, __):
    await asyncio.Event().wait()


async def drip(_, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    await _for_ever(writer, b" ")


async def endless_headers(_, writer):
    writer.write(b"HTTP/1.1 200 OK\r\n")
    await _for_ever(writer, b"X-More: of it\r\n")


async def _for_ever(writer, piece: bytes) -> None:
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(PAUSE)


@pytest.mark.parametrize("answer", [half_open, drip, endless_headers])
async def test_no_call_outlives_its_deadline(alpaca, answer):
    alpaca.script = [answer]
    broker = AlpacaBroker(access(alpaca.port), is_ours=ours, deadline=SHORT)
    history = AlpacaHistory(access(alpaca.port), deadline=SHORT)

    async with asyncio.timeout(PATIENCE):
        for call in OF_THE_BROKER.values():
            with pytest.raises(BrokerError):
                await call(broker)
        for question in OF_HISTORY.values():
            with pytest.raises(BrokerError):
                await question(history)
        await asyncio.gather(broker.close(), history.close())

    assert len(alpaca.requests) <= len(OF_THE_BROKER) + len(OF_HISTORY) + 1


def test_every_call_there_is_was_tried_and_the_deadlines_are_those_promised():
    def calls(port: type) -> set[str]:
        members = inspect.getmembers(port, inspect.iscoroutinefunction)
        return {name for name, _ in members if name != "close"}

    assert calls(Broker) == set(OF_THE_BROKER)
    assert calls(History) == set(OF_HISTORY)
    assert max(trading.DEADLINE, data.DEADLINE) <= PROMISED
