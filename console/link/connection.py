"""One connection to a desk: introduces itself, hears what is told, pairs answers and requests."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from console.link.errors import DeskLost, DeskRefused, NotAttached
from console.link.messages import (
    VERSION,
    FromDesk,
    Hello,
    Message,
    Refusal,
    Reply,
    Request,
    Told,
    Welcome,
)
from console.link.sockets import check_path, cut
from console.link.wire import decode_from_desk, encode

MAX_MESSAGE_BYTES = 256 * 1024 * 1024
"""A snapshot is one message, and the desk is trusted."""

OPEN_SECONDS = 10.0

OnTold = Callable[[Told], None]


@dataclass(slots=True)
class _Pending:
    """The requests that wait for their answer."""

    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    answers: dict[int, asyncio.Future[Reply]] = field(default_factory=dict)

    def settle(self, message: Reply | Refusal) -> None:
        future = self.answers.pop(message.id, None)
        if future is None or future.done():
            return
        if isinstance(message, Reply):
            future.set_result(message)
            return
        future.set_exception(DeskRefused(message.text))

    def lose(self) -> None:
        for future in self.answers.values():
            if not future.done():
                future.set_exception(
                    DeskLost(
                        "the desk went away before it answered, so it is not known whether "
                        "this was done: look at the orders before you repeat it"
                    )
                )
        self.answers.clear()


class Connection:
    """Made by `connect`; over when the desk goes away or `close` is called."""

    def __init__(self, socket: ClientConnection, welcome: Welcome, on_told: OnTold) -> None:
        self.welcome = welcome
        self.refused: str = ""
        """The desk's last complaint that belongs to no request."""
        self._socket = socket
        self._on_told = on_told
        self._pending = _Pending()
        self._reading = asyncio.create_task(self._read(), name="link client")

    @classmethod
    async def connect(cls, path: Path, program: str, on_told: OnTold) -> "Connection":
        """Attach to the desk that listens on `path`: see `LinkClient.connect`."""
        check_path(path)
        try:
            socket = await unix_connect(
                str(path),
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                open_timeout=OPEN_SECONDS,
                close_timeout=1,
                proxy=None,
                user_agent_header=None,
            )
            welcome = await _introduce(socket, program)
        except (OSError, ConnectionClosed, InvalidHandshake) as error:
            raise NotAttached(f"no desk answers on {path}: {error}") from error
        return cls(socket, welcome, on_told)

    @property
    def is_attached(self) -> bool:
        """Whether the desk can still be asked."""
        return not self._reading.done()

    async def wait_closed(self) -> None:
        """Wait until it is over; raises what `on_told` raised, which ends it."""
        await asyncio.shield(self._reading)

    async def close(self) -> None:
        """Detach; the desk goes on."""
        await self._socket.close()
        await asyncio.gather(self._reading, return_exceptions=True)

    def next_id(self) -> int:
        """Return a number for the next request."""
        return next(self._pending.numbers)

    async def request(self, request: Request) -> Reply:
        """Send a request and return its answer."""
        answer = asyncio.get_running_loop().create_future()
        self._pending.answers[request.id] = answer
        try:
            await self.send(request)
            reply: Reply = await answer
        finally:
            self._pending.answers.pop(request.id, None)
        return reply

    async def send(self, message: Message) -> None:
        """Send what wants no answer."""
        if not self.is_attached:
            raise NotAttached("there is no desk: nothing was sent")
        try:
            await self._socket.send(encode(message))
        except ConnectionClosed:
            raise DeskLost("the desk went away while this was sent: look at the orders") from None

    async def _read(self) -> None:
        try:
            while True:
                self._take(decode_from_desk(await self._socket.recv(decode=False)))
        except ConnectionClosed:
            return
        finally:
            self._pending.lose()
            cut(self._socket)

    def _take(self, message: FromDesk) -> None:
        match message:
            case Told():
                self._on_told(message)
            case Refusal(id=0):
                self.refused = message.text
            case Reply() | Refusal():
                self._pending.settle(message)
            case Welcome():
                return


async def _introduce(socket: ClientConnection, program: str) -> Welcome:
    hello = Hello(version=VERSION, program=program)
    is_welcome = False
    try:
        await socket.send(encode(hello))
        async with asyncio.timeout(OPEN_SECONDS):
            message = decode_from_desk(await socket.recv(decode=False))
        is_welcome = isinstance(message, Welcome)
    except (msgspec.MsgspecError, TimeoutError) as error:
        raise NotAttached(f"what listens there does not answer as a desk: {error}") from error
    finally:
        if not is_welcome:
            cut(socket)
    if isinstance(message, Welcome):
        return message
    if isinstance(message, Refusal):
        raise DeskRefused(message.text)
    raise NotAttached("what listens there does not answer as a desk")
