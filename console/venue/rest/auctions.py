"""Routes of auctions: the official opening and closing prices of past sessions.

The market holds no auctions, so these are the first and the last regular print of
each day whose minutes are known, as the primary exchange would mark them; no size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from console.domain.market import Timeframe
from console.venue.floor import Floor
from console.venue.rest.data_pages import (
    CURRENCY,
    Json,
    answer_page,
    answer_pages,
    check_source,
    listed_in_path,
    pages,
    span_of_time,
    symbol_in_path,
    symbols_among,
)
from console.venue.rest.paging import Page
from console.venue.rest.service import floor_of
from console.venue.trading.hours import TradingDay
from console.venue.wire.timestamps import DAY, MINUTE, rfc3339_seconds

SIP = ("sip",)
PRIMARY = {"NASDAQ": "Q", "NYSE": "N", "ARCA": "P", "NYSEARCA": "P", "AMEX": "A", "BATS": "Z"}
OFFICIAL_OPEN, OFFICIAL_CLOSE = "Q", "M"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One day's official prices; None while the session has not closed."""

    at: int
    day: TradingDay
    open: float
    close: float | None


async def auctions_of_many(request: web.Request) -> web.Response:
    """Return the auctions of several stocks."""
    check_source(request, SIP)
    floor = floor_of(request)
    found = await _sessions(request, symbols_among(request, floor.listings))
    return answer_pages("auctions", found, _shape(floor), currency=CURRENCY)


async def auctions_of_one(request: web.Request) -> web.Response:
    """Return the auctions of one stock."""
    check_source(request, SIP)
    floor = floor_of(request)
    found = await _sessions(request, listed_in_path(request))
    return answer_page("auctions", symbol_in_path(request), found, _shape(floor))


async def _sessions(request: web.Request, symbols: Sequence[str]) -> Page[Session]:
    floor = floor_of(request)
    start, end = span_of_time(request)
    days = [
        day
        for day in await floor.calendar.days()
        if day.closes_at > start and day.opens_at <= min(end, floor.now)
    ]
    return pages(request, symbols, lambda symbol: _of_symbol(floor, symbol, days))


def _of_symbol(floor: Floor, symbol: str, days: Sequence[TradingDay]) -> list[Session]:
    if not days:
        return []
    first, last = days[0].opens_at, days[-1].closes_at
    minutes = floor.market.bars(symbol, Timeframe.MIN_1, first, min(last, floor.now))
    known = [d for d in days if minutes and d.opens_at >= minutes[0].at - DAY]
    return [session for day in known if (session := _session(day, minutes, floor.now))]


def _session(day: TradingDay, minutes: Sequence[Any], now: int) -> Session | None:
    regular = [bar for bar in minutes if day.opens_at <= bar.at < day.closes_at]
    if not regular:
        return None
    close = regular[-1].close if now >= day.closes_at + MINUTE else None
    return Session(at=day.opens_at, day=day, open=regular[0].open, close=close)


def _shape(floor: Floor) -> Any:
    def told(symbol: str, session: Session) -> Json:
        exchange = PRIMARY.get(floor.listings[symbol].exchange, "N")

        def auction(condition: str, price: float, at: int) -> Json:
            return {"c": condition, "p": price, "t": rfc3339_seconds(at), "x": exchange}

        day = session.day
        closing = session.close
        return {
            "d": day.day.isoformat(),
            "o": [auction(OFFICIAL_OPEN, session.open, day.opens_at)],
            "c": [] if closing is None else [auction(OFFICIAL_CLOSE, closing, day.closes_at)],
        }

    return told
