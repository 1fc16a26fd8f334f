"""The short way to the halt: one line of JSON in, the progress as lines of JSON out.

It needs nothing of the console's link, so that it works when that does not. A caller that
has set the latch, or sets it meanwhile, says its `id`: a desk that has found that latch already
counts one pull, and one that has not writes the same.
"""

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from console.desk.latch import plain
from console.domain.events import Event, HaltChanged
from console.domain.halt import Halt
from console.domain.permissions import Actor
from console.domain.receipts import Outcome, Receipt
from console.domain.state import TradingState

log = logging.getLogger(__name__)
LONGEST_LINE = 4_096
LONGEST_ID = 40
THE_CORD = "the cord"
ASK_WITHIN = 2.0
"""Seconds a caller has to say its line."""
Identify = Callable[[socket.socket], Actor]


class Haltable(Protocol):
    """What the socket needs of the desk."""

    @property
    def state(self) -> TradingState:
        """The state now."""

    def halt(
        self, reason: str, actor: Actor, *, keeps: str = "", pull: str = ""
    ) -> Awaitable[Receipt]:
        """Pull the cord; `pull` is what the caller names it, `keeps` what it is to spare."""

    def listen(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Have the callback called with each event; return how to end that."""


class HaltSocket:
    """Listens for `killcord halt`."""

    def __init__(self, *, desk: Haltable, path: Path, identify: Identify) -> None:
        self._desk = desk
        self._path = path
        self._identify = identify
        self._server: asyncio.Server | None = None
        self._callers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen. The desk holds the profile's lock: an old socket is nobody's."""
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(
                self._serve, path=self._path, limit=LONGEST_LINE
            )
        finally:
            os.umask(mask)

    async def stop(self) -> None:
        """End every conversation and remove the socket."""
        if self._server is not None:
            self._server.close()
        for caller in tuple(self._callers):
            caller.cancel()
        await asyncio.gather(*self._callers, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._callers.add(task)
            task.add_done_callback(self._callers.discard)
        try:
            await self._converse(reader, writer)
        except (OSError, TimeoutError, ValueError) as error:
            log.warning("a caller of the halt socket was lost: %s", error)
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(ASK_WITHIN):
            line = await reader.readline()
        try:
            asked = json.loads(line)
            reason, pull = str(asked["reason"]), plain(str(asked.get("id", "")))[:LONGEST_ID]
            keeps = plain(str(asked.get("keeps", "")))[:LONGEST_ID]
            is_cord = asked.get("via") == THE_CORD
        except (AttributeError, ValueError, KeyError, TypeError, RecursionError):
            await _say(writer, {"error": 'say one line such as {"reason": "why"}'})
            return
        actor = self._identify(_socket_of(writer))
        if is_cord:
            actor = replace(actor, via=THE_CORD)
        changed = asyncio.Event()
        unlisten = self._desk.listen(lambda event: _wake(event, changed))
        try:
            asking = partial(self._desk.halt, reason, actor, keeps=keeps, pull=pull)
            await self._halt(asking, pull, writer, changed)
        finally:
            unlisten()

    async def _halt(
        self,
        asking: Callable[[], Awaitable[Receipt]],
        pull: str,
        writer: asyncio.StreamWriter,
        changed: asyncio.Event,
    ) -> None:
        halt, detail = self._desk.state.halt, "HALTED: the latch was found."
        if halt is None or halt.id != pull:
            receipt = await asking()
            halt, detail = self._desk.state.halt, receipt.detail
            if receipt.outcome is not Outcome.ACCEPTED or halt is None:
                await _say(writer, {"latched": False, "error": detail})
                return
        await _say(writer, {"latched": True, "id": halt.id, "detail": detail})
        while halt is not None:
            changed.clear()
            await _say(writer, _progress(halt))
            if halt.is_confirmed:
                return
            await changed.wait()
            halt = self._desk.state.halt


def _wake(event: Event, changed: asyncio.Event) -> None:
    if isinstance(event, HaltChanged):
        changed.set()


def _socket_of(writer: asyncio.StreamWriter) -> socket.socket:
    found: socket.socket = writer.get_extra_info("socket")
    return found


def _progress(halt: Halt) -> dict[str, Any]:
    steps = [
        {
            "name": step.name,
            "status": step.status.value,
            "detail": step.detail,
            "elapsed_ms": step.elapsed_ms,
        }
        for step in halt.steps
    ]
    return {
        "steps": steps,
        "confirmed": halt.is_confirmed,
        "receipt": halt.receipt,
        "kept": sum(order.is_kept for order in halt.orders),
    }


async def _say(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
    writer.write(json.dumps(message).encode() + b"\n")
    with contextlib.suppress(ConnectionError):
        # A caller that has gone away has halted the desk all the same.
        await writer.drain()
