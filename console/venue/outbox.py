"""What waits to be sent to one websocket: the exchange never waits for a slow client."""

import asyncio
from collections import deque

from aiohttp import web

MOST_BYTES = 16 * 1024 * 1024


class SlowClient(Exception):  # noqa: N818 - what it is, in Alpaca's words
    """The client reads slower than the market talks."""


class Outbox:
    """Frames in order, sent by a task of its own; text frames are `str`."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._frames: deque[bytes | str] = deque()
        self._bytes = 0
        self._ready = asyncio.Event()

    def put(self, frame: bytes | str) -> None:
        """Send a frame soon.

        Raises:
            SlowClient: when too much waits already.
        """
        if self._bytes > MOST_BYTES:
            raise SlowClient
        self._bytes += len(frame)
        self._frames.append(frame)
        self._ready.set()

    async def send_all(self) -> None:
        """Send whatever comes until the socket closes; for a task."""
        while not self._socket.closed:
            await self._ready.wait()
            self._ready.clear()
            await self.flush()

    async def flush(self) -> None:
        """Send what waits now."""
        while self._frames and not self._socket.closed:
            frame = self._frames.popleft()
            self._bytes -= len(frame)
            if isinstance(frame, str):
                await self._socket.send_str(frame)
            else:
                await self._socket.send_bytes(frame)
