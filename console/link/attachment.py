"""One console attached to the desk: what it asks, what it is told.

Reading, telling and every request run as tasks of their own, so that neither a slow
broker nor a console that stopped reading holds up anything but itself.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from console.domain.permissions import Actor, Capability
from console.domain.receipts import Preview, Receipt
from console.domain.scans import Scan
from console.domain.ticks import Ticks
from console.link import intake, messages
from console.link.frames import NewestMarket, View
from console.link.outbox import Outbox
from console.link.service import DeskService, Found, answer, forbidden
from console.link.sockets import cut
from console.link.wire import encode, pack
from console.ports import Clock

logger = logging.getLogger(__name__)

MAX_REQUESTS = 64
HEARTBEAT_SECONDS = 1.0
BREATH_SECONDS = 0.003
"""How long facts wait for those that follow: an order has left by then, undisturbed."""

Breathe = Callable[[], Awaitable[None]]
"""Waits as long as facts wait."""

OnStop = Callable[[Actor], Awaitable[Receipt]]
"""Asks the desk to end and says so; it does not wait for the end, which waits for it."""


async def breathe() -> None:
    """Wait as long as facts wait."""
    await asyncio.sleep(BREATH_SECONDS)


class Attachment:
    """The desk's end of one console."""

    def __init__(
        self,
        connection: ServerConnection,
        *,
        name: str,
        actor: Actor,
        desk: DeskService,
        clock: Clock,
        on_stop: OnStop,
        on_show: Callable[[], None],
        breathe: Breathe = breathe,
    ) -> None:
        self.name = name
        self.actor = actor
        self.outbox = Outbox()
        self._connection = connection
        self._desk = desk
        self._clock = clock
        self._on_stop = on_stop
        self._on_show = on_show
        self._breathe = breathe
        self._view = View()
        self._requests: dict[int, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._frame: bytes | None = None
        self._told_at = clock.monotonic()

    @property
    def may_observe(self) -> bool:
        """Whether this person is told anything but answers."""
        return self.actor.may(Capability.OBSERVE)

    async def run(self, opening: Iterable[bytes]) -> None:
        """Send `opening`, then read and tell until the console is gone."""
        telling = asyncio.create_task(self._tell(opening), name=f"tell {self.name}")
        try:
            await self._read()
        except ConnectionClosed:
            pass
        finally:
            self._desk.hide(self.name)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def finish(self) -> None:
        """Wait for the answers to what was asked: an order is never half sent."""
        await asyncio.gather(*self._requests.values(), return_exceptions=True)

    def tell(self, fact: msgspec.Raw) -> None:
        """Send a packed event as soon as the console takes it."""
        if not self.may_observe:
            return
        self.outbox.tell(fact)
        self._wake()

    def draw(self, market: NewestMarket, exposed: frozenset[str]) -> bool:
        """Send what moved since the last frame, unless that one still waits; return if it did."""
        if not self.may_observe or self._frame is not None or len(self.outbox):
            return False
        moved = self._view.frame(market, exposed)
        due = self._told_at + HEARTBEAT_SECONDS <= self._clock.monotonic()
        if not moved and not due:
            return False
        facts = tuple(pack(event) for event in moved)
        self._frame = encode(messages.Told(now=self._clock.now(), events=facts))
        self._told_at = self._clock.monotonic()
        self._wake()
        return True

    async def flush(self) -> None:
        """Wait until what is queued was handed to the socket."""
        await self._idle.wait()

    def _wake(self) -> None:
        if not self.outbox.is_over:
            self._idle.clear()
            self._woken.set()
            return
        logger.warning("console %s does not keep up and is disconnected", self.name)
        self.outbox.drop()
        cut(self._connection)

    async def _tell(self, opening: Iterable[bytes]) -> None:
        try:
            for message in opening:
                await self._connection.send(message)
            while True:
                self._idle.set()
                await self._woken.wait()
                self._woken.clear()
                if not (self.outbox.has_answer or self._frame):
                    await self._breathe()
                await self._send_waiting()
        except ConnectionClosed:
            return
        except Exception:
            logger.exception("console %s can be told nothing more and is disconnected", self.name)
            cut(self._connection)
        finally:
            self._idle.set()

    async def _send_waiting(self) -> None:
        while (message := self.outbox.take(self._clock.now())) is not None:
            await self._connection.send(message)
            self._told_at = self._clock.monotonic()
        if self._frame is not None:
            frame = self._frame
            await self._connection.send(frame)
            self._frame = None

    async def _read(self) -> None:
        while True:
            data = await self._connection.recv(decode=False)
            try:
                self._take(intake.read(data))
            except intake.NotUnderstood as error:
                self._refuse(error.id, f"this is not a message the desk understands: {error}")
                # a flood of nonsense must not keep the loop from the others
                await asyncio.sleep(0)

    def _take(self, message: messages.FromConsole) -> None:
        match message:
            case messages.Hello():
                self._refuse(0, "you have said hello already")
            case messages.Show():
                self._show(message)
            case _:
                self._ask(message)

    def _show(self, message: messages.Show) -> None:
        if not self.may_observe:
            self._refuse(0, forbidden(self.actor, Capability.OBSERVE).detail)
            return
        self._view.show(message.symbols, message.focus)
        self._on_show()
        try:
            self._desk.show(self.name, message.symbols, message.focus)
        except Exception as error:
            logger.exception("the desk failed at %r of console %s", message, self.name)
            self._refuse(0, f"the desk failed at this: {error}; see desk.log")

    def _ask(self, request: messages.Request) -> None:
        if request.id in self._requests:
            self._refuse(request.id, f"request {request.id} is still being answered")
            return
        if len(self._requests) >= MAX_REQUESTS:
            text = f"{MAX_REQUESTS} requests wait for their answer already: wait for one of them"
            self._refuse(request.id, text)
            return
        task = asyncio.create_task(self._answer(request), name=f"{self.name} {request.id}")
        self._requests[request.id] = task
        task.add_done_callback(lambda _: self._requests.pop(request.id, None))

    async def _answer(self, request: messages.Request) -> None:
        try:
            found = await self._found(request)
        except Exception as error:
            logger.exception("the desk failed at %r of %s", request, self.actor)
            self._refuse(request.id, f"the desk failed at this: {error}; see desk.log")
            return
        self.outbox.answer(_reply(request.id, found))
        self._wake()

    async def _found(self, request: messages.Request) -> Found:
        if isinstance(request, messages.Check) and self.may_observe:
            self._view.ticket = request.ticket.symbol
        if not isinstance(request, messages.StopDesk):
            return await answer(self._desk, request, self.actor)
        if not self.actor.may(Capability.STOP_DESK):
            return forbidden(self.actor, Capability.STOP_DESK)
        return await self._on_stop(self.actor)

    def _refuse(self, number: int, text: str) -> None:
        self.outbox.answer(messages.Refusal(id=number, text=text))
        self._wake()


def _reply(number: int, found: Found) -> messages.Reply:
    if isinstance(found, Receipt):
        return messages.Reply(id=number, receipt=found)
    if isinstance(found, Preview):
        return messages.Reply(id=number, preview=found)
    if isinstance(found, Ticks):
        return messages.Reply(id=number, ticks=found)
    if found is None or isinstance(found, Scan):
        return messages.Reply(id=number, scan=found)
    return messages.Reply(id=number, bars=found)
