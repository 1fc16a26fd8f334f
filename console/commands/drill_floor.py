"""A floor to drill on: a venue, a desk and clients of its own, in a folder that is thrown away."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from console.commands.asking import attached
from console.domain.language import parse
from console.domain.state import TradingState
from console.domain.tickets import Ticket
from console.folders import STATE_VARIABLE, StateFolder
from console.link.errors import LinkError
from console.link.replica import Replica

KILLCORD = (sys.executable, "-P", "-m", "console")
ASK_SECONDS = 5.0
END_SECONDS = 3.0
READY_SECONDS = 30.0
BETWEEN_ORDERS = 0.1
FOLLOWING = 0.02
SYMBOLS = ("AAPL", "MSFT", "F")
"""What the clients buy, one symbol each, far enough below the bid to rest."""
BELOW_THE_BID = 0.97


class Floor:
    """The private venue and the private desk, and what they have seen."""

    def __init__(self, path: Path) -> None:
        self.folder = StateFolder(path / "demo")
        self.folder.path.mkdir()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("APCA_", "KILLCORD_"))}
        self.env = {**kept, STATE_VARIABLE: str(path)}
        self.started: dict[str, Any] = {}
        self.venue_file = path / "venue-of-the-drill.json"
        self._running: list[subprocess.Popen[bytes]] = []

    async def open(self) -> None:
        """Start the venue, then the desk on it."""
        venue = self.run("venue", "--port", "0")
        line = await asyncio.to_thread(venue.stdout.readline)  # type: ignore[union-attr] # it is a pipe
        self.started = json.loads(line)
        self.venue_file.write_bytes(line)
        self.desk = self.run("desk", "--venue", str(self.venue_file))

    def run(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start one of our own programs on this floor."""
        process = subprocess.Popen(  # noqa: S603 - our own program, arguments as a list
            [*KILLCORD, *words],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if words[0] == "venue" else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        self._running.append(process)
        return process

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Replica]:
        """Attach one more client, once the desk listens and is ready to trade."""
        while not self.folder.socket.exists():  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(FOLLOWING)
        async with attached(self.folder) as desk:
            await desk.until(lambda state: state.is_ready, READY_SECONDS)
            yield desk.replica

    async def requests(self) -> list[dict[str, Any]]:
        """Return every request the venue has seen."""
        entries = await self._get(self.started["control_url"] + "/journal", {})
        return [entry for entry in entries if entry["kind"] == "request"]

    async def open_orders(self) -> int:
        """Return how many orders stand at the venue, in its own word."""
        keys = {
            "APCA-API-KEY-ID": self.started["key"],
            "APCA-API-SECRET-KEY": self.started["secret"],
        }
        url = self.started["trading_url"] + "/v2/orders?status=open&limit=500&nested=true"
        return len(await self._get(url, keys))

    async def _get(self, url: str, headers: dict[str, str]) -> list[dict[str, Any]]:
        def ask() -> list[dict[str, Any]]:
            request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the drill's own venue
            with urllib.request.urlopen(request, timeout=ASK_SECONDS) as answer:  # noqa: S310 - too
                found: list[dict[str, Any]] = json.loads(answer.read())
                return found

        return await asyncio.to_thread(ask)

    def close(self) -> None:
        """End every process of the floor, the last first."""
        for process in reversed(self._running):
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


@asynccontextmanager
async def private_floor() -> AsyncIterator[Floor]:
    """Open a floor, and leave nothing of it behind."""
    # a short path: the name of a Unix socket has room for about a hundred bytes
    path = Path(tempfile.mkdtemp(prefix="kc-drill-"))
    floor = Floor(path)
    try:
        await floor.open()
        yield floor
    finally:
        await asyncio.to_thread(floor.close)
        shutil.rmtree(path, ignore_errors=True)


async def storm(clients: Iterable[Replica]) -> None:
    """Have every client order without end, each at prices of its own."""
    async with asyncio.TaskGroup() as group:
        for client, symbol in zip(clients, SYMBOLS, strict=False):
            group.create_task(_order(client, symbol))


async def _order(client: Replica, symbol: str) -> None:
    await client.desk.show([symbol])
    count = 0
    while True:
        count += 1
        if (ticket := _ticket(client.state, symbol, count)) is not None:
            # a halted desk says no, which is what it is asked for
            with suppress(LinkError):
                preview = await client.desk.check(ticket)
                if preview.request is not None:
                    await client.desk.submit(preview.request)
        await asyncio.sleep(BETWEEN_ORDERS)


def _ticket(state: TradingState, symbol: str, count: int) -> Ticket | None:
    quote = state.quotes.get(symbol)
    if quote is None or not quote.bid:
        return None
    price = quote.bid * BELOW_THE_BID - 0.01 * (count % 10)
    command = parse(f"buy 1 {symbol} @ {price:.2f} day")
    return command if isinstance(command, Ticket) else None
