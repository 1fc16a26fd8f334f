"""The market-data websocket: authentication, subscriptions, and the fan-out of ticks.

Frames are JSON text, or msgpack when the handshake's `Content-Type` asks for it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from console.venue.faults.conversation import StreamClosed, StreamFaults
from console.venue.faults.disturbance import Disturbance
from console.venue.faults.orders import Moment
from console.venue.faults.standing import Faults, Stream
from console.venue.keys import Keys
from console.venue.markets.market import QuoteTick
from console.venue.streams.feeds import Asset, Feed, asset_of
from console.venue.streams.outbox import Outbox, cut_off, without_deflating
from console.venue.streams.subscriptions import (
    BarTold,
    Batch,
    Encoding,
    Frame,
    Notice,
    Signature,
    Subscription,
    SubscriptionRefused,
    Told,
    control_frame,
)
from console.venue.wire.market import Tapes

AUTH_SECONDS = 10.0
LARGEST_MESSAGE = 1024 * 1024
SLOW_CLIENT = 407

ERRORS = {
    400: "invalid syntax",
    401: "not authenticated",
    402: "auth failed",
    403: "already authenticated",
    404: "auth timeout",
    405: "symbol limit exceeded",
    406: "connection limit exceeded",
    407: "slow client",
    408: "v2 not enabled",
    409: "insufficient subscription",
    410: "invalid subscribe action for this feed",
    411: "insufficient scope",
    412: "option messages are only available in MsgPack format",
    413: "star subscription is not allowed for option quotes",
    500: "internal error",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRules:
    """What the data stream allows; Alpaca's limits depend on the plan."""

    has_one_connection: bool = False
    """Whether a second connection to a feed is refused with 406."""
    symbol_limit: int | None = None
    """How many symbols a channel may have; more are refused with 405."""
    auth_seconds: float = AUTH_SECONDS
    """How long a client may take to sign in; after that it is told 404."""


class DataClient:
    """One connection: what it may hear and what it wants to hear."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, feed: Feed, rules: StreamRules
    ) -> None:
        self.is_msgpack = "msgpack" in request.headers.get("Content-Type", "")
        self.socket = socket
        self.feed = feed
        self.encoding = Encoding.MSGPACK if self.is_msgpack else Encoding.JSON
        self.outbox = Outbox(
            socket,
            cut_off=cut_off(request),
            last_words=control_frame(self.encoding, error_message(SLOW_CLIENT)),
            is_text=not self.is_msgpack,
        )
        self.subscription = Subscription(feed, symbol_limit=rules.symbol_limit)
        self.is_authenticated = False

    def tell(self, message: dict[str, Any]) -> None:
        """Send a control message."""
        self.outbox.put(control_frame(self.encoding, message))

    def tell_error(self, code: int, message: str | None = None) -> None:
        """Send one of the stream's errors."""
        self.tell(error_message(code, message))


def error_message(code: int, message: str | None = None) -> dict[str, Any]:
    """Return one of the stream's errors, in its usual words unless others are given."""
    words = message or ERRORS.get(code, "internal error")
    return {"T": "error", "code": code, "msg": words}


class DataHub:
    """Everybody who listens to market data."""

    def __init__(
        self, *, keys: Keys, faults: Faults, tapes: Tapes, rules: StreamRules | None = None
    ) -> None:
        self._keys = keys
        self._faults = StreamFaults(faults, Stream.DATA)
        self._rules = rules or StreamRules()
        self._tapes = tapes
        self._clients: set[DataClient] = set()
        self._disturbance: Disturbance[Told] = Disturbance(
            stream=Stream.DATA, faults=faults, about=_about, send=self._send
        )
        self._handlers: dict[str, Callable[[DataClient, dict[str, Any]], None]] = {
            "auth": self._auth,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
        }

    @property
    def clients(self) -> tuple[DataClient, ...]:
        """Everybody who has signed in."""
        return tuple(self._clients)

    def has_listeners(self, asset: Asset) -> bool:
        """Whether anybody listens to a feed that tells of something."""
        return any(asset in client.feed.tells for client in self._clients)

    def wanted(self, asset: Asset, channel: str) -> set[str]:
        """Return the symbols that are listened to on the feeds that tell of something."""
        of_asset = (c.subscription for c in self._clients if asset in c.feed.tells)
        return set[str]().union(*(subscription.symbols(channel) for subscription in of_asset))

    def publish(self, told: Sequence[Told]) -> None:
        """Tell everybody what they asked to hear."""
        if not told or not self._clients:
            return
        if not self._faults.are_on:
            self._send(told)
            return
        self._faults.spoil_events(self._clients)
        self._disturbance.pass_on(told)

    def _send(self, told: Sequence[Told]) -> None:
        batches: dict[frozenset[Asset], Batch] = {}
        frames: dict[tuple[frozenset[Asset], Encoding, Signature], list[Frame]] = {}
        for client in [*self._clients]:
            tells, signature = client.feed.tells, client.subscription.signature
            if tells not in batches:
                batches[tells] = Batch([t for t in told if _asset(t) in tells], self._tapes)
            key = (tells, client.encoding, signature)
            if key not in frames:
                frames[key] = batches[tells].frames(client.encoding, signature)
            for frame in frames[key]:
                client.outbox.put(frame)

    def serving(self, feed: Feed) -> Handler:
        """Return the handler of a feed's address."""

        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, feed)

        return serve

    async def _serve(self, request: web.Request, feed: Feed) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE)
        await socket.prepare(request)
        without_deflating(socket)
        client = DataClient(request, socket, feed, self._rules)
        sender = asyncio.create_task(client.outbox.send_all())
        try:
            await self._converse(client, request)
        except StreamClosed:
            with contextlib.suppress(ConnectionError):
                await client.outbox.flush()
        finally:
            self._clients.discard(client)
            sender.cancel()
            await socket.close(code=client.outbox.end_code)
        return socket

    async def _converse(self, client: DataClient, request: web.Request) -> None:
        if not self._faults.spoil(client, Moment.CONNECT):
            client.tell({"T": "success", "msg": "connected"})
        if client.feed.is_msgpack_only and not client.is_msgpack:
            client.tell_error(412)
            raise StreamClosed
        if self._keys.are_in(request.headers):
            self._welcome(client)
        try:
            async with asyncio.timeout(self._rules.auth_seconds) as patience:
                if client.is_authenticated:
                    patience.reschedule(None)
                async for message in client.socket:
                    self._hear(client, message)
                    if client.is_authenticated:
                        patience.reschedule(None)
        except TimeoutError:
            client.tell_error(404)
            raise StreamClosed from None

    def _hear(self, client: DataClient, message: Any) -> None:
        request = _read(message)
        action = request.get("action")
        handle = self._handlers.get(action) if isinstance(action, str) else None
        if handle is None:
            client.tell_error(400)
            return
        handle(client, request)

    def _welcome(self, client: DataClient) -> None:
        if self._rules.has_one_connection and any(c.feed is client.feed for c in self._clients):
            client.tell_error(406)
            raise StreamClosed
        if not self._faults.spoil(client, Moment.AUTH):
            client.tell({"T": "success", "msg": "authenticated"})
        client.is_authenticated = True
        self._clients.add(client)

    def _auth(self, client: DataClient, request: dict[str, Any]) -> None:
        if client.is_authenticated:
            client.tell_error(403)
            return
        if not self._keys.fit(request.get("key"), request.get("secret")):
            client.tell_error(402)
            raise StreamClosed
        self._welcome(client)

    def _subscribe(self, client: DataClient, request: dict[str, Any]) -> None:
        self._change(client, client.subscription.add, request)

    def _unsubscribe(self, client: DataClient, request: dict[str, Any]) -> None:
        self._change(client, client.subscription.remove, request)

    def _change(
        self,
        client: DataClient,
        change: Callable[[dict[str, Any]], None],
        request: dict[str, Any],
    ) -> None:
        if not client.is_authenticated:
            client.tell_error(401)
            return
        try:
            change(request)
        except SubscriptionRefused as refusal:
            client.tell_error(refusal.code)
            return
        if not self._faults.spoil(client, Moment.SUBSCRIBE):
            client.tell(client.subscription.as_json())

    async def close(self) -> None:
        """End every connection."""
        await asyncio.gather(*(client.outbox.close() for client in self._clients))


def _asset(told: Told) -> Asset:
    return told.asset if type(told) is Notice else asset_of(told.symbol)


def _about(told: Told) -> tuple[str, str]:
    """Return symbol and type, as faults name them."""
    if isinstance(told, BarTold):
        return told.symbol, told.letter
    if isinstance(told, Notice):
        return told.symbol, str(told.message.get("T"))
    return told.symbol, "q" if isinstance(told, QuoteTick) else "t"


def _read(message: Any) -> dict[str, Any]:
    """Return what a client sent, in either encoding; what is no object is an empty one."""
    try:
        if message.type is WSMsgType.TEXT or message.data[:1] == b"{":
            request = msgspec.json.decode(message.data)
        else:
            request = msgspec.msgpack.decode(message.data)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}
