"""What waits to be sent to one websocket: the exchange never waits for a slow client."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from aiohttp import web

MOST_BYTES = 16 * 1024 * 1024
PATIENCE_SECONDS = 0.5
GRACE_SECONDS = 30.0
"""How long a slow client has to read why it is shown out."""

POLICY_VIOLATION = 1008


class Outbox:
    """Frames in order, sent by a task of its own; text frames are `str`.

    A client that leaves more than `MOST_BYTES` unread hears nothing more but `last_words`,
    and is cut off if it does not read those either.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        *,
        cut_off: Callable[[], None],
        last_words: bytes | str = b"",
        is_text: bool = False,
        grace: float = GRACE_SECONDS,
    ) -> None:
        self._socket = socket
        self._last_words = last_words
        self._grace = grace
        self.cut_off = cut_off
        self.is_text = is_text
        self._frames: deque[bytes | str] = deque()
        self._bytes = 0
        self._ready = asyncio.Event()
        self._is_silent = False
        self._end_code: int | None = None

    def fall_silent(self) -> None:
        """Say nothing more, whatever is put; pings are answered."""
        self._is_silent = True

    @property
    def waits(self) -> bool:
        """Whether anything is still to be sent."""
        return bool(self._frames)

    @property
    def end_code(self) -> int:
        """The code of the close frame."""
        return 1000 if self._end_code is None else self._end_code

    def end(self, code: int = 1000) -> None:
        """Close the connection once what waits is sent; take nothing more."""
        if self._end_code is None:
            self._end_code = code
            self._ready.set()

    def put(self, frame: bytes | str) -> None:
        """Send a frame soon."""
        if self._is_silent or self._end_code is not None:
            return
        if self._bytes > MOST_BYTES:
            self._show_out()
            return
        self._bytes += len(frame)
        self._frames.append(frame)
        self._ready.set()

    def _show_out(self) -> None:
        """Leave unsaid what waits and say why; who does not read even that is cut off."""
        self._frames.clear()
        self._bytes = len(self._last_words)
        self._frames.append(self._last_words)
        self.end(POLICY_VIOLATION)
        asyncio.get_running_loop().call_later(self._grace, self.cut_off)

    async def send_all(self) -> None:
        """Send whatever comes until the socket closes; for a task."""
        with contextlib.suppress(ConnectionError):
            while not self._socket.closed:
                await self._ready.wait()
                self._ready.clear()
                await self.flush()
                if self._end_code is not None:
                    await self._socket.close(code=self._end_code)

    async def flush(self) -> None:
        """Send what waits now.

        Raises:
            ConnectionError: when the client is gone.
        """
        while self._frames and not self._socket.closed:
            frame = self._frames.popleft()
            self._bytes -= len(frame)
            if isinstance(frame, str):
                await self._socket.send_str(frame)
            else:
                await self._socket.send_bytes(frame)

    async def close(self) -> None:
        """Tell the client that the venue goes away."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._socket.close(code=1001, message=b"going away")


def cut_off(request: web.Request) -> Callable[[], None]:
    """Return how to end a request's connection at once."""
    transport = request.transport
    return transport.abort if transport else _nothing


def _nothing() -> None:
    """Do nothing: the connection is gone already."""


def without_deflating(socket: web.WebSocketResponse) -> None:
    """Send plain frames though permessage-deflate was agreed, which RFC 7692 leaves to us.

    What a client deflates is read; deflating the tape for every listener would take
    most of a core, for a distance that has no length.
    """
    if socket._writer is not None:  # noqa: SLF001 - aiohttp offers all or nothing
        socket._writer.compress = 0  # noqa: SLF001 - likewise
