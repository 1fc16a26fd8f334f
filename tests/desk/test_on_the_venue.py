"""A whole desk with its real adapters against a real venue that misbehaves."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.broker import AlpacaBroker
from console.adapters.alpaca.history import AlpacaHistory
from console.adapters.alpaca.market_stream import AlpacaMarketStream
from console.adapters.alpaca.trading_stream import AlpacaTradingStream
from console.adapters.sqlite.journal import open_journal
from console.adapters.system_clock import SystemClock
from console.desk.desk import Desk
from console.desk.gauges import Gauges
from console.desk.limits import Limits, Pace
from console.domain.connections import Channel, Link
from console.domain.order_ids import is_ours
from console.domain.reconciliation import Subject
from console.folders import StateFolder
from tests.desk.conftest import until

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
ORDERS = 40
PACE = Pace(reconcile_every=0.5, difference_grace=0.2, measure_every=0.2)


class Venue:
    """A venue process, what it may be told to do wrong, and a second program at its door."""

    def __init__(self, line: dict[str, str]) -> None:
        self.access = AlpacaAccess.venue(line)
        self._control = line["control_url"]
        self._headers = {"APCA-API-KEY-ID": line["key"], "APCA-API-SECRET-KEY": line["secret"]}

    async def misbehave(self, **fault: object) -> None:
        await self._call("POST", f"{self._control}/faults", fault)

    async def behave(self) -> None:
        await self._call("DELETE", f"{self._control}/faults")

    async def order(self, name: str, limit: str = "1.50") -> None:
        """Send an order that another program might send."""
        body = {
            "client_order_id": name,
            "symbol": "AAPL",
            "qty": "1",
            "side": "buy",
            "type": "limit",
            "limit_price": limit,
            "time_in_force": "day",
        }
        await self._call("POST", f"{self.access.trading_url}/v2/orders", body)

    async def buy(self, name: str, qty: int) -> None:
        """Buy at the market, as another program might."""
        body = {
            "client_order_id": name,
            "symbol": "AAPL",
            "qty": str(qty),
            "side": "buy",
            "type": "market",
            "time_in_force": "day",
        }
        await self._call("POST", f"{self.access.trading_url}/v2/orders", body)

    async def _call(self, method: str, url: str, body: object = None) -> None:
        told = await asyncio.to_thread(
            requests.request, method, url, json=body, headers=self._headers, timeout=PATIENCE
        )
        assert told.ok, told.text


@pytest.fixture
async def venue() -> AsyncIterator[Venue]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console.venue.command", "--port", "0", "--seed", "7"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        yield Venue(json.loads(line))
    finally:
        process.terminate()
        await process.communicate()


@pytest.fixture
async def desk(venue: Venue, tmp_path: Path) -> AsyncIterator[Desk]:
    clock, access = SystemClock(), venue.access
    journal = open_journal(tmp_path / "desk.db", clock=clock)
    broker, history = AlpacaBroker(access, is_ours=is_ours), AlpacaHistory(access)
    made = Desk(
        broker=broker,
        history=history,
        market_stream=AlpacaMarketStream(access),
        trading_stream=AlpacaTradingStream(access, is_ours=is_ours),
        journal=journal,
        clock=clock,
        folder=StateFolder(tmp_path),
        take_readings=lambda symbol, window: (),
        epoch="t",
        limits=replace(Limits(), pace=PACE),
        gauges=Gauges(audit_head=journal.head, allowance=broker.allowance),
        default_watchlist=("AAPL",),
    )
    await made.start()
    await until(lambda: trading(made) is Link.LIVE, "the desk", PATIENCE)
    yield made
    await made.stop()
    await history.close()


def trading(desk: Desk) -> Link | None:
    connection = desk.state.connections.get(Channel.TRADING)
    return None if connection is None else connection.link


async def test_a_stream_that_tells_a_fifth_of_what_happens_is_found_out_and_corrected(venue, desk):
    seen = []
    desk.listen(lambda event: seen.append(trading(desk)))
    await venue.misbehave(kind="drop", stream="trading", probability=0.8)

    for number in range(10):
        await venue.buy(f"other-{number}", 3)

    await until(lambda: held(desk) == 30, "the position", PATIENCE)
    await until(lambda: booked(desk) == 30, "every fill, once", PATIENCE)
    await until(lambda: Link.MUTE in seen, "the mistrust", PATIENCE)
    await venue.behave()
    await until(lambda: trading(desk) is Link.LIVE, "the stream", PATIENCE)
    alerts = [alert.text for alert in desk.state.alerts.values()]
    assert any("The connection for trading is mute" in text for text in alerts)
    assert any("did not place" in text for text in alerts)
    assert desk.state.holdings["AAPL"].qty == 30


def held(desk: Desk) -> Decimal | None:
    position = desk.state.position_of("AAPL")
    return None if position is None else position.qty


def booked(desk: Desk) -> Decimal:
    return sum((fill.qty for fill in desk.state.fills.values()), Decimal(0))


async def test_what_happened_while_the_broker_was_gone_is_known_when_it_is_back(venue, desk):
    await venue.misbehave(kind="answer", method="GET", path="/v2/*", status=503)
    await venue.misbehave(kind="disconnect", stream="trading", at="auth")
    await venue.misbehave(kind="disconnect", stream="trading", at="events")
    for number in range(ORDERS):
        await venue.order(f"other-{number}")
    await until(lambda: trading(desk) is Link.DOWN, "the loss", PATIENCE)

    await venue.behave()
    await until(lambda: trading(desk) is Link.LIVE, "the stream", PATIENCE)

    known = {order.key for order in desk.state.open_orders}
    assert {f"other-{number}" for number in range(ORDERS)} <= known
    found = desk.state.differing.differences
    assert {told.subject for told in found} == {Subject.ORDER}
