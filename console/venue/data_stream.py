"""The market-data websocket: authentication, subscriptions, and the fan-out of ticks.

Frames are JSON text, or msgpack when the handshake's `Content-Type` asks for it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from console.venue.faults import Faults, Stream
from console.venue.keys import Keys
from console.venue.outbox import Outbox, cut_off
from console.venue.subscriptions import (
    Batch,
    Encoding,
    Frame,
    Signature,
    Subscription,
    Told,
    control_frame,
)
from console.venue.wire_market import Tapes

AUTH_SECONDS = 10.0
LARGEST_MESSAGE = 1024 * 1024

ERRORS = {
    400: "invalid syntax",
    401: "not authenticated",
    402: "auth failed",
    403: "already authenticated",
    404: "auth timeout",
    405: "symbol limit exceeded",
    406: "connection limit exceeded",
    407: "slow client",
    409: "insufficient subscription",
    410: "invalid subscribe action for this feed",
    500: "internal error",
}


class StreamClosed(Exception):  # noqa: N818 - an end, not a mistake
    """The venue ends this connection."""


class DataClient:
    """One connection: what it may hear and what it wants to hear."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        is_msgpack = "msgpack" in request.headers.get("Content-Type", "")
        self.socket = socket
        self.encoding = Encoding.MSGPACK if is_msgpack else Encoding.JSON
        self.outbox = Outbox(socket, cut_off=cut_off(request))
        self.subscription = Subscription()
        self.is_authenticated = False

    def tell(self, message: dict[str, Any]) -> None:
        """Send a control message."""
        self.outbox.put(control_frame(self.encoding, message))

    def tell_error(self, code: int) -> None:
        """Send one of the stream's errors."""
        self.tell({"T": "error", "code": code, "msg": ERRORS[code]})


class DataHub:
    """Everybody who listens to market data."""

    def __init__(self, *, keys: Keys, faults: Faults, tapes: Tapes) -> None:
        self._keys = keys
        self._faults = faults
        self._tapes = tapes
        self._clients: set[DataClient] = set()
        self._handlers: dict[str, Callable[[DataClient, dict[str, Any]], None]] = {
            "auth": self._auth,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
        }

    def publish(self, told: Sequence[Told]) -> None:
        """Tell everybody what they asked to hear."""
        if not told or not self._clients or Stream.DATA in self._faults.muted:
            return
        batch = Batch(told, self._tapes)
        frames: dict[tuple[Encoding, Signature], list[Frame]] = {}
        for client in [*self._clients]:
            key = (client.encoding, client.subscription.signature)
            if key not in frames:
                frames[key] = batch.frames(*key)
            for frame in frames[key]:
                client.outbox.put(frame)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(compress=False, max_msg_size=LARGEST_MESSAGE)
        await socket.prepare(request)
        client = DataClient(request, socket)
        sender = asyncio.create_task(client.outbox.send_all())
        try:
            await self._converse(client, request)
        except StreamClosed:
            with contextlib.suppress(ConnectionError):
                await client.outbox.flush()
        finally:
            self._clients.discard(client)
            sender.cancel()
            await socket.close()
        return socket

    async def _converse(self, client: DataClient, request: web.Request) -> None:
        client.tell({"T": "success", "msg": "connected"})
        if self._keys.are_in(request.headers):
            self._welcome(client)
        try:
            async with asyncio.timeout(AUTH_SECONDS) as patience:
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
        client.is_authenticated = True
        self._clients.add(client)
        client.tell({"T": "success", "msg": "authenticated"})

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
        except ValueError:
            client.tell_error(400)
            return
        client.tell(client.subscription.as_json())

    async def close(self) -> None:
        """End every connection."""
        await asyncio.gather(*(client.outbox.close() for client in self._clients))


def _read(message: Any) -> dict[str, Any]:
    """Return what a client sent, in either encoding; what is no object is an empty one."""
    try:
        if message.type is WSMsgType.TEXT or message.data[:1] == b"{":
            request = msgspec.json.decode(message.data)
        else:
            request = msgspec.msgpack.decode(message.data)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
        return {}
    return request if isinstance(request, dict) else {}
