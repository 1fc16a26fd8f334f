"""A desk and a venue as real processes, looked at through the link; what both must agree on."""

import asyncio
import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pysqlite3

from console.adapters.sqlite.chain import verify_chain
from console.domain.market import Quote
from console.domain.order_ids import is_ours
from console.domain.orders import OrderRequest, OrderStatus, Side, TimeInForce
from console.domain.receipts import Outcome, Receipt
from console.domain.state import TradingState
from console.link.client import LinkClient
from console.link.errors import LinkError
from console.link.replica import Replica
from tests.e2e.rig import KILLCORD, Rig

PATIENCE = 90.0
"""Seconds after which something will never happen, on the slowest machine there is."""
LONGEST_PAGE = 500
"""Orders of one answer, by Alpaca's rules."""
NEVER_THERE = frozenset({OrderStatus.ABSENT, OrderStatus.REJECTED})


class Watcher:
    """A console without a screen: the desk's state, kept over its deaths."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._replica = Replica(rig.profile / "desk.sock", "test")
        self._running = asyncio.create_task(self._replica.run())

    @property
    def state(self) -> TradingState:
        return self._replica.state

    @property
    def desk(self) -> LinkClient:
        return self._replica.desk

    @property
    def is_attached(self) -> bool:
        return self._replica.is_attached

    @property
    def is_ready(self) -> bool:
        return self.is_attached and self.state.is_ready

    async def start_desk(self) -> None:
        """Start a desk and wait until it may trade."""
        self.spawn_desk()
        await self.until(lambda: self.is_ready, "the desk never became ready")

    def spawn_desk(self) -> None:
        with (self._rig.folder / "desk.out").open("ab") as out:
            self._rig.desk_process = subprocess.Popen(
                [*KILLCORD, "desk", "--venue", str(self._rig.venue_file)],
                env=self._rig.env,
                stdout=out,
                stderr=out,
            )

    async def until(
        self, holds: Callable[[], Any], otherwise: str, seconds: float = PATIENCE
    ) -> Any:
        """Wait until something holds; return it."""
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            if time.monotonic() > deadline:
                words = (self._rig.folder / "desk.out").read_text(errors="replace")
                raise AssertionError(f"{otherwise}\n{words[-3000:]}")
            await asyncio.sleep(0.05)
        return found

    async def quote(self, symbol: str) -> Quote:
        """Have a symbol streamed; return its quote."""
        await self.desk.show([symbol])
        await self.until(lambda: symbol in self.state.quotes, f"no quote of {symbol}")
        return self.state.quotes[symbol]

    async def resting(self, key: str, symbol: str, cents: int = 0) -> OrderRequest:
        """Return an order that rests: far below the market."""
        quote = await self.quote(symbol)
        limit = (Decimal(str(quote.bid)) * Decimal("0.96")).quantize(Decimal("0.01"))
        return OrderRequest(
            client_order_id=key,
            symbol=symbol,
            side=Side.BUY,
            qty=Decimal(1),
            limit_price=limit - Decimal(cents) / 100,
            time_in_force=TimeInForce.GTC,
        )

    async def place(self, key: str, symbol: str, cents: int = 0) -> None:
        """Rest an order; again while the desk denies it for want of a fresh price."""
        deadline = time.monotonic() + PATIENCE
        while True:
            receipt = await self.desk.submit(await self.resting(key, symbol, cents))
            if receipt.outcome is not Outcome.DENIED:
                break
            assert time.monotonic() < deadline, receipt
            await asyncio.sleep(0.2)
        await self.until(
            lambda: self.state.orders[key].status is OrderStatus.NEW, f"{key} never worked"
        )

    async def close(self) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)


async def answer_of(command: Any) -> Receipt | None:
    """Wait for a command; None when the desk died before it answered."""
    try:
        receipt: Receipt = await command
    except LinkError:
        return None
    return receipt


def orders_there(rig: Rig) -> list[dict[str, Any]]:
    """Return every order that the venue ever took, page by page."""
    query = f"/v2/orders?status=all&limit={LONGEST_PAGE}&nested=false&direction=asc"
    found: list[dict[str, Any]] = []
    while True:
        after = f"&after_order_id={found[-1]['id']}" if found else ""
        page = rig.json_of_venue("GET", query + after)
        found += page
        if len(page) < LONGEST_PAGE:
            return found


def disagreements(rig: Rig, state: TradingState) -> list[str]:
    """Return where the desk's picture is not the venue's."""
    theirs = {order["client_order_id"]: order for order in orders_there(rig)}
    found = [
        f"{key} is {order.status.value} at the desk and not at the venue"
        for key, order in state.orders.items()
        if key not in theirs and order.status not in NEVER_THERE
    ]
    for key, order in theirs.items():
        known = state.orders.get(key)
        ours = None if known is None else (known.status.value, known.filled_qty)
        if ours != (order["status"], Decimal(order["filled_qty"])):
            found.append(f"{key} is {ours} at the desk, {order['status']} at the venue")
    held = {p["symbol"]: Decimal(p["qty"]) for p in rig.json_of_venue("GET", "/v2/positions")}
    ours_held = {s: p.qty for s, p in (state.positions or {}).items() if p.qty}
    if held != ours_held:
        found.append(f"positions are {ours_held} at the desk, {held} at the venue")
    return found + unbooked(theirs, state)


def unbooked(theirs: dict[str, Any], state: TradingState) -> list[str]:
    """Return the orders whose fills do not add up to what the venue filled."""
    booked: Counter[str] = Counter()
    for fill in state.fills.values():
        booked[fill.order] += fill.qty
    return [
        f"{key} has {booked[key]} booked, the venue filled {order['filled_qty']}"
        for key, order in theirs.items()
        if booked.get(key, Decimal(0)) != Decimal(order["filled_qty"])
    ]


def sent(journal: list[dict[str, Any]]) -> Counter[str]:
    """Return how often the venue was asked for each order name."""
    return Counter(
        entry["client_order_id"]
        for entry in journal
        if entry["kind"] == "request"
        and entry["method"] in ("POST", "PATCH")
        and entry["client_order_id"]
    )


def audit(database: Path) -> list[dict[str, Any]]:
    """Return every record of the audit."""
    with pysqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT record FROM audit ORDER BY seq").fetchall()
    connection.close()
    return [json.loads(row[0]) for row in rows]


def intended(database: Path) -> set[str]:
    """Return the names of all orders whose intent is on the disk."""
    kinds = ("order.intended", "replace.intended")
    return {str(r["body"]["order"]) for r in audit(database) if r["kind"] in kinds}


def check_audit(rig: Rig) -> None:
    """The chain holds, nothing was sent twice, and nothing of ours is there without a record."""
    database = rig.profile / "desk.db"
    _, first_bad = verify_chain(database)
    assert first_bad is None
    names = sent(rig.journal())
    assert {name: times for name, times in names.items() if times > 1} == {}
    there = {order["client_order_id"] for order in orders_there(rig)}
    ours = {key for key in there if is_ours(key)}
    assert ours - intended(database) == set()
