"""The venue's speed: orders matched over HTTP, and quotes fanned out to websocket clients.

Figures are per second of the server's own CPU, so that a crowded machine changes them
little. The load comes from this process; what is measured runs in one of its own. The
baselines are the same protocol with nothing behind it, in the same run.
"""

import asyncio
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import uvloop
from aiohttp import web

from console.venue.faults.standing import Faults
from console.venue.keys import Keys
from console.venue.markets.market import QuoteTick
from console.venue.streams.data_stream import DataHub
from console.venue.streams.feeds import FEEDS, Asset
from console.venue.streams.subscriptions import Batch, Encoding
from console.venue.wire.market import Tapes
from tests.bench.results import Result, say

RUNS = 3
ORDER_SECONDS = 5.0
WARM_UP_SECONDS = 3.0
IDLE_SECONDS = 3.0
SYMBOLS = ("AAPL", "MSFT", "SPY", "TSLA", "NVDA", "AMZN", "GOOG", "AMD", "QQQ", "F", "KO", "INTC")
VENUE = "import sys; from console.venue.command import main; sys.exit(main(sys.argv[1:]))"
TICKS_A_BATCH = 500
LOOK_SECONDS = 0.01
QUOTES = 1_000_000
"""How many quotes are told in one run, to all clients together."""

PAIR = {"APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret"}
SERVERS = {"--bare-http": "serve_canned", "--hub": "serve_hub", "--bare-socket": "serve_frames"}


class Buyer(asyncio.Protocol):
    """One keep-alive connection that buys and sells a share in turn, an order at a time."""

    def __init__(self, host: str, keys: Mapping[str, str], symbol: str) -> None:
        requests = [_order(host, keys, symbol, side) for side in ("buy", "sell")]
        self._requests = itertools.cycle(requests)
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first order."""
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Send the next order once the answer is whole."""
        self._heard += data
        head, found, body = self._heard.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0] or 0)
        if found and len(body) >= length:
            self._heard = b""
            self._send()

    def _send(self) -> None:
        self._transport.write(next(self._requests))  # type: ignore[attr-defined] # a transport that writes


def _order(host: str, keys: Mapping[str, str], symbol: str, side: str) -> bytes:
    asked = {"symbol": symbol, "qty": 1, "side": side, "type": "market", "time_in_force": "ioc"}
    body = json.dumps(asked)
    signed = "".join(f"{name}: {value}\r\n" for name, value in keys.items())
    head = f"POST /v2/orders HTTP/1.1\r\nHost: {host}\r\n{signed}Content-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


async def buy(url: str, keys: Mapping[str, str], seconds: float) -> None:
    """Trade one symbol a connection for some seconds."""
    place = urlsplit(url)
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(
            partial(Buyer, place.netloc, keys, symbol), place.hostname or "", place.port or 0
        )
        for symbol in SYMBOLS
    ]
    await asyncio.sleep(seconds)
    for transport, _ in opened:
        transport.abort()


def cpu_seconds(pid: int) -> float:
    """Return what a process has used of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_orders() -> float:
    """Return the orders that a venue matched, by its journal, per CPU second they took.

    What its market takes without orders is measured before and left out: on a crowded
    machine few orders come, and it would be most of it.
    """
    process = _started(VENUE, "--seed", "7")
    line = json.loads(_line(process))
    keys = {"APCA-API-KEY-ID": line["key"], "APCA-API-SECRET-KEY": line["secret"]}
    asyncio.run(buy(line["trading_url"], keys, WARM_UP_SECONDS))
    seq = _journal(line, 0)[-1]["seq"]
    idle = _share_of_cpu(process.pid, lambda: time.sleep(IDLE_SECONDS))[0]
    share, seconds = _share_of_cpu(
        process.pid, lambda: asyncio.run(buy(line["trading_url"], keys, ORDER_SECONDS))
    )
    fills = [entry for entry in _journal(line, seq) if entry.get("event") == "fill"]
    _end(process)
    return len(fills) / ((share - idle) * seconds)


def _share_of_cpu(pid: int, act: Callable[[], object]) -> tuple[float, float]:
    """Return which part of a core a process used while we did something, and how long it took."""
    began, used = time.monotonic(), cpu_seconds(pid)
    act()
    seconds = time.monotonic() - began
    return (cpu_seconds(pid) - used) / seconds, seconds


def _journal(line: Mapping[str, Any], after: int) -> list[dict[str, Any]]:
    with urlopen(f"{line['control_url']}/journal?after={after}") as answer:
        entries: list[dict[str, Any]] = json.load(answer)
    return entries


def measure_canned() -> float:
    """Return the orders a bare server answers per CPU second with a body that stands ready."""
    process = _started(_serving("--bare-http"))
    url = _line(process)
    asyncio.run(buy(url, PAIR, 1.0))
    began = cpu_seconds(process.pid)
    counted = _count(url)
    asyncio.run(buy(url, PAIR, ORDER_SECONDS))
    used = cpu_seconds(process.pid) - began
    answered = _count(url) - counted
    _end(process)
    return answered / used


def _count(url: str) -> int:
    with urlopen(f"{url}/count") as answer:
        return int(answer.read())


async def serve_canned() -> None:
    """Answer every order with the same body."""
    order = json.dumps({"id": "0" * 36, "symbol": "AAPL", "legs": None, "filler": "x" * 900})
    answered = itertools.count(1)
    told = [0]

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        told[0] = next(answered)
        return web.Response(body=order.encode(), content_type="application/json")

    async def count(_request: web.Request) -> web.Response:
        return web.Response(text=str(told[0]))

    app = web.Application()
    app.add_routes([web.post("/v2/orders", answer), web.get("/count", count)])
    await _serve(app)
    await asyncio.Event().wait()


def measure_fan_out(server: str, clients: int, encoding: Encoding) -> float:
    """Return the quotes that reached clients per CPU second of their server."""
    process = _started(_serving(server), str(clients), encoding.value)
    place = urlsplit(_line(process))
    readers = [
        threading.Thread(target=_read_all, args=(place, encoding), daemon=True)
        for _ in range(clients)
    ]
    for reader in readers:
        reader.start()
    told, used = json.loads(_line(process))
    for reader in readers:
        reader.join()
    process.wait()
    return float(told) * clients / float(used)


def _read_all(place: Any, encoding: Encoding) -> None:
    """Sign in by the handshake, want all quotes, and read until the server hangs up."""
    packed = "Content-Type: application/msgpack\r\n" if encoding is Encoding.MSGPACK else ""
    signed = "".join(f"{name}: {value}\r\n" for name, value in PAIR.items())
    wanted = b'{"action":"subscribe","quotes":["*"]}'
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(
            f"GET /v2/iex HTTP/1.1\r\nHost: {place.netloc}\r\n{packed}{signed}"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        connection.recv(4_096)
        # a text frame with a mask of zeros
        connection.sendall(bytes([0x81, 0x80 | len(wanted)]) + bytes(4) + wanted)
        room = bytearray(1 << 20)
        while connection.recv_into(room):
            pass


def ticks() -> list[QuoteTick]:
    """Return one step's quotes of the pump."""
    return [
        QuoteTick(
            SYMBOLS[n % len(SYMBOLS)], 1_790_000_000 * 10**9 + n * 1_234, 190.01, 300, 190.03, 200
        )
        for n in range(TICKS_A_BATCH)
    ]


async def serve_hub() -> None:
    """Tell quotes as the venue does: encoded anew for every step, once for all clients."""
    clients = int(sys.argv[2])
    hub = DataHub(keys=Keys(key="key", secret="secret"), faults=Faults(), tapes=Tapes({}))
    feed = next(feed for feed in FEEDS if feed.path == "/v2/iex")
    app = web.Application()
    app.router.add_get(feed.path, hub.serving(feed))
    runner = await _serve(app)
    while len(hub.clients) < clients or not hub.wanted(Asset.STOCKS, "quotes"):  # noqa: ASYNC110 - a bench has no event to wait for
        await asyncio.sleep(LOOK_SECONDS)
    told = ticks()

    async def tell() -> None:
        hub.publish(told)
        while any(client.outbox.waits for client in hub.clients):  # noqa: ASYNC110 - a bench has no event to wait for
            await asyncio.sleep(0)

    await _tell(tell, clients)
    await hub.close()
    await runner.cleanup()


async def serve_frames() -> None:
    """Send a frame that stands ready, as often as the venue would make one."""
    clients, encoding = int(sys.argv[2]), Encoding(sys.argv[3])
    (frame,) = Batch(ticks(), Tapes({})).frames(encoding, (("quotes", frozenset("*")),))
    sockets: list[web.WebSocketResponse] = []
    over = asyncio.Event()

    async def listen(request: web.Request) -> web.WebSocketResponse:
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        await opened.receive()
        sockets.append(opened)
        await over.wait()
        return opened

    app = web.Application()
    app.router.add_get("/v2/iex", listen)
    runner = await _serve(app)
    while len(sockets) < clients:  # noqa: ASYNC110 - a bench has no event to wait for
        await asyncio.sleep(LOOK_SECONDS)

    async def tell() -> None:
        for opened in sockets:
            await (opened.send_str(frame) if isinstance(frame, str) else opened.send_bytes(frame))

    await _tell(tell, clients)
    over.set()
    await runner.cleanup()


async def _tell(tell: Callable[[], Any], clients: int) -> None:
    batches = QUOTES // TICKS_A_BATCH // clients
    began = time.process_time()
    for _ in range(batches):
        await tell()
    print(json.dumps([batches * TICKS_A_BATCH, time.process_time() - began]), flush=True)


async def _serve(app: web.Application) -> web.AppRunner:
    """Listen on loopback and say where."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    return runner


def _serving(server: str) -> str:
    return (
        f"import sys; sys.argv[0] = {server!r}; from tests.bench.venue_bench import serve; serve()"
    )


def serve() -> None:
    """Be one of the servers that are measured."""
    sys.argv = ["", *sys.argv]
    uvloop.run(globals()[SERVERS[sys.argv[1]]]())


def _started(code: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *options], stdout=subprocess.PIPE, text=True
    )


def _line(process: subprocess.Popen[str]) -> str:
    if process.stdout is None or not (line := process.stdout.readline()):
        raise RuntimeError(f"{process.args!r} ended before it said where it is")
    return line.strip()


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait()


def medians(*measures: Callable[[], float]) -> Sequence[float]:
    """Return the medians of several measures, taken in turn."""
    runs = [[measure() for measure in measures] for _ in range(RUNS)]
    return [statistics.median(column) for column in zip(*runs, strict=True)]


def main() -> None:
    """Print matched orders, then quotes by encoding and number of clients."""
    ours, bare = medians(measure_orders, measure_canned)
    say(Result("venue: matched orders per CPU second", ours, bare, "1/s", "ours >= 4,000"))
    for encoding, clients in itertools.product(Encoding, (1, 10)):
        ours, bare = medians(
            partial(measure_fan_out, "--hub", clients, encoding),
            partial(measure_fan_out, "--bare-socket", clients, encoding),
        )
        who = f"{clients} {'client' if clients == 1 else 'clients'}, {encoding.value}"
        say(Result(f"venue: quotes per CPU second, {who}", ours, bare, "1/s", "ours >= 500,000"))


if __name__ == "__main__":
    main()
