"""The trading websocket: order events as they happen, JSON in binary frames."""

import asyncio
import contextlib
import os
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from console.venue.faults.conversation import StreamClosed, StreamFaults
from console.venue.faults.disturbance import Disturbance
from console.venue.faults.orders import Moment
from console.venue.faults.standing import Faults, Stream
from console.venue.keys import Keys, pair_in
from console.venue.streams.outbox import Outbox, cut_off, without_deflating
from console.venue.trading.ids import new_id
from console.venue.trading.orders import OrderEvent
from console.venue.wire.trading import event_json

Message = tuple[OrderEvent, bytes, str]
"""An event, its frame, and the key of the account it belongs to."""

UNAUTHORIZED = (401, 402)
TRADE_UPDATES = "trade_updates"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_to_json = msgspec.json.Encoder().encode


def new_event_id() -> str:
    """Return a ULID: it sorts by time."""
    value = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


class TradingClient:
    """One connection: whether it may hear order events and does."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        words = _to_json(_error("slow client"))
        self.outbox = Outbox(socket, cut_off=cut_off(request), last_words=words)
        self.is_msgpack = False
        self.is_authorized = False
        self.key = ""
        self.hears_updates = False

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message."""
        self.outbox.put(_to_json(message))

    def tell_error(self, code: int, message: str | None = None) -> None:
        """Refuse to sign it in (401, 402), or send an error in words."""
        if code in UNAUTHORIZED and message is None:
            self.tell(_authorization(is_authorized=False))
            return
        self.tell(_error(message or f"error {code}"))


class TradingHub:
    """Everybody who listens to the account's orders."""

    def __init__(self, *, keys: Keys, faults: Faults) -> None:
        self._keys = keys
        self._faults = StreamFaults(faults, Stream.TRADING)
        self._clients: set[TradingClient] = set()
        self._disturbance: Disturbance[Message] = Disturbance(
            stream=Stream.TRADING, faults=faults, about=_about, send=self._send
        )

    def publish(self, event: OrderEvent, key: str) -> None:
        """Tell everybody who listens with an account's key of an order event."""
        if not event.is_told or not self._listeners:
            return
        data = event_json(event, event_id=new_event_id(), execution_id=new_id())
        message = (event, _to_json({"stream": TRADE_UPDATES, "data": data}), key)
        if not self._faults.are_on:
            self._send([message])
            return
        self._faults.spoil_events(self._listeners)
        self._disturbance.pass_on([message])

    @property
    def _listeners(self) -> list[TradingClient]:
        return [client for client in self._clients if client.hears_updates]

    def _send(self, messages: Sequence[Message]) -> None:
        for client in self._listeners:
            for _, frame, key in messages:
                if client.key == key:
                    client.outbox.put(frame)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        without_deflating(socket)
        client = TradingClient(request, socket)
        if self._keys.are_in(request.headers):
            client.is_authorized, client.key = True, pair_in(request.headers)[0] or ""
        self._clients.add(client)
        sender = asyncio.create_task(client.outbox.send_all())
        try:
            await self._converse(client, socket)
            with contextlib.suppress(ConnectionError):
                await client.outbox.flush()
        finally:
            self._clients.discard(client)
            sender.cancel()
            with contextlib.suppress(ConnectionError):
                await socket.close(code=client.outbox.end_code)
        return socket

    async def _converse(self, client: TradingClient, socket: web.WebSocketResponse) -> None:
        with contextlib.suppress(StreamClosed):
            self._faults.spoil(client, Moment.CONNECT)
            async for message in socket:
                if not self._hear(client, message):
                    return

    def _hear(self, client: TradingClient, message: Any) -> bool:
        """Answer one message; False when the connection is over."""
        request = _read(message)
        action = request.get("action")
        if action in ("authenticate", "auth"):
            return self._authenticate(client, request)
        if not client.is_authorized:
            client.tell(_authorization(is_authorized=False))
            return False
        if action == "listen":
            self._listen(client, request)
            return True
        client.tell(_error("invalid action"))
        return True

    def _authenticate(self, client: TradingClient, request: dict[str, Any]) -> bool:
        data = request.get("data")
        pair = data if isinstance(data, dict) else {}
        key = pair.get("key_id", request.get("key"))
        client.is_authorized = self._keys.fit(key, pair.get("secret_key", request.get("secret")))
        client.key = str(key) if client.is_authorized else ""
        if not self._faults.spoil(client, Moment.AUTH):
            client.tell(_authorization(is_authorized=client.is_authorized))
        return client.is_authorized

    def _listen(self, client: TradingClient, request: dict[str, Any]) -> None:
        data = request.get("data")
        named = data.get("streams") if isinstance(data, dict) else None
        listed = named if isinstance(named, list) else []
        streams = [name for name in listed if name == TRADE_UPDATES]
        client.hears_updates = bool(streams)
        if not self._faults.spoil(client, Moment.SUBSCRIBE):
            client.tell({"stream": "listening", "data": {"streams": streams}})

    async def close(self) -> None:
        """End every connection."""
        await asyncio.gather(*(client.outbox.close() for client in self._clients))


def _about(message: Message) -> tuple[str, str]:
    """Return symbol and type, as faults name them."""
    event, _, _ = message
    return event.order.terms.symbol, event.kind.value


def _error(words: str) -> dict[str, Any]:
    return {"action": "error", "data": {"error_message": words}}


def _authorization(*, is_authorized: bool) -> dict[str, Any]:
    """Return the answer to both ways of signing in, which calls both of them authenticate."""
    status = "authorized" if is_authorized else "unauthorized"
    return {"stream": "authorization", "data": {"status": status, "action": "authenticate"}}


def _read(message: Any) -> dict[str, Any]:
    """Return what a client sent; what is no JSON object is an empty one."""
    if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
        return {}
    try:
        request = msgspec.json.decode(message.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}
