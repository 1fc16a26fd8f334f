"""Alpaca's stock stream: live quotes and trades, kept alive and handed over in batches."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

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
        new = set(symbols) - self._symbols
        self._symbols |= new
        await self._tell(_StockConnection.subscribe, new)

    async def unsubscribe(self, symbols: Sequence[str]) -> None:
        """Stop streaming these symbols."""
        old = set(symbols) & self._symbols
        self._symbols -= old
        await self._tell(_StockConnection.unsubscribe, old)

    async def reconnect(self) -> None:
        """Drop the connection, which has gone mute, and connect anew."""
        if self._keeper is not None:
            await self._keeper.reconnect()

    async def stop(self) -> None:
        """End the stream and its thread."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            await keeper.stop()

    async def _tell(self, change: Callable[..., Any], symbols: set[str]) -> None:
        if self._keeper is None or self._connection is None or not symbols:
            return
        await self._keeper.run(change(self._connection, sorted(symbols)), _SEND_SECONDS * 2)
        self._keeper.want(bool(self._symbols))


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

    def want(self, symbols: Sequence[str] | set[str]) -> None:
        """Note the symbols that every connection subscribes to."""
        for channel in _CHANNELS:
            self._handlers[channel].update(dict.fromkeys(symbols, _unused))

    async def subscribe(self, symbols: Sequence[str]) -> None:
        """Want these symbols too, and say so if connected."""
        self.want(symbols)
        if self._is_subscribed:
            await self._send(self._send_subscribe_msg())

    async def unsubscribe(self, symbols: Sequence[str]) -> None:
        """Want these symbols no more, and say so if connected."""
        for channel in _CHANNELS:
            for symbol in symbols:
                self._handlers[channel].pop(symbol, None)
        if self._is_subscribed:
            await self._drop(symbols)

    async def open(self) -> None:
        """Connect, authenticate, subscribe, each within its time."""
        limit = self._phase_seconds
        await phase("the connection", self._connect(), limit)
        await phase("authentication", self._authenticate(), limit)
        await phase("subscription", self._subscribe_all(), limit)

    async def read(self) -> None:
        """Read frames until the connection ends."""
        try:
            while True:
                self._take(await self._ws.recv())
        except ConnectionClosed as closed:
            raise StreamLost(reason(closed)) from None

    async def shut(self) -> None:
        """Close the socket."""
        self._is_subscribed = False
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
            self._is_answered = False
            await self._send_subscribe_msg()
            while not self._is_answered:
                self._take(await self._ws.recv())
            await self._drop(sorted(asked - self._wanted()))
            self._is_subscribed = self._wanted() <= asked

    def _wanted(self) -> frozenset[str]:
        return frozenset(self._handlers[_CHANNELS[0]])

    async def _drop(self, symbols: Sequence[str]) -> None:
        for channel in _CHANNELS:
            await self._send(self._send_unsubscribe_msg(channel, list(symbols)))

    async def _send(self, message: Any) -> None:
        """Send, unless the connection is just being lost: the next one subscribes to all."""
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await message
        except ConnectionClosed:
            self._is_subscribed = False
        except TimeoutError:
            # What was not wholly sent is not known to be asked for: only a new connection is.
            self._is_subscribed = False
            self._ws.transport.abort()

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
        if said.code not in PASSING or not self._is_subscribed:
            raise lost
        self._report(Link.LIVE, str(lost))


async def _unused(_: object) -> None:
    """Stand in alpaca-py's table of handlers, which is here only its list of symbols."""
