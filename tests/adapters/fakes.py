"""An Alpaca that answers as it is told, byte for byte."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from console.adapters.alpaca.access import AlpacaAccess

ORDER: dict[str, Any] = {
    "id": "61e69015-8549-4bfd-b9c3-01e75843f47d",
    "client_order_id": "kc-1",
    "created_at": "2026-10-08T14:30:00.1Z",
    "updated_at": "2026-10-08T14:30:00.123456789Z",
    "submitted_at": "2026-10-08T14:30:00.1Z",
    "symbol": "AAPL",
    "qty": "10",
    "filled_qty": "0",
    "filled_avg_price": None,
    "side": "buy",
    "type": "limit",
    "order_class": "",
    "time_in_force": "day",
    "limit_price": "190.1",
    "stop_price": None,
    "status": "new",
    "legs": None,
}


def ours(client_order_id: str) -> bool:
    return client_order_id.startswith("kc-")


def access(http: int = 1, stream: int = 1) -> AlpacaAccess:
    return AlpacaAccess(
        key="PKTEST",
        secret="canary-secret",
        trading_url=f"http://127.0.0.1:{http}",
        data_url=f"http://127.0.0.1:{http}",
        stream_url=f"ws://127.0.0.1:{stream}",
        trading_stream_url=f"ws://127.0.0.1:{stream}/stream",
    )


def answer(status: int, body: object = None, *, headers: str = "") -> bytes:
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    content = text.encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n{headers}"
    return f"{head}Content-Type: application/json; charset=utf-8\r\n\r\n".encode() + content


Reply = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FakeAlpaca:
    """Answers each request with the next reply of its script; the last one stays."""

    script: list[bytes | Reply] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    def written(self, method: str) -> int:
        return sum(line.startswith(method) for line, _ in self.requests)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    (
                        int(h.split(":")[1])
                        for h in head.split("\r\n")
                        if h.lower().startswith("content-length")
                    ),
                    0,
                )
                body = (await reader.readexactly(length)).decode()
                self.requests.append((head.split("\r\n")[0], body))
                reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if isinstance(reply, bytes):
                    writer.write(reply)
                    await writer.drain()
                else:
                    await reply(head, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def until(happened: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 - a test polls what has no event
            await asyncio.sleep(0.01)
