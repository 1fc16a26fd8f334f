"""The trading websocket: order events as they happen, JSON in binary frames."""

import asyncio
import contextlib
import os
import time
from typing import Any
from uuid import uuid4

import msgspec
from aiohttp import WSMsgType, web

from console.venue.faults import Faults, Stream
from console.venue.keys import Keys
from console.venue.orders import OrderEvent
from console.venue.outbox import Outbox, cut_off
from console.venue.wire import event_json

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
        self.outbox = Outbox(socket, cut_off=cut_off(request))
        self.is_authorized = False
        self.hears_updates = False

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message."""
        self.outbox.put(_to_json(message))


class TradingHub:
    """Everybody who listens to the account's orders."""

    def __init__(self, *, keys: Keys, faults: Faults) -> None:
        self._keys = keys
        self._faults = faults
        self._clients: set[TradingClient] = set()

    def publish(self, event: OrderEvent) -> None:
        """Tell everybody of an order event."""
        listeners = [client for client in self._clients if client.hears_updates]
        if not listeners or not event.is_told or Stream.TRADING in self._faults.muted:
            return
        data = event_json(event, event_id=new_event_id(), execution_id=str(uuid4()))
        frame = _to_json({"stream": TRADE_UPDATES, "data": data})
        for client in listeners:
            client.outbox.put(frame)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        client = TradingClient(request, socket)
        self._clients.add(client)
        sender = asyncio.create_task(client.outbox.send_all())
        try:
            async for message in socket:
                if not self._hear(client, message):
                    break
            with contextlib.suppress(ConnectionError):
                await client.outbox.flush()
        finally:
            self._clients.discard(client)
            sender.cancel()
            with contextlib.suppress(ConnectionError):
                await socket.close()
        return socket

    def _hear(self, client: TradingClient, message: Any) -> bool:
        """Answer one message; False when the connection is over."""
        request = _read(message)
        action = request.get("action")
        if action in ("authenticate", "auth"):
            return self._authenticate(client, request)
        if not client.is_authorized:
            client.tell(_authorization(is_authorized=False, action="listen"))
            return False
        if action == "listen":
            self._listen(client, request)
            return True
        client.tell({"action": "error", "data": {"error_message": "invalid action"}})
        return True

    def _authenticate(self, client: TradingClient, request: dict[str, Any]) -> bool:
        data = request.get("data")
        pair = data if isinstance(data, dict) else {}
        client.is_authorized = self._keys.fit(
            pair.get("key_id", request.get("key")), pair.get("secret_key", request.get("secret"))
        )
        client.tell(
            _authorization(is_authorized=client.is_authorized, action=str(request["action"]))
        )
        return client.is_authorized

    def _listen(self, client: TradingClient, request: dict[str, Any]) -> None:
        data = request.get("data")
        named = data.get("streams") if isinstance(data, dict) else None
        listed = named if isinstance(named, list) else []
        streams = [name for name in listed if name == TRADE_UPDATES]
        client.hears_updates = bool(streams)
        client.tell({"stream": "listening", "data": {"streams": streams}})

    async def close(self) -> None:
        """End every connection."""
        await asyncio.gather(*(client.outbox.close() for client in self._clients))


def _authorization(*, is_authorized: bool, action: str) -> dict[str, Any]:
    status = "authorized" if is_authorized else "unauthorized"
    return {"stream": "authorization", "data": {"status": status, "action": action}}


def _read(message: Any) -> dict[str, Any]:
    """Return what a client sent; what is no JSON object is an empty one."""
    if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
        return {}
    try:
        request = msgspec.json.decode(message.data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return request if isinstance(request, dict) else {}
