"""A proxy on loopback that spoils TCP: what passes through it is late, cut, dripped or gone.

It knows no HTTP and no websockets, so both are spoiled alike: a connection gets one
fate when it is opened, drawn from the seed, and keeps it.
"""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass
from enum import StrEnum
from random import Random

CHUNK = 65_536
NO_LINGER = struct.pack("ii", 1, 0)


class Fate(StrEnum):
    """What becomes of one connection."""

    CLEAN = "clean"
    LATE = "late"
    """Every piece waits a little, both ways."""
    REFUSED = "refused"
    """Closed before a byte."""
    RESET = "reset"
    """Reset after some bytes of the answer."""
    TRUNCATED = "truncated"
    """Closed after some bytes of the answer."""
    DRIPPED = "dripped"
    """The answer comes byte by byte."""
    HALF_OPEN = "half-open"
    """The request goes through; nothing of the answer ever comes back."""
    BLACKHOLE = "blackhole"
    """Taken, and then nothing: neither way."""


SPOILED = tuple(fate for fate in Fate if fate is not Fate.CLEAN)


@dataclass(slots=True, kw_only=True)
class Weather:
    """How bad it is now; changed while the proxy runs."""

    badness: float = 0.0
    """The chance of a connection to be spoiled."""
    fates: tuple[Fate, ...] = SPOILED
    late_seconds: float = 0.2
    drip_seconds: float = 0.01
    most_bytes: int = 4_000
    """An answer is cut somewhere before so many bytes."""


class ChaosProxy:
    """Passes connections on to one port, and spoils some of them."""

    def __init__(self, target: int, seed: int) -> None:
        self.weather = Weather()
        self.fates: list[Fate] = []
        """What became of each connection, in order."""
        self._target = target
        self._rng = Random(seed)
        self._running: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> int:
        """Listen on loopback; return the port."""
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """End every connection."""
        self._server.close()
        self.cut()
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._server.wait_closed()

    def cut(self) -> None:
        """Reset every connection that is open now, the streams too."""
        for writer in list(self._writers):
            _reset(writer)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        self._writers.add(writer)
        try:
            await self._serve(reader, writer)
        except OSError:
            return
        finally:
            self._running.discard(task)
            self._writers.discard(writer)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fate = self._draw()
        self.fates.append(fate)
        if fate is Fate.REFUSED:
            _reset(writer)
            return
        if fate is Fate.BLACKHOLE:
            await _swallow(reader)
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.add(back)
        try:
            await self._pass_on(fate, (reader, back), (there, writer))
        finally:
            self._writers.discard(back)
            back.close()

    async def _pass_on(self, fate: Fate, request: "Way", answer: "Way") -> None:
        """Carry both ways until either has ended."""
        late = self.weather.late_seconds if fate is Fate.LATE else 0.0
        ways = [
            asyncio.create_task(_carry(*request, late)),
            asyncio.create_task(self._answer(fate, answer, late)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _answer(self, fate: Fate, way: "Way", late: float) -> None:
        reader, writer = way
        match fate:
            case Fate.HALF_OPEN:
                await _swallow(reader)
                await asyncio.Event().wait()
            case Fate.RESET | Fate.TRUNCATED:
                left = self._rng.randint(1, self.weather.most_bytes)
                while left > 0 and (said := await reader.read(left)):
                    left -= len(said)
                    writer.write(said)
                    await writer.drain()
                if fate is Fate.RESET:
                    _reset(writer)
            case Fate.DRIPPED:
                while said := await reader.read(1):
                    await asyncio.sleep(self.weather.drip_seconds)
                    writer.write(said)
                    await writer.drain()
            case _:
                await _carry(reader, writer, late)

    def _draw(self) -> Fate:
        weather = self.weather
        if self._rng.random() >= weather.badness:
            return Fate.CLEAN
        return self._rng.choice(weather.fates)


Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late: float) -> None:
    with contextlib.suppress(OSError):
        while said := await reader.read(CHUNK):
            if late:
                await asyncio.sleep(late)
            writer.write(said)
            await writer.drain()


async def _swallow(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(CHUNK):
            pass


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    writer.transport.abort()
