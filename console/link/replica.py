"""The console's copy of the desk's state, kept while the desk can be reached.

The connection is made again whenever it is lost, each time from a new snapshot, so
the copy is the desk's truth or says that it is not attached.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from pathlib import Path

import msgspec

from console.domain.state import TradingState, apply
from console.link.client import LinkClient
from console.link.errors import LinkError, NotAttached
from console.link.messages import Told, Welcome
from console.link.sockets import SocketUnusable
from console.link.wire import unpack

FIRST_PAUSE = 0.02
"""Seconds between two tries while a desk may just be starting; a try costs next to nothing."""
EAGER_SECONDS = 5.0
LONGEST_PAUSE = 2.0

OnChange = Callable[[], None]


class Replica:
    """What this console knows of the desk.

    `run` keeps it attached; `state` is replaced, never changed, so that a widget
    compares parts by identity. `desk` is the connection to ask things over. `explain`
    may know better why there is no desk; it is asked whenever one cannot be reached.
    """

    def __init__(
        self,
        path: Path,
        program: str,
        *,
        on_change: OnChange = lambda: None,
        explain: Callable[[], str] = lambda: "",
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.state = TradingState()
        self.welcome: Welcome | None = None
        self.trouble = ""
        """Why there is no desk, in a sentence; empty while attached."""
        self.on_change = on_change
        self._explain = explain
        self._path = path
        self._program = program
        self._monotonic = monotonic
        self._sleep = sleep
        self._client: LinkClient | None = None
        self._desk_now: datetime | None = None
        self._heard_at = 0.0
        self._shown: tuple[tuple[str, ...], str | None] = ((), None)
        self._attached = asyncio.Event()

    @property
    def is_attached(self) -> bool:
        """Whether a desk is there and its snapshot was taken over."""
        return self._attached.is_set()

    @property
    def desk(self) -> LinkClient:
        """The connection to ask things over. NotAttached when there is none."""
        if self._client is None or not self._client.is_attached:
            raise NotAttached("there is no desk: nothing was sent")
        return self._client

    @property
    def silence(self) -> float | None:
        """Seconds since the desk was last heard, or None when it never was."""
        if self._desk_now is None:
            return None
        return self._monotonic() - self._heard_at

    def now(self) -> datetime | None:
        """Return the desk's time: its last word and what has passed since, None before any."""
        if self._desk_now is None:
            return None
        return self._desk_now + timedelta(seconds=self._monotonic() - self._heard_at)

    async def attached(self) -> None:
        """Wait for the first picture of the desk."""
        await self._attached.wait()

    async def run(self) -> None:
        """Stay attached until cancelled, with longer pauses the longer there is no desk."""
        pause, alone_since = FIRST_PAUSE, self._monotonic()
        try:
            while True:
                if await self._attach_once():
                    pause, alone_since = FIRST_PAUSE, self._monotonic()
                await self._sleep(pause)
                if self._monotonic() - alone_since > EAGER_SECONDS:
                    pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            await self._detach()

    async def show(self, symbols: Sequence[str], focus: str | None = None) -> None:
        """Say which symbols are on the screen, now and after every new attachment."""
        self._shown = (tuple(symbols), focus)
        if self._client is None or not self._client.is_attached:
            return
        try:
            await self._client.show(*self._shown)
        except LinkError:
            return  # it is said again once the desk is back

    def take(self, told: Told) -> None:
        """Take over what the desk told. msgspec.DecodeError when it is not in the language."""
        start = TradingState() if told.is_snapshot else self.state
        self.state = reduce(apply, map(unpack, told.events), start)
        self._desk_now = told.now
        self._heard_at = self._monotonic()
        if told.is_snapshot:
            self._attached.set()
        self.on_change()

    async def _attach_once(self) -> bool:
        """Return whether a desk was there; comes back once it is gone."""
        try:
            self._client = await LinkClient.connect(self._path, self._program, self.take)
        except (LinkError, SocketUnusable) as error:
            self._lose(str(error))
            return False
        self.welcome = self._client.welcome
        self.trouble = ""
        await self.show(*self._shown)
        try:
            await self._client.wait_closed()
        except msgspec.MsgspecError as error:
            self._lose(f"the desk said something this console does not understand: {error}")
            return False
        finally:
            await self._detach()
        self._lose("the desk is gone")
        return True

    def _lose(self, trouble: str) -> None:
        self._attached.clear()
        self.trouble = self._explain() or trouble
        self.on_change()

    async def _detach(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()
