"""What every HTTP answer has in common: keys, rate limit, headers, errors, and the journal."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from console.venue.faults.misbehaviour import Cut, misbehave
from console.venue.floor import Floor
from console.venue.journal import RequestSeen
from console.venue.keys import NO_PAIR, Pair, pair_in
from console.venue.trading.ids import new_digits
from console.venue.trading.members import ASKING
from console.venue.trading.rejections import Rejection

FLOOR: web.AppKey[Floor] = web.AppKey("floor", Floor)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
STREAMS: web.AppKey[dict[str, Handler]] = web.AppKey("streams", dict)
"""The websockets by path: news has a page and a stream at one address."""

TOO_LARGE = web.RequestKey("too_large", bool)
"""A request whose body was not read, since it is larger than the venue takes."""

DATA_PATHS = ("/v2/stocks", "/v1beta1/", "/v1beta3/", "/v1/")
KEYLESS = "/v1beta3/crypto/"
CONTROL_PATH = "/control"
WRITES = ("POST", "PATCH", "PUT", "DELETE")
TRADING_PATHS = ("/v2/orders", "/v2/positions")

log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


def answer(data: Any, status: int = 200) -> web.Response:
    """Return JSON."""
    return web.Response(
        body=_encode(data), status=status, content_type="application/json", charset="utf-8"
    )


def floor_of(request: web.Request) -> Floor:
    """Return the floor a request is served on."""
    return request.app[FLOOR]


async def read_body(request: web.Request) -> dict[str, Any]:
    """Return a request's JSON object; numbers keep every digit they were written with.

    Raises:
        Rejection: when it is not an object, or larger than any order.
    """
    if TOO_LARGE in request:
        raise Rejection(413, 41310000, "request body is too large")
    try:
        body = _decode(await request.text() or "{}")
    except (ValueError, RecursionError, LookupError):
        raise Rejection(400, 40010000, "request body format is invalid") from None
    if not isinstance(body, dict):
        raise Rejection(400, 40010000, "request body format is invalid")
    return body


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_decode = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse).decode


@web.middleware
async def envelope(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Journal, admit, serve, and word whatever goes wrong as Alpaca does."""
    pair = pair_in(request.headers)
    ASKING.set(pair[0] or "")
    if request.path.startswith(CONTROL_PATH):
        return await _guarded(request, handler)
    floor = floor_of(request)
    if is_stream(request):
        stream = request.app[STREAMS].get(request.path, handler)
        return await misbehave(request, floor.faults, None, lambda: stream(request))
    seen = await _journaled(request, floor)
    response = await misbehave(
        request, floor.faults, seen, lambda: _admitted(request, pair, handler)
    )
    if not isinstance(response, Cut):
        floor.journal.answered(seen, response.status)
    return response


async def _admitted(request: web.Request, pair: Pair, handler: Handler) -> web.StreamResponse:
    floor = floor_of(request)
    allowance = floor.rate_limit.spend(floor.members.asking_id)
    if allowance.is_spent:
        response: web.StreamResponse = _too_many(request)
    elif not floor.keys.fit(*pair) and not _needs_no_keys(request, pair):
        response = answer({"message": "unauthorized."}, 401)
    else:
        response = await _guarded(request, handler)
    response.headers["X-Request-ID"] = new_digits()
    response.headers.update(allowance.headers)
    return response


def _needs_no_keys(request: web.Request, pair: Pair) -> bool:
    """Whether a request without keys is served: the history of coins is public at Alpaca."""
    return request.path.startswith(KEYLESS) and pair == NO_PAIR


def is_stream(request: web.Request) -> bool:
    """Whether a request opens a websocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


async def _journaled(request: web.Request, floor: Floor) -> RequestSeen:
    body = await _body_text(request)
    return floor.journal.arrived(
        method=request.method,
        path=request.path,
        query=request.query_string,
        body=body,
        client_order_id=_client_order_id(body) or request.query.get("client_order_id"),
    )


async def _body_text(request: web.Request) -> str:
    if not request.can_read_body:
        return ""
    try:
        return (await request.read()).decode(errors="replace")
    except web.HTTPRequestEntityTooLarge:
        request[TOO_LARGE] = True
        return ""


def _client_order_id(body: str) -> str | None:
    if "client_order_id" not in body:
        return None
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    named = found.get("client_order_id") if isinstance(found, Mapping) else None
    return named if isinstance(named, str) else None


async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await _served(request, handler)
    except Rejection as rejection:
        return answer(_worded(request, rejection), rejection.status)
    except web.HTTPException as error:
        return _http_error(request, error)
    except Exception:  # the boundary: a bug here must not close the client's connection
        log.exception("the venue could not answer %s %s", request.method, request.path)
        return answer({"code": 50010000, "message": "internal server error occurred"}, 500)


async def _served(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method not in WRITES or not request.path.startswith(TRADING_PATHS):
        return await handler(request)
    await floor_of(request).hours_known()
    return await handler(request)


def _worded(request: web.Request, rejection: Rejection) -> dict[str, Any]:
    if is_data(request):
        return {"message": rejection.message}
    return rejection.body


def _http_error(request: web.Request, error: web.HTTPException) -> web.Response:
    if error.status == web.HTTPNotFound.status_code:
        message = "endpoint not found."
    else:
        message = error.reason.lower()
    if is_data(request):
        return answer({"message": message}, error.status)
    return answer({"code": error.status * 100_000 + 10_000, "message": message}, error.status)


def _too_many(request: web.Request) -> web.Response:
    if is_data(request):
        return answer({"message": "too many requests."}, 429)
    return answer({"code": 42910000, "message": "rate limit exceeded"}, 429)


def is_data(request: web.Request) -> bool:
    """Whether a request asks the market-data API."""
    return request.path.startswith(DATA_PATHS)
