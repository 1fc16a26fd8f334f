"""What goes wrong with a request and its answer when a fault strikes it.

The journal stays the truth: it has noted the request before any of this, and says which
faults struck. Latencies add up; of the other faults that match, the first one decides.
"""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from console.venue.faults.orders import (
    Answer,
    Drip,
    Effective,
    Garbage,
    Hang,
    Latency,
    OfAnswers,
    Oversize,
    Refuse,
    Reset,
    Truncate,
)
from console.venue.faults.standing import Faults, Standing
from console.venue.journal import RequestSeen

GARBAGE_BYTES = 512
LOOK_SECONDS = 0.1
RATE_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
RATE_LIMITED = 429
NO_LINGER = struct.pack("ii", 1, 0)
HTML = "<html><head><title>{status}</title></head><body><h1>{status} Error</h1></body></html>"


class Cut(web.Response):
    """What stands for an answer that the client never gets."""


CarryOut = Callable[[], Awaitable[web.StreamResponse]]


async def misbehave(
    request: web.Request, faults: Faults, seen: RequestSeen | None, carry_out: CarryOut
) -> web.StreamResponse:
    """Answer a request as the faults that strike it say; without any, as it should be."""
    struck = faults.of_route(request.method, request.path) if faults else []
    if not struck:
        return await carry_out()
    if seen:
        seen.faults = tuple(standing.id for standing in struck)
    await _wait(struck, is_before=True)
    return await _answered(request, struck, carry_out, may_take_effect=seen is not None)


async def _answered(
    request: web.Request, struck: Sequence[Standing], carry_out: CarryOut, *, may_take_effect: bool
) -> web.StreamResponse:
    decisive = next((s for s in struck if isinstance(s.rule, OfAnswers)), None)
    if decisive is None:
        response = await carry_out()
        await _wait(struck, is_before=False)
        return response
    rule = decisive.rule
    is_carried_out = may_take_effect and (not isinstance(rule, Effective) or rule.effect)
    response = await carry_out() if is_carried_out else web.Response()
    await _wait(struck, is_before=False)
    return await _spoiled(request, decisive, response)


async def _wait(struck: Sequence[Standing], *, is_before: bool) -> None:
    seconds = sum(
        standing.seconds(standing.rule.seconds, standing.rule.jitter)
        for standing in struck
        if isinstance(standing.rule, Latency) and standing.rule.before is is_before
    )
    if seconds:
        await asyncio.sleep(seconds)


async def _spoiled(  # noqa: PLR0911 - one line a fault
    request: web.Request, standing: Standing, response: web.StreamResponse
) -> web.StreamResponse:
    """Return the answer a fault makes of the true one; what ends a connection ends it here."""
    body = bytes(response.body or b"") if isinstance(response, web.Response) else b""  # type: ignore[arg-type]
    match standing.rule:
        case Refuse():
            _end(request)
            return Cut()
        case Reset():
            reset(request)
            return Cut()
        case Hang():
            await _until_gone(request)
            return Cut()
        case Answer() as rule:
            return _other(rule, response)
        case Garbage():
            return _with_body(response, standing.rng.randbytes(GARBAGE_BYTES))
        case Oversize() as rule:
            return _with_body(response, body.ljust(rule.bytes))
        case Truncate() as rule:
            return await _truncated(request, response, body, rule)
        case Drip() as rule:
            return await _dripped(request, response, body, rule)
    return response


def _end(request: web.Request) -> None:
    if request.transport:
        request.transport.close()


def reset(request: web.Request) -> None:
    """Reset a request's connection: the client sees ECONNRESET, not an end of file."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()


async def _until_gone(request: web.Request) -> None:
    while (transport := request.transport) and not transport.is_closing():  # noqa: ASYNC110 - aiohttp tells nobody
        await asyncio.sleep(LOOK_SECONDS)


def _other(rule: Answer, response: web.StreamResponse) -> web.Response:
    if rule.html:
        made = web.Response(
            text=HTML.format(status=rule.status), status=rule.status, content_type="text/html"
        )
    else:
        made = web.json_response(
            {"code": rule.status * 100_000 + 10_000, "message": _message(rule.status)},
            status=rule.status,
        )
    kept = {k: v for k, v in response.headers.items() if k.startswith("X-")}
    made.headers.update(kept)
    if rule.status == RATE_LIMITED and rule.rate_headers:
        resets_at = str(int(time.time()) + 60)
        made.headers.update(zip(RATE_HEADERS, ("200", "0", resets_at), strict=True))
    elif rule.status == RATE_LIMITED:
        for name in RATE_HEADERS:
            made.headers.pop(name, None)
    if rule.retry_after is not None:
        made.headers["Retry-After"] = str(rule.retry_after)
    return made


def _message(status: int) -> str:
    if status == RATE_LIMITED:
        return "rate limit exceeded"
    return web.Response(status=status).reason.lower() or "error"


def _with_body(response: web.StreamResponse, body: bytes) -> web.Response:
    made = web.Response(body=body, status=response.status, content_type="application/json")
    made.headers.update({k: v for k, v in response.headers.items() if k.startswith("X-")})
    return made


async def _truncated(
    request: web.Request, response: web.StreamResponse, body: bytes, rule: Truncate
) -> web.StreamResponse:
    sent = body[: len(body) // 2 if rule.bytes is None else rule.bytes]
    made = await _begun(request, response, len(body))
    await made.write(sent)
    _end(request)
    return made


async def _dripped(
    request: web.Request, response: web.StreamResponse, body: bytes, rule: Drip
) -> web.StreamResponse:
    made = await _begun(request, response, len(body))
    with contextlib.suppress(ConnectionError):
        for place in range(len(body)):
            await made.write(body[place : place + 1])
            await asyncio.sleep(rule.seconds)
    return made


async def _begun(
    request: web.Request, response: web.StreamResponse, length: int
) -> web.StreamResponse:
    made = web.StreamResponse(status=response.status)
    made.headers.update({k: v for k, v in response.headers.items() if k.startswith("X-")})
    made.content_type = "application/json"
    made.content_length = length
    await made.prepare(request)
    return made
