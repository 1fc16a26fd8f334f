"""Alpaca's trading stream: what happens to our orders, kept alive and handed over in order."""

import asyncio
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from alpaca.trading.stream import TradingStream
from websockets.exceptions import ConnectionClosed

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.executions import trade_update
from console.adapters.alpaca.handover import Handover
from console.adapters.alpaca.keeper import Keeper
from console.adapters.alpaca.outages import StreamLost, outage
from console.adapters.alpaca.outside import plain
from console.adapters.alpaca.sockets import PHASE_SECONDS, WEBSOCKET_PARAMS, phase, reason
from console.domain.connections import Link
from console.domain.events import FillBooked, OrderUpdated

Update = OrderUpdated | FillBooked

_UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError)


class AlpacaTradingStream:
    """The TradingStream port over an unmodified alpaca-py, in a thread of its own."""

    def __init__(
        self,
        access: AlpacaAccess,
        *,
        is_ours: Callable[[str], bool],
        phase_seconds: float = PHASE_SECONDS,
    ) -> None:
        self._access = access
        self._is_ours = is_ours
        self._phase_seconds = phase_seconds
        self._connection: _TradingConnection | None = None
        self._keeper: Keeper | None = None

    @property
    def bad(self) -> int:
        """How many messages could not be read."""
        return 0 if self._connection is None else self._connection.bad

    def start(
        self,
        on_updates: Callable[[Sequence[Update]], None],
        on_link: Callable[[Link, str], None],
    ) -> None:
        """Begin to listen; both callbacks run on the event loop that called this."""
        if self._keeper is not None:
            raise RuntimeError("the trading stream has been started already")
        handover = Handover(asyncio.get_running_loop(), on_updates)

        def report(link: Link, detail: str) -> None:
            handover.call(on_link, link, detail)

        self._connection = _TradingConnection(
            self._access, self._is_ours, self._phase_seconds, handover.put
        )
        self._keeper = Keeper("alpaca trading stream", self._connection, report)
        self._keeper.want(is_wanted=True)

    async def reconnect(self) -> None:
        """Drop the connection and connect anew."""
        if self._keeper is not None:
            self._keeper.reconnect()

    async def stop(self) -> None:
        """End the stream and its thread."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            await keeper.stop()


class _TradingConnection(TradingStream):
    """One connection after another of alpaca-py's trading stream; lives in the keeper's loop."""

    _ws: Any
    _trade_updates_handler: Any

    def __init__(
        self,
        access: AlpacaAccess,
        is_ours: Callable[[str], bool],
        phase_seconds: float,
        put: Callable[[Sequence[Update]], None],
    ) -> None:
        super().__init__(
            access.key,
            access.secret,
            raw_data=True,
            websocket_params=WEBSOCKET_PARAMS,
            url_override=access.trading_stream_url,
        )
        self.bad = 0
        self._is_ours = is_ours
        self._phase_seconds = phase_seconds
        self._put = put
        self._is_listening = False
        self._trade_updates_handler = _unused

    async def open(self) -> None:
        """Connect, authenticate, listen, each within its time."""
        limit = self._phase_seconds
        await phase("the connection", self._connect(), limit)  # type: ignore[no-untyped-call] # alpaca-py's
        await phase("authentication", self._authenticate(), limit)
        await phase("subscription", self._listen(), limit)

    async def read(self) -> None:
        """Read frames until the connection ends."""
        try:
            while True:
                self._take(await self._ws.recv())
        except ConnectionClosed as closed:
            raise StreamLost(reason(closed)) from None

    async def shut(self) -> None:
        """Close the socket."""
        self._is_listening = False
        await self.close()

    async def _authenticate(self) -> None:
        try:
            await self._auth()  # type: ignore[no-untyped-call] # alpaca-py's
        except ValueError as refused:
            if str(refused) != "failed to authenticate":
                raise
            raise outage(402, "") from None

    async def _listen(self) -> None:
        await self._subscribe_trade_updates()
        while not self._is_listening:
            self._take(await self._ws.recv())

    def _take(self, frame: bytes | str) -> None:
        """Read one frame; a bad one is counted and passed over."""
        try:
            said = json.loads(frame, parse_float=Decimal)
            stream = said.get("stream")
            if stream == "trade_updates":
                self._put(trade_update(said, self._is_ours))
            elif stream == "listening":
                self._is_listening = "trade_updates" in said["data"]["streams"]
            elif said.get("action") == "error":
                raise StreamLost(f"the stream reported: {_error_words(said)}")
        except _UNREADABLE:
            self.bad += 1


def _error_words(said: dict[str, Any]) -> str:
    data = said.get("data")
    words = plain(data.get("error_message")) if isinstance(data, dict) else ""
    return words or "an error without words"


async def _unused(_: object) -> None:
    """Stand for alpaca-py's handler, without which it does not listen."""
