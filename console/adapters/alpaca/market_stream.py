"""Alpaca's stock stream: live quotes and trades, kept alive and handed over in batches."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from alpaca.data.live.stock import StockDataStream
from websockets.exceptions import ConnectionClosed

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.handover import Handover
from console.adapters.alpaca.keeper import Keeper
from console.adapters.alpaca.outages import PASSING, StreamLost, outage
from console.adapters.alpaca.outside import plain
from console.adapters.alpaca.sockets import PHASE_SECONDS, WEBSOCKET_PARAMS, phase, reason
from console.adapters.alpaca.stream_frames import Frames, Message
from console.adapters.system_clock import SystemClock
from console.domain.connections import Link
from console.ports import Clock, Tick

MOST_WAITING = 500_000
"""Ticks kept for a desk that is busy; beyond it the oldest are let go."""
_SEND_SECONDS = 5.0
_FULL = 405
"""The error of a stream that takes no more symbols."""
_CHANNELS = ("quotes", "trades")


class AlpacaMarketStream:
    """The MarketStream port over an unmodified alpaca-py, in a thread of its own."""

    def __init__(
        self,
        access: AlpacaAccess,
        *,
        clock: Clock | None = None,
        phase_seconds: float = PHASE_SECONDS,
    ) -> None:
        self._access = access
        self._clock = clock or SystemClock()
        self._phase_seconds = phase_seconds
        self._symbols = set[str]()
        self._connection: _StockConnection | None = None
        self._keeper: Keeper | None = None

    @property
    def bad(self) -> int:
        """How many messages could not be read."""
        return 0 if self._connection is None else self._connection.frames.bad

    @property
    def heard(self) -> int:
        """How many quotes and trades came."""
        return 0 if self._connection is None else self._connection.frames.good

    def start(
        self,
        on_ticks: Callable[[Sequence[Tick]], None],
        on_link: Callable[[Link, str], None],
    ) -> None:
        """Begin to listen; both callbacks run on the event loop that called this."""
        if self._keeper is not None:
            raise RuntimeError("the market stream has been started already")
        handover = Handover(asyncio.get_running_loop(), on_ticks, MOST_WAITING)

        def report(link: Link, detail: str) -> None:
            handover.call(on_link, link, detail)

        self._connection = _StockConnection(
            self._access, self._clock, self._phase_seconds, handover.put, report
        )
        self._connection.want(self._symbols)
        self._keeper = Keeper("alpaca market stream", self._connection, report)
        self._keeper.want(bool(self._symbols))

    async def subscribe(self, symbols: Sequence[str]) -> None:
        """Also stream these symbols; those that cannot be sent now are when it is connected."""
        self._symbols |= set(symbols)
        await self._tell(_StockConnection.subscribe, symbols)

    async def unsubscribe(self, symbols: Sequence[str]) -> None:
        """Stop streaming these symbols."""
        self._symbols -= set(symbols)
        await self._tell(_StockConnection.unsubscribe, symbols)

    async def reconnect(self) -> None:
        """Drop the connection, which has gone mute, and connect anew."""
        if self._keeper is not None:
            self._keeper.reconnect()

    async def stop(self) -> None:
        """End the stream and its thread."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            await keeper.stop()

    async def _tell(self, change: Callable[..., Any], symbols: Sequence[str]) -> None:
        if self._keeper is None or self._connection is None or not symbols:
            return
        self._keeper.want(bool(self._symbols))
        await self._keeper.run(change(self._connection, sorted(symbols)), _SEND_SECONDS * 2)


class _StockConnection(StockDataStream):
    """One connection after another of alpaca-py's stock stream; lives in the keeper's loop."""

    _ws: Any

    def __init__(
        self,
        access: AlpacaAccess,
        clock: Clock,
        phase_seconds: float,
        put: Callable[[Sequence[Tick]], None],
        report: Callable[[Link, str], None],
    ) -> None:
        super().__init__(
            access.key,
            access.secret,
            raw_data=True,
            websocket_params=WEBSOCKET_PARAMS,
            url_override=access.market_stream_url,
        )
        self.frames = Frames()
        self._now = clock.now
        self._phase_seconds = phase_seconds
        self._put = put
        self._report = report
        self._is_answered = False
        self._is_subscribed = False
        self._is_full = False

    def want(self, symbols: Sequence[str] | set[str]) -> None:
        """Note the symbols that every connection subscribes to."""
        for channel in _CHANNELS:
            self._handlers[channel].update(dict.fromkeys(symbols, _unused))

    async def subscribe(self, symbols: Sequence[str]) -> None:
        """Want these symbols too, and say so if connected."""
        self.want(symbols)
        if self._is_subscribed:
            await self._send(self._change("subscribe", symbols))

    async def unsubscribe(self, symbols: Sequence[str]) -> None:
        """Want these symbols no more, and say so if connected."""
        for channel in _CHANNELS:
            for symbol in symbols:
                self._handlers[channel].pop(symbol, None)
        if self._is_subscribed:
            await self._send(self._change("unsubscribe", symbols))

    async def open(self) -> None:
        """Connect, authenticate, subscribe, each within its time."""
        limit = self._phase_seconds
        await phase("the connection", self._connect(), limit)
        await phase("authentication", self._authenticate(), limit)
        await phase("subscription", self._subscribe_all(), limit)

    async def read(self) -> None:
        """Read frames until the connection ends."""
        if self._is_full:
            self._report(Link.LIVE, str(outage(_FULL, "")))
        try:
            while True:
                self._take(await self._ws.recv())
        except ConnectionClosed as closed:
            raise StreamLost(reason(closed)) from None

    async def shut(self) -> None:
        """Close the socket."""
        self._is_subscribed = self._is_full = False
        await self.close()

    async def _authenticate(self) -> None:
        try:
            await self._auth()
        except ValueError as refused:
            raise outage(None, plain(str(refused))) from None

    async def _subscribe_all(self) -> None:
        """Subscribe to what is wanted, and again when that changed before the answer came."""
        while not self._is_subscribed:
            asked = self._wanted()
            await self._answered(self._send_subscribe_msg())
            if self._is_full:
                await self._subscribe_what_fits()
            if dropped := sorted(asked - self._wanted()):
                await self._send(self._change("unsubscribe", dropped))
            self._is_subscribed = self._wanted() <= asked

    async def _subscribe_what_fits(self) -> None:
        """Ask for fewer at a time until the stream is full; what was wanted first comes first."""
        left = list(self._handlers[_CHANNELS[0]])
        size = len(left) // 2
        while left and size:
            self._is_full = False
            await self._answered(self._change("subscribe", left[:size]))
            if self._is_full:
                size //= 2
            else:
                left = left[size:]
        self._is_full = bool(left)

    async def _answered(self, question: Awaitable[None]) -> None:
        self._is_answered = False
        await question
        while not self._is_answered:
            self._take(await self._ws.recv())

    async def _change(self, action: str, symbols: Sequence[str]) -> None:
        """Name these alone: beyond its limit the stream refuses a question as a whole."""
        channels = {channel: list(symbols) for channel in _CHANNELS}
        await self._ws.send(msgspec.msgpack.encode({"action": action, **channels}))

    def _wanted(self) -> frozenset[str]:
        return frozenset(self._handlers[_CHANNELS[0]])

    async def _send(self, message: Any) -> None:
        """Send, unless the connection is just being lost: the next one subscribes to all."""
        socket = self._ws
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await message
        except ConnectionClosed:
            self._is_subscribed = self._is_subscribed and self._ws is not socket
        except TimeoutError:
            # What was not wholly sent is not known to be asked for: only a new connection is.
            socket.transport.abort()

    def _take(self, frame: bytes | str) -> None:
        messages = self.frames.messages(frame)
        for said in messages:
            if said.kind == "error":
                self._refused(said)
            elif said.kind == "subscription":
                self._is_answered = True
        self._put(self.frames.ticks(messages, self._now()))

    def _refused(self, said: Message) -> None:
        lost = outage(said.code, plain(said.msg))
        if said.code == _FULL and not self._is_subscribed and not self._is_answered:
            self._is_full = self._is_answered = True
            return
        if said.code not in PASSING or not self._is_subscribed:
            raise lost
        self._report(Link.LIVE, str(lost))


async def _unused(_: object) -> None:
    """Stand in alpaca-py's table of handlers, which is here only its list of symbols."""
