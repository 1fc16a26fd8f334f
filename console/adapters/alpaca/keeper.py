"""Keeps one stream connected, in a thread and an event loop of its own.

alpaca-py's own loop retries bad keys for ever, waits without limit in a handshake and
tells nobody when the connection is lost; this one does not.
"""

import asyncio
import logging
import random
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from console.adapters.alpaca.outages import Patience, StreamLost
from console.domain.connections import Link

log = logging.getLogger(__name__)

_CLOSE_SECONDS = 0.5
_STOP_SECONDS = 5.0


class Connection(Protocol):
    """A stream that can be opened, read and closed, in the keeper's loop."""

    async def open(self) -> None:
        """Connect, authenticate, subscribe. StreamLost when it cannot."""

    async def read(self) -> None:
        """Read until the connection ends. StreamLost says why."""

    async def shut(self) -> None:
        """Close the socket."""


class Keeper:
    """One thread that holds one connection, and opens it again when it is lost."""

    def __init__(
        self, name: str, connection: Connection, report: Callable[[Link, str], None]
    ) -> None:
        self._connection = connection
        self._report = report
        self._loop = asyncio.new_event_loop()
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._held: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._live_at: float | None = None
        self._is_ending = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def want(self, is_wanted: bool) -> None:  # noqa: FBT001 - a switch
        """Say whether there is anything to connect for."""
        self._loop.call_soon_threadsafe(self._wanted.set if is_wanted else self._wanted.clear)

    async def run(self, work: Awaitable[None], within: float) -> None:
        """Run `work` in the stream's loop; wait for its end, but not for longer than `within`.

        What takes longer goes on by itself: broken off, it would be done by half.
        """
        begun = asyncio.run_coroutine_threadsafe(_whole(work), self._loop)
        running = asyncio.wrap_future(begun)
        await asyncio.wait((running,), timeout=within)
        if running.done() and not running.cancelled():
            running.result()

    def reconnect(self) -> None:
        """Drop the connection and open it anew at once; waits for nothing."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._drop)

    async def stop(self) -> None:
        """End the connection and the thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._cancel)
        await asyncio.to_thread(self._thread.join, _STOP_SECONDS)

    def _cancel(self) -> None:
        self._is_ending = True
        if self._task is not None:
            self._task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._task = self._loop.create_task(self._keep())
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._task)
            self._loop.run_until_complete(self._end_tasks())
        finally:
            asyncio.set_event_loop(None)
            self._loop.close()

    async def _end_tasks(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _keep(self) -> None:
        patience = Patience()
        while True:
            await self._wanted.wait()
            self._live_at = None
            lost = await self._hold()
            chance = random.random()  # noqa: S311 - spreads attempts, hides nothing
            is_standing = lost is not None and lost.is_standing
            wait = patience.wait_after(self._lived(), is_standing=is_standing, chance=chance)
            if lost is None:
                continue
            self._report(Link.DOWN, _words(lost, wait))
            await self._pause(wait)

    def _lived(self) -> float | None:
        """Return how long the last connection was up, None if it never was."""
        return None if self._live_at is None else self._loop.time() - self._live_at

    async def _hold(self) -> StreamLost | None:
        """Hold one connection to its end; return why it was lost, None if it was dropped."""
        self._held = self._loop.create_task(self._hold_one())
        try:
            await self._held
        except StreamLost as lost:
            return lost
        except asyncio.CancelledError:
            if self._task is not None and self._task.cancelling():
                raise
            self._report(Link.DOWN, "the connection is being renewed")
            return None
        finally:
            await self._shut()
        return StreamLost("the stream ended")

    async def _hold_one(self) -> None:
        try:
            await self._connection.open()
            self._live_at = self._loop.time()
            self._report(Link.LIVE, "")
            await self._connection.read()
        except StreamLost:
            raise
        except Exception as error:
            log.exception("a stream broke in a way nobody had thought of")
            raise StreamLost(f"the stream broke ({type(error).__name__})") from error

    async def _shut(self) -> None:
        """Close the socket; what goes wrong with one that is given up ends nothing else."""
        self._hurry.clear()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._connection.shut()
        except TimeoutError:
            pass
        except Exception as error:  # noqa: BLE001 - the next connection does not depend on it
            log.info("a connection was not closed in form: %r", error)
        if self._is_ending:
            # websockets' close swallows a cancel that comes while it waits for the other end
            raise asyncio.CancelledError

    def _drop(self) -> None:
        self._hurry.set()
        if self._held is not None:
            self._held.cancel()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()


def _words(lost: StreamLost, wait: float) -> str:
    if not lost.is_standing:
        return str(lost)
    return f"{lost} (standing by: the next try is in {wait:.0f} s)"


async def _whole(work: Awaitable[None]) -> None:
    await work
