"""How alpaca-py's streams open their websockets here, and how a wait in them is bounded."""

from asyncio import timeout
from collections.abc import Awaitable
from typing import Any, TypeVar

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.legacy.client import WebSocketClientProtocol
from websockets.legacy.exceptions import InvalidStatusCode, RedirectHandshake

from console.adapters.alpaca.outages import StreamLost

PHASE_SECONDS = 10.0
_LARGEST_FRAME = 16 * 2**20
_UNAUTHORIZED = (401, 403)
_TOO_MANY = 429

T = TypeVar("T")


class _Straight(WebSocketClientProtocol):
    """Follows no redirect: the keys go where they were meant to go."""

    async def handshake(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super().handshake(*args, **kwargs)
        except RedirectHandshake:
            raise WebSocketException("a redirect") from None


WEBSOCKET_PARAMS: dict[str, Any] = {
    "create_protocol": _Straight,
    "ping_interval": 10,
    "ping_timeout": 10,
    "max_queue": 4096,
    "max_size": _LARGEST_FRAME,
    "open_timeout": PHASE_SECONDS,
    "close_timeout": 0.2,
    "compression": None,
}


async def phase(name: str, work: Awaitable[T], seconds: float) -> T:
    """Do one step of a handshake within its time; whatever goes wrong is a StreamLost."""
    try:
        async with timeout(seconds):
            return await work
    except StreamLost:
        raise
    except TimeoutError:
        raise StreamLost(f"the stream went mute during {name}") from None
    except (OSError, WebSocketException) as error:
        raise StreamLost(reason(error), is_standing=_is_standing(error)) from None
    except (AttributeError, LookupError, TypeError, ValueError):
        raise StreamLost(f"the stream broke its protocol during {name}") from None


def reason(error: Exception) -> str:
    """Return what ended a connection, in words for the trader."""
    if isinstance(error, ConnectionClosed):
        return "the connection was closed"
    if isinstance(error, InvalidStatus | InvalidStatusCode):
        return f"the stream refused the connection (HTTP {_http_status(error)})"
    if isinstance(error, ConnectionRefusedError):
        return "nobody answers at the stream's address"
    if isinstance(error, OSError):
        return f"the stream cannot be reached ({error.strerror or type(error).__name__})"
    return f"the stream did not open ({error})"


def _is_standing(error: Exception) -> bool:
    return _http_status(error) in (*_UNAUTHORIZED, _TOO_MANY)


def _http_status(error: Exception) -> int | None:
    if isinstance(error, InvalidStatusCode):
        return error.status_code
    return error.response.status_code if isinstance(error, InvalidStatus) else None
