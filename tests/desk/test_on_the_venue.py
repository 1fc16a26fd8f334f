"""A whole desk with its real adapters against a real venue that misbehaves."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

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
from console.desk.rooms.outside import Outside
from console.desk.triggers.limits import TriggerLimits
from console.domain.connections import Channel, Link
from console.domain.flatten import Extent, FlattenRequest
from console.domain.order_ids import is_ours
from console.domain.orders import OrderRequest, OrderStatus
from console.domain.receipts import Outcome, Receipt
from console.domain.reconciliation import Subject
from console.folders import StateFolder
from tests.builders import OWNER, buy, sell
from tests.desk.conftest import until

pytestmark = pytest.mark.real_time

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
ORDERS = 40
PACE = Pace(reconcile_every=0.5, difference_grace=0.2, measure_every=0.2, cross_check_every=1.0)
LIMITS = replace(
    Limits(),
    pace=PACE,
    duplicate_window=0.0,
    max_orders_per_minute=100_000,
    triggers=TriggerLimits(order_rate=100_000, stale_data=3_600.0, mismatches=1_000),
)


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

    async def price(self, symbol: str, price: float) -> None:
        """Move the market."""
        body = {"symbol": symbol, "price": round(price, 2)}
        await self._call("POST", f"{self._control}/price", body)

    async def orders(self, side: str = "") -> list[dict[str, str]]:
        """Return every order there ever was."""
        told = await self._call("GET", f"{self.access.trading_url}/v2/orders?status=all&limit=500")
        return [order for order in told if not side or order["side"] == side]

    async def held(self) -> Decimal:
        """Return what the account truly holds of AAPL."""
        told = await self._call("GET", f"{self.access.trading_url}/v2/positions")
        return sum((Decimal(one["qty"]) for one in told), Decimal(0))

    async def _call(self, method: str, url: str, body: object = None) -> Any:
        told = await asyncio.to_thread(
            requests.request, method, url, json=body, headers=self._headers, timeout=PATIENCE
        )
        assert told.ok, told.text
        return told.json() if told.content else None


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
        Outside(
            broker=broker,
            history=history,
            market_stream=AlpacaMarketStream(access),
            trading_stream=AlpacaTradingStream(access, is_ours=is_ours),
            journal=journal,
            clock=clock,
            folder=StateFolder(tmp_path),
            take_readings=lambda symbol, window: (),
            epoch="t",
            limits=LIMITS,
            gauges=Gauges(audit_head=journal.head, allowance=broker.allowance),
            default_watchlist=("AAPL",),
        )
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


async def test_one_symbol_kept_back_among_talking_ones_is_found_until_it_talks(venue, desk):
    desk.show("1", ["AAPL", "MSFT"], None)
    await until(lambda: {"AAPL", "MSFT"} <= desk.state.quotes.keys(), "quotes", PATIENCE)
    await venue.misbehave(kind="drop", stream="data", symbol="MSFT")

    await until(lambda: mute(desk) == ("MSFT",), "the word on it", PATIENCE)
    await venue.behave()
    await until(lambda: mute(desk) == (), "its voice", PATIENCE)

    alerts = [alert.text for alert in desk.state.alerts.values()]
    assert any(text.startswith("MSFT is mute on a stream that talks") for text in alerts)
    assert any(text.startswith("MSFT is told again") for text in alerts)
    assert not any(text.startswith("AAPL is mute") for text in alerts)


def mute(desk: Desk) -> tuple[str, ...]:
    return desk.state.connections[Channel.MARKET_DATA].mute_symbols


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


async def pull_and_prove(desk: Desk) -> None:
    await desk.halt("the test pulls", OWNER)
    await until(lambda: desk.state.halt and desk.state.halt.is_confirmed, "the proof", PATIENCE)


async def quoted(desk: Desk) -> float:
    """Return the bid of AAPL as the desk knows it."""
    await until(lambda: desk.state.quotes.get("AAPL"), "a quote", PATIENCE)
    return desk.state.quotes["AAPL"].bid


async def passed(desk: Desk, make: Callable[[], OrderRequest]) -> Receipt:
    """Send an order; again while the market of a crowded machine is late with its price."""
    told: list[Receipt] = []

    for _ in range(600):
        told.append(await desk.submit(make(), OWNER))
        if told[-1].outcome is not Outcome.DENIED:
            return told[-1]
        await asyncio.sleep(0.1)
    raise AssertionError(told[-1].detail)


@pytest.mark.parametrize("kind", ["reset", "hang"])
async def test_an_answer_lost_after_its_effect_leaves_nothing_open_and_nothing_unknown(
    venue, desk, kind
):
    limit = f"{await quoted(desk) * 0.9:.2f}"
    await venue.misbehave(kind=kind, method="POST", path="/v2/orders", effect=True, times=1)
    sending = asyncio.create_task(passed(desk, lambda: buy("1", limit=limit)))
    await until_there(venue, 1)

    await pull_and_prove(desk)

    await sending
    told = await venue.orders()
    assert [order["status"] for order in told] == ["canceled"]
    statuses = {order.status for order in desk.state.orders.values()}
    assert not statuses & {OrderStatus.UNKNOWN, OrderStatus.IN_FLIGHT}
    assert not desk.state.open_orders


@pytest.mark.parametrize("is_before", [True, False])
async def test_fills_that_cross_the_cancels_are_booked_as_the_venue_has_them(
    venue, desk, is_before
):
    bid = await quoted(desk)
    for _ in range(4):
        await passed(desk, lambda: buy("2", limit=f"{bid * 0.97:.2f}"))
    await until_there(venue, 4)
    await venue.misbehave(kind="latency", method="DELETE", seconds=2, before=is_before)

    await desk.halt("the test pulls", OWNER)
    await venue.price("AAPL", bid * 0.95)
    await until(lambda: desk.state.halt.is_confirmed, "the proof", PATIENCE)

    await until_equal(venue, desk)
    assert not desk.state.open_orders
    assert {order["status"] for order in await venue.orders()} <= {"filled", "canceled"}


async def test_a_stop_that_fills_while_a_flatten_cancels_it_turns_nothing_round(venue, desk):
    await venue.buy("other", 10)
    await until(lambda: held(desk) == 10, "the position", PATIENCE)
    bid = await quoted(desk)
    await passed(desk, lambda: sell("6", limit=f"{bid * 1.02:.2f}"))
    await venue.misbehave(kind="latency", method="DELETE", seconds=2, before=True)

    await desk.flatten(FlattenRequest(extent=Extent.ALL), OWNER)
    await venue.price("AAPL", bid * 1.03)
    await until(lambda: desk.state.flatten.is_over, "the end", PATIENCE)
    await venue.behave()

    await until_equal(venue, desk)
    assert await venue.held() >= 0
    sold = sum(Decimal(order["filled_qty"]) for order in await venue.orders("sell"))
    assert sold == 10 - await venue.held()


async def until_there(venue: Venue, count: int) -> None:
    """Wait until the venue has so many orders."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if len(await venue.orders()) >= count:
                return
            await asyncio.sleep(0.05)


async def until_equal(venue: Venue, desk: Desk) -> None:
    """Wait until position and ledger of the desk are the venue's."""
    async with asyncio.timeout(PATIENCE):
        while True:
            true = await venue.held()
            ledger = desk.state.holdings.get("AAPL")
            known = (held(desk) or 0, ledger.qty if ledger else 0)
            if known == (true, true):
                return
            await asyncio.sleep(0.05)
