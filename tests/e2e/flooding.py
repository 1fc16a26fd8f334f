"""What the flood is made of: a quick market, a trader with two programs, and what was seen.

The trader sends an order every five seconds, 720 an hour. A quarter comes from another program
with the same keys, the rest goes through the desk. Half of the orders wait far from the market
and are canceled a quarter of a minute later, half are filled at once. So some three are open at
any time, as with a trader, and not ever more.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from console.domain.connections import Channel
from console.domain.orders import Order, OrderRequest, OrderType, Side
from console.domain.receipts import Outcome
from console.link.replica import Replica
from tests.e2e.rig import Rig

PACE = 10_000
"""Messages a second that the desk is to hear."""
SOURCE = 1.02
"""How much more than that is sent, so that what is heard is not less."""
SYMBOLS = 500
CONSOLES = 5
EVERY = 5.0
"""Seconds between two orders."""
TURNS = 3
"""After how many further orders one that waits is canceled."""
WARM_UP = 300.0
"""Seconds before the desk's memory is looked at: its rings of 5,000 ticks a symbol are full after
250 s, and until then they take what they need."""
PATIENCE = 60.0
HOUR = 3_600.0
A_TICK = os.sysconf("SC_CLK_TCK")
A_PAGE = os.sysconf("SC_PAGE_SIZE")
FAR_FROM_THE_MARKET = ("MSFT", Decimal(60))
"""The source asks 101 and the venue several hundred: the gate takes it, and nothing fills it."""
AT_THE_MARKET = "F"


@dataclass
class Flood:
    """What was seen: when each order was sent, when each console had it, and the desk's use."""

    sent: dict[str, float] = field(default_factory=dict)
    seen: dict[tuple[int, str], float] = field(default_factory=dict)
    """When a console first had the broker's word on an order."""
    told: int = 0
    heard: int = 0
    """Quotes that the desk has taken from the wire, a second."""
    sizes: list[tuple[float, float]] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Return the lag in milliseconds, of every order at every console."""
        lags = sorted((at - self.sent[key]) * 1_000 for (_, key), at in self.seen.items())
        return lags[int(len(lags) * share)]

    @property
    def slope(self) -> float:
        """MiB an hour by which the desk grew once it was warm: least squares of every look."""
        began = self.sizes[0][0] + WARM_UP
        warm = [(at, size) for at, size in self.sizes if at >= began]
        return statistics.linear_regression(*zip(*warm, strict=True)).slope * HOUR


@dataclass
class Trader:
    """One pair of hands, at the desk and at another program with the same keys."""

    rig: Rig
    desk: Replica
    flood: Flood
    number: int = 0

    async def act(self) -> None:
        """Send the next order, and cancel the one that has waited long enough."""
        number, self.number = self.number, self.number + 1
        await self._cancel(number - TURNS)
        match number % 4:
            case 0:
                await self._place_elsewhere(number)
            case 1:
                symbol, price = FAR_FROM_THE_MARKET
                await self._send(number, symbol, Side.BUY, price)
            case 2:
                await self._send(number, AT_THE_MARKET, Side.BUY)
            case _:
                await self._send(number, AT_THE_MARKET, Side.SELL)

    async def leave(self) -> None:
        """Cancel what still waits."""
        for number in range(self.number - TURNS, self.number):
            await self._cancel(number)

    async def _send(
        self, number: int, symbol: str, side: Side, limit: Decimal | None = None
    ) -> None:
        request = OrderRequest(
            client_order_id=name(number),
            symbol=symbol,
            side=side,
            qty=Decimal(1),
            order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            limit_price=limit,
        )
        self.flood.sent[request.client_order_id] = time.monotonic()
        receipt = await self.desk.desk.submit(request)
        assert receipt.outcome is Outcome.ACCEPTED, receipt.detail

    async def _place_elsewhere(self, number: int) -> None:
        body = {
            "client_order_id": name(number),
            "symbol": AT_THE_MARKET,
            "qty": "1",
            "side": "buy",
            "type": "limit",
            "limit_price": "0.50",
            "time_in_force": "day",
        }
        self.flood.sent[name(number)] = time.monotonic()
        await asyncio.to_thread(self.rig.json_of_venue, "POST", "/v2/orders", body)

    async def _cancel(self, number: int) -> None:
        if number >= 0 and number % 4 in (0, 1):
            await self.desk.desk.cancel([name(number)])


def name(number: int) -> str:
    """The client order id of an order of the trader; every fourth is another program's."""
    return f"other-{number}" if number % 4 == 0 else f"kc-flood-{number}"


def attach(rig: Rig, number: int, flood: Flood) -> Replica:
    """Attach a console that notes when it first has the broker's word on each order."""
    waited = set[str]()

    def note() -> None:
        flood.told += 1
        now, orders = time.monotonic(), replica.state.orders
        waited.update(key for key in flood.sent if (number, key) not in flood.seen)
        for key in tuple(waited):
            if key in orders and not orders[key].status.is_ours:
                flood.seen[number, key] = now
                waited.discard(key)

    replica = Replica(rig.profile / "desk.sock", "test", on_change=note)
    return replica


async def flooded(
    rig: Rig, flood: Flood, replicas: list[Replica], pid: int, seconds: float
) -> None:
    """Have each console look at its part of the symbols, and trade for so long."""
    names = await asyncio.to_thread(symbols_of, rig)
    for number, replica in enumerate(replicas):
        await until(lambda replica=replica: replica.is_attached and replica.state.is_ready)
        await replica.desk.show(names[number::CONSOLES])
    await until(lambda: all(replica.state.quotes.keys() >= TRADED for replica in replicas[:1]))
    trader = Trader(rig, replicas[0], flood)
    first, began = heard(replicas[0]), time.monotonic()
    while (now := time.monotonic()) < began + seconds:
        flood.sizes.append((now, mebibytes(pid)))
        await trader.act()
        await asyncio.sleep(max(0.0, now + EVERY - time.monotonic()))
    flood.heard = round((heard(replicas[0]) - first) / (time.monotonic() - began))
    await trader.leave()


async def all_told(rig: Rig, flood: Flood, replicas: list[Replica]) -> int:
    """Wait until every console has every order as the venue has it; return what it still lacks."""
    for _ in range(int(PATIENCE)):
        truth = await asyncio.to_thread(truth_of, rig, flood)
        lacking = sum(
            replica.state.orders.get(key) is None or word(replica.state.orders[key]) != said
            for replica in replicas
            for key, said in truth.items()
        )
        if not lacking and len(flood.seen) == len(flood.sent) * CONSOLES:
            return 0
        await asyncio.sleep(1.0)
    return max(lacking, len(flood.sent) * CONSOLES - len(flood.seen))


def truth_of(rig: Rig, flood: Flood) -> dict[str, tuple[str, Decimal]]:
    """What the venue says of each order that was sent: its status, and what was filled."""

    def ask(key: str) -> dict[str, Any]:
        told: dict[str, Any] = rig.json_of_venue(
            "GET", f"/v2/orders:by_client_order_id?client_order_id={key}"
        )
        return told

    told = {key: ask(key) for key in flood.sent}
    return {key: (said["status"], Decimal(said["filled_qty"])) for key, said in told.items()}


def word(order: Order) -> tuple[str, Decimal]:
    """What a console says of an order."""
    return order.status.value, order.filled_qty


def symbols_of(rig: Rig) -> list[str]:
    """The symbols the consoles look at, those that are traded among them."""
    assets = rig.json_of_venue("GET", "/v2/assets?status=active&asset_class=us_equity")
    others = sorted(asset["symbol"] for asset in assets if asset["symbol"] not in TRADED)
    return [*sorted(TRADED), *others][:SYMBOLS]


TRADED = {FAR_FROM_THE_MARKET[0], AT_THE_MARKET}


async def until(holds: Any) -> None:
    """Wait for what has no event."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - as said
            await asyncio.sleep(0.05)


def heard(replica: Replica) -> int:
    """How many quotes and trades the desk says it has taken; it says so each second."""
    return replica.state.connections[Channel.MARKET_DATA].heard


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processor."""
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / A_TICK


def mebibytes(pid: int) -> float:
    """What a process holds of the machine's memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * A_PAGE / 2**20


def open_source(rig: Rig) -> subprocess.Popen[str]:
    """Start a stream of PACE quotes a second, and a venue whose desk listens to that."""
    source = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.quote_source", f"{PACE * SOURCE:.0f}"],
        env=rig.env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert source.stdout is not None
    port = source.stdout.readline().strip()
    rig.start_venue("--rate-limit", "off", "--stocks", str(SYMBOLS))
    started = {**rig.started, "stream_url": f"ws://127.0.0.1:{port}"}
    rig.venue_file.write_text(json.dumps(started))
    return source


def close_source(source: subprocess.Popen[str]) -> None:
    """End it."""
    source.terminate()
    source.wait()
    if source.stdout is not None:
        source.stdout.close()
