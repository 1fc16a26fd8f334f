"""Where the venue listens, and how it stops listening for a while: connections are refused.

What a fault of a route does comes after the connection stands. This one is of the
connection itself: the client's kernel is told that nobody listens.
"""

import asyncio
import contextlib
import socket

from aiohttp import web

LOOPBACK = "127.0.0.1"
LOOK_SECONDS = 0.005


class Door:
    """The listening socket; while it is shut, the port is kept from others."""

    def __init__(self, runner: web.AppRunner, *, port: int = 0) -> None:
        self._runner = runner
        self.port = port
        self._site: web.TCPSite | None = None
        self._turn = asyncio.Lock()
        self._shut: set[asyncio.Task[None]] = set()
        self._again = asyncio.Event()

    async def open(self) -> None:
        """Listen.

        Raises:
            OSError: when the port is not to be had.
        """
        self._site = web.TCPSite(self._runner, LOOPBACK, self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    def shut_for(self, seconds: float) -> None:
        """Refuse connections for a while, then listen again; open ones stand. 0 ends it."""
        if not seconds:
            self._again.set()
            return
        self._again.clear()
        task = asyncio.get_running_loop().create_task(self._refuse(seconds))
        self._shut.add(task)
        task.add_done_callback(self._shut.discard)

    async def _refuse(self, seconds: float) -> None:
        async with self._turn:
            if self._site:
                await self._site.stop()
            kept = await self._keep_port()
            with contextlib.closing(kept), contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), seconds)
            await self.open()

    async def _keep_port(self) -> socket.socket:
        """Return a socket that is bound and does not listen, so that nobody else can."""
        kept = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        while True:
            try:
                kept.bind((LOOPBACK, self.port))
            except OSError:  # the loop has not closed the listening one yet
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return kept


DOOR = web.AppKey("door", Door)
