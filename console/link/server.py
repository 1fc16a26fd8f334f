"""The desk's side of the link: consoles come and go, the desk goes on.

An event is packed once and the same bytes go to every console; market data is told
in frames (see `frames`), everything else at once and in order.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection, unix_serve
from websockets.exceptions import ConnectionClosed

from console.domain.events import Event, MarketMoved, OrderUpdated, PositionsReported, ReadingsTaken
from console.domain.permissions import Actor
from console.link import intake, peers, sockets
from console.link.attachment import Attachment, Breathe, OnStop, breathe
from console.link.frames import Exposure, NewestMarket
from console.link.messages import VERSION, Hello, Message, Refusal, Told, Welcome
from console.link.service import DeskService
from console.link.wire import encode, pack
from console.ports import Clock

logger = logging.getLogger(__name__)

FRAME_SECONDS = 0.1
QUIET_SECONDS = 0.25
"""How often to look while nothing moves: for heartbeats, and for consoles that were slow."""
HELLO_SECONDS = 10.0
FLUSH_SECONDS = 1.0
MAX_MESSAGE_BYTES = 1024 * 1024
MAX_CONSOLES = 64

Identify = Callable[[peers.PeerSocket, str], Actor]


class LinkServer:
    """Listens on the desk's Unix socket and keeps every console told."""

    def __init__(
        self,
        desk: DeskService,
        *,
        path: Path,
        welcome: Welcome,
        clock: Clock,
        on_stop: OnStop,
        identify: Identify = peers.identify,
        frame_seconds: float = FRAME_SECONDS,
        breathe: Breathe = breathe,
    ) -> None:
        self._desk = desk
        self._path = path
        self._welcome = welcome
        self._clock = clock
        self._on_stop = on_stop
        self._identify = identify
        self._frame_seconds = frame_seconds
        self._breathe = breathe
        self._market = NewestMarket()
        self._exposure = Exposure()
        self._consoles: dict[str, Attachment] = {}
        self._numbers = itertools.count(1)
        self._server: Server | None = None
        self._frames: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()
        self._stop_hearing: Callable[[], None] = lambda: None

    @property
    def consoles(self) -> tuple[str, ...]:
        """The names of the consoles attached now."""
        return tuple(self._consoles)

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            console.link.sockets.SocketUnusable: with a sentence for the trader.
            OSError: when the folder cannot be written.
        """
        listener = sockets.bind(self._path)
        self._stop_hearing = self._desk.listen(self._hear)
        for event in self._desk.snapshot():
            self._follow(event)
        self._server = await unix_serve(
            self._serve,
            path=None,
            sock=listener,
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            close_timeout=FLUSH_SECONDS,
            server_header=None,
        )
        self._frames = asyncio.create_task(self._draw_frames(), name="link frames")

    async def close(self) -> None:
        """Send what is queued, let every console go, and remove the socket."""
        if self._server is None or self._frames is None:
            return
        self._stop_hearing()
        self._frames.cancel()
        await asyncio.gather(self._frames, return_exceptions=True)
        flushes = [asyncio.ensure_future(console.flush()) for console in self._consoles.values()]
        if flushes:
            _, late = await asyncio.wait(flushes, timeout=FLUSH_SECONDS)
            for flush in late:
                flush.cancel()
        self._server.close()
        await self._server.wait_closed()
        self._path.unlink(missing_ok=True)
        self._server = self._frames = None

    def draw(self) -> bool:
        """Send every console its frame; return whether anyone was sent one."""
        exposed = self._exposure.symbols
        were_sent = [c.draw(self._market, exposed) for c in tuple(self._consoles.values())]
        return any(were_sent)

    async def _draw_frames(self) -> None:
        """Draw at once what moves after a pause, then once a frame; look now and then."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(QUIET_SECONDS):
                    await self._moved.wait()
            self._moved.clear()
            was_drawn = True
            try:
                was_drawn = self.draw()
            except Exception:
                logger.exception("a frame could not be drawn")
            await asyncio.sleep(self._frame_seconds if was_drawn else self._frame_seconds / 10)

    def _hear(self, event: Event) -> None:
        if not self._follow(event):
            return
        fact = pack(event)
        for console in tuple(self._consoles.values()):
            console.tell(fact)

    def _follow(self, event: Event) -> bool:
        """Keep what frames are made of; return whether the event is told at once."""
        match event:
            case MarketMoved() | ReadingsTaken():
                self._market.take(event)
                self._moved.set()
                return False
            case PositionsReported() | OrderUpdated():
                self._exposure.take(event)
        return True

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            hello = await self._greet(connection)
        except (ConnectionClosed, TimeoutError):
            return
        if hello is None:
            return
        name = str(next(self._numbers))
        sock = connection.transport.get_extra_info("socket")
        console = Attachment(
            connection,
            name=name,
            actor=self._identify(sock, hello.program),
            desk=self._desk,
            clock=self._clock,
            on_stop=self._on_stop,
            on_show=self._moved.set,
            breathe=self._breathe,
        )
        # from here to run() nothing else happens, so no event falls between
        opening = self._opening(console)
        self._consoles[name] = console
        try:
            await console.run(opening)
        finally:
            del self._consoles[name]
            await console.finish()

    async def _greet(self, connection: ServerConnection) -> Hello | None:
        """Return the caller's hello, or None once it was refused."""
        async with asyncio.timeout(HELLO_SECONDS):
            while True:
                try:
                    message = intake.read(await connection.recv(decode=False))
                except intake.NotUnderstood as error:
                    await _refuse(connection, f"the desk waits for a hello: {error}", error.id)
                    continue
                if not isinstance(message, Hello):
                    await _refuse(connection, "say hello before anything else", message_id(message))
                    continue
                return await self._admit(connection, message)

    async def _admit(self, connection: ServerConnection, hello: Hello) -> Hello | None:
        if hello.version != VERSION:
            await _refuse(
                connection,
                f"this console speaks version {hello.version} of the link and this desk "
                f"version {VERSION}: stop the desk and start it from the same killcord",
            )
            return None
        if len(self._consoles) >= MAX_CONSOLES:
            await _refuse(connection, f"{MAX_CONSOLES} consoles are attached: close one of them")
            return None
        return hello

    def _opening(self, console: Attachment) -> list[bytes]:
        if not console.may_observe:
            return [encode(self._welcome)]
        facts = tuple(pack(event) for event in self._desk.snapshot())
        told = Told(now=self._clock.now(), events=facts, is_snapshot=True)
        return [encode(self._welcome), encode(told)]


def message_id(message: Message) -> int:
    """Return the number of a request, 0 of anything else."""
    number: int = getattr(message, "id", 0)
    return number


async def _refuse(connection: ServerConnection, text: str, number: int = 0) -> None:
    await connection.send(encode(Refusal(id=number, text=text)))
