"""What all routes of market data have in common: symbols, the stretch of time, and pages."""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, TypeVar

from aiohttp import web

from console.venue.rest.paging import Page, page, place_of
from console.venue.rest.queries import choice_of, limit_of, symbols_of, time_of
from console.venue.rest.service import answer, floor_of
from console.venue.trading.rejections import BAD_SHAPE, Rejection
from console.venue.wire.timestamps import (
    is_date,
    new_york,
    new_york_midnight,
    utc_date,
)

DEFAULT_POINTS = 1_000
MOST_POINTS = 10_000
CURRENCY = "USD"
FEEDS = ("sip", "iex", "otc", "boats")
LATEST_FEEDS = ("sip", "iex", "otc", "boats", "delayed_sip", "overnight")

ONE_DAY = timedelta(days=1)

T = TypeVar("T")
Json = dict[str, Any]

_SYMBOL = re.compile(r"[A-Z0-9]+([./-][A-Z0-9]+)*")


def rejected(message: str) -> Rejection:
    """Refuse a request for data (400)."""
    return Rejection(400, BAD_SHAPE, message)


def check_syntax(symbol: str) -> None:
    """Check that a symbol could be one.

    Raises:
        Rejection: when it could not.
    """
    if not _SYMBOL.fullmatch(symbol):
        raise rejected(f"invalid symbol: {symbol[:32]}")


def symbols_among(request: web.Request, known: Collection[str]) -> list[str]:
    """Return the known symbols asked for; what is not known is left out, as Alpaca does.

    Raises:
        Rejection: when none is named, or one could not be a symbol.
    """
    named = symbols_of(request)
    if not named:
        raise rejected("symbols is required")
    for symbol in named:
        check_syntax(symbol)
    return [symbol for symbol in named if symbol in known]


def symbol_in_path(request: web.Request) -> str:
    """Return the symbol a path names, in capitals.

    Raises:
        Rejection: when it could not be one.
    """
    symbol = request.match_info["symbol"].strip().upper()
    check_syntax(symbol)
    return symbol


def listed_in_path(request: web.Request) -> list[str]:
    """Return the symbol of the path as a list: empty when it is not listed.

    Raises:
        Rejection: when it could not be a symbol.
    """
    symbol = symbol_in_path(request)
    return [symbol] if symbol in floor_of(request).listings else []


def check_source(request: web.Request, feeds: tuple[str, ...]) -> str:
    """Return the feed asked for, having looked at the currency and the as-of date too.

    All feeds tell the same market.

    Raises:
        Rejection: when one of them is not to be had.
    """
    feed = choice_of(request, "feed", feeds)
    currency = request.query.get("currency") or CURRENCY
    if currency.upper() != CURRENCY:
        raise rejected(f"currency {currency[:16]} is not supported")
    asof = request.query.get("asof")
    if asof and asof != "-" and not is_date(asof):
        raise rejected(f"invalid asof: {asof[:32]}")
    return feed


def span_of_time(
    request: web.Request, midnight: Callable[[date], int] = new_york_midnight
) -> tuple[int, int]:
    """Return start and end: the day so far unless asked otherwise; dates are whole days.

    Args:
        request: with `start` and `end` in its query, or not.
        midnight: when a day begins.

    Raises:
        Rejection: when one is no time, or the end is before the start.
    """
    now = floor_of(request).now
    start, end = time_of(request, "start"), time_of(request, "end")
    if start is not None and is_date(request.query["start"]):
        start = midnight(utc_date(start))
    if end is None:
        end = now
    elif is_date(request.query["end"]):
        end = midnight(utc_date(end) + ONE_DAY) - 1
    if start is None:
        start = midnight(new_york(end).date())
    if end < start:
        raise rejected("end should not be before start")
    return start, end


def pages(
    request: web.Request, symbols: Sequence[str], read: Callable[[str], Sequence[T]]
) -> Page[T]:
    """Return the page asked for of what `read` gives of each symbol, oldest first."""
    return page(
        symbols,
        read,
        at=attrgetter("at"),
        limit=limit_of(request, default=DEFAULT_POINTS, most=MOST_POINTS),
        begin=place_of(request.query.get("page_token")),
        is_descending=choice_of(request, "sort", ("asc", "desc")) == "desc",
    )


def answer_pages(
    name: str, found: Page[T], shape: Callable[[str, T], Json], **more: str
) -> web.Response:
    """Return points by symbol."""
    told = {symbol: [shape(symbol, p) for p in ps] for symbol, ps in found.points.items()}
    return answer({name: told, "next_page_token": token_of(found), **more})


def answer_page(
    name: str, symbol: str, found: Page[T], shape: Callable[[str, T], Json]
) -> web.Response:
    """Return the points of one symbol."""
    told = [shape(symbol, point) for point in found.points.get(symbol, [])]
    body = {name: told, "symbol": symbol, "next_page_token": token_of(found), "currency": CURRENCY}
    return answer(body)


def token_of(found: Page[T]) -> str | None:
    """Return what the client sends for the next page, or None at the end."""
    return found.next_place.token() if found.next_place else None
