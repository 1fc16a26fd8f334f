"""A stock stream of its own process: so many quotes a second of whatever is subscribed.

It speaks Alpaca's stream, so that a desk can be flooded at a pace that no market of the venue's
decides. A second's quotes go out in a hundred frames, each at its time.
"""

import asyncio
import contextlib
import sys
import time
from datetime import UTC, datetime

from msgspec.msgpack import decode, encode
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

A_SECOND = int(sys.argv[1]) if sys.argv[1:] else 10_000
FRAMES = 100
"""Frames a second."""


def frame(symbols: list[str], first: int) -> bytes:
    """Return the next quotes, each symbol in its turn."""
    now = datetime.now(UTC)
    said = [
        {
            "T": "q",
            "S": symbols[number % len(symbols)],
            "bp": 100.0 + number % 97 / 100,
            "bs": 100.0,
            "ap": 101.0 + number % 89 / 100,
            "as": 200.0,
            "t": now,
        }
        for number in range(first, first + A_SECOND // FRAMES)
    ]
    return encode(said)


async def flood(socket: ServerConnection, symbols: list[str]) -> None:
    """Send at the pace until nobody listens; what comes late is made up for."""
    began, sent = time.monotonic(), 0
    with contextlib.suppress(ConnectionClosed):
        while True:
            while sent < (time.monotonic() - began) * A_SECOND:
                if symbols:
                    await socket.send(frame(symbols, sent))
                sent += A_SECOND // FRAMES
            await asyncio.sleep(1 / FRAMES)


async def listen(socket: ServerConnection) -> None:
    """Let anybody in, and note what is subscribed, until they leave."""
    with contextlib.suppress(ConnectionClosed):
        await answer(socket)


async def answer(socket: ServerConnection) -> None:
    """Answer what is asked, while the quotes go out."""
    symbols: list[str] = []
    await socket.send(encode([{"T": "success", "msg": "connected"}]))
    flooding = asyncio.create_task(flood(socket, symbols))
    try:
        while True:
            asked = decode(await socket.recv(decode=False))
            if asked["action"] == "auth":
                await socket.send(encode([{"T": "success", "msg": "authenticated"}]))
                continue
            wanted = asked.get("quotes", [])
            if asked["action"] == "unsubscribe":
                symbols[:] = [symbol for symbol in symbols if symbol not in wanted]
            else:
                symbols.extend(symbol for symbol in wanted if symbol not in symbols)
            await socket.send(encode([{"T": "subscription", "quotes": symbols}]))
    finally:
        flooding.cancel()


async def main() -> None:
    """Listen on a free port, and say on which."""
    async with serve(listen, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
