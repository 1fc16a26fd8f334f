"""Routes of crypto data: bars, quotes, trades, latest, order books and snapshots of two pairs."""

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, TypeVar

from aiohttp import web

from console.venue.floor import Floor
from console.venue.markets.coin_book import levels
from console.venue.markets.coins import HISTORY, CoinBar, CoinPrint, Coins
from console.venue.markets.timeframes import HOUR, bar_span
from console.venue.rest.data_pages import (
    DEFAULT_POINTS,
    MOST_POINTS,
    Json,
    answer_pages,
    pages,
    rejected,
    span_of_time,
    symbols_among,
)
from console.venue.rest.paging import place_of
from console.venue.rest.queries import choice_of, limit_of
from console.venue.rest.service import answer, floor_of
from console.venue.wire.market import bar_json
from console.venue.wire.timestamps import DAY, MINUTE, new_york, rfc3339

LOCATIONS = ("us", "us-1", "us-2", "eu-1", "bs-1")

T = TypeVar("T")
_TIMEFRAME = re.compile(r"(\d{1,2})([A-Za-z]+)")


def coins_of(floor: Floor) -> Coins:
    """Return the coins of a floor."""
    return floor.shelf.get(Coins, Coins)


def _pairs(request: web.Request) -> list[str]:
    """Return the known pairs asked for.

    Raises:
        Rejection: when the location is unknown, or none is named.
    """
    location = request.match_info["loc"].lower()
    if location not in LOCATIONS:
        raise rejected(f"invalid location: {location[:16]}")
    return symbols_among(request, coins_of(floor_of(request)).pairs)


def _window(request: web.Request, pair: str, step: int) -> tuple[int, int]:
    """Return the stretch one page can need of a pair whose points come at least every `step`."""
    start, end = span_of_time(request)
    now = floor_of(request).now
    start, end = max(start, now - HISTORY), min(end, now)
    begin = place_of(request.query.get("page_token"))
    at = begin.at if begin and begin.symbol == pair else None
    reach = (limit_of(request, default=DEFAULT_POINTS, most=MOST_POINTS) + 2) * step
    if choice_of(request, "sort", ("asc", "desc")) == "desc":
        end = end if at is None else min(end, at)
        return max(start, end - reach), end
    start = start if at is None else max(start, at)
    return start, min(end, start + reach)


async def bars(request: web.Request) -> web.Response:
    """Return bars of several pairs."""
    pairs = _pairs(request)
    text = request.query.get("timeframe", "").strip()
    match = _TIMEFRAME.fullmatch(text)
    if match is None or bar_span(text) is None:
        raise rejected(f"invalid timeframe: {text[:32]}")
    count, unit = int(match[1]), match[2][0]
    is_short = match[2] in ("Min", "T", "Hour", "H")
    step = count * (MINUTE if match[2] in ("Min", "T") else HOUR)

    def read(pair: str) -> Sequence[CoinBar]:
        coins, now = coins_of(floor_of(request)), floor_of(request).now
        if is_short:
            return coins.bars(pair, step, *_window(request, pair, step), now)
        start, end = span_of_time(request)
        days = coins.days(pair, max(start, now - HISTORY), now)
        return [day for day in _grouped(days, count, unit) if start <= day.at <= end]

    found = pages(request, pairs, read)
    return answer_pages("bars", found, lambda _pair, bar: bar_json(bar))


def _grouped(days: Sequence[CoinBar], count: int, unit: str) -> list[CoinBar]:
    """Return days brought together into weeks or months."""
    if unit == "D":
        return [*days]

    def key(day: CoinBar) -> tuple[int, int]:
        on = new_york(day.at + DAY // 2).date()
        if unit == "W":
            return on.isocalendar()[:2]
        return on.year, (on.month - 1) // count

    return [_together([*group]) for _, group in groupby(days, key)]


def _together(days: Sequence[CoinBar]) -> CoinBar:
    volume = sum(day.volume for day in days)
    return CoinBar(
        days[0].at,
        days[0].open,
        max(day.high for day in days),
        min(day.low for day in days),
        days[-1].close,
        round(volume, 9),
        sum(day.trade_count for day in days),
        round(sum(day.vwap * day.volume for day in days) / volume, 6),
    )


def _prints(request: web.Request, name: str, shape: Callable[[CoinPrint], Json]) -> web.Response:
    pairs, coins = _pairs(request), coins_of(floor_of(request))
    found = pages(request, pairs, lambda p: coins.prints(p, *_window(request, p, MINUTE)))
    return answer_pages(name, found, lambda _pair, told: shape(told))


async def quotes(request: web.Request) -> web.Response:
    """Return quotes of several pairs."""
    return _prints(request, "quotes", quote_json)


async def trades(request: web.Request) -> web.Response:
    """Return trades of several pairs."""
    return _prints(request, "trades", trade_json)


def _latest(request: web.Request, name: str, read: Callable[[str], Json]) -> web.Response:
    return answer({name: {pair: read(pair) for pair in _pairs(request)}})


async def latest_quotes(request: web.Request) -> web.Response:
    """Return the standing quotes."""
    floor = floor_of(request)
    return _latest(
        request, "quotes", lambda pair: quote_json(coins_of(floor).last(pair, floor.now))
    )


async def latest_trades(request: web.Request) -> web.Response:
    """Return the last trades."""
    floor = floor_of(request)
    return _latest(
        request, "trades", lambda pair: trade_json(coins_of(floor).last(pair, floor.now))
    )


async def latest_bars(request: web.Request) -> web.Response:
    """Return the newest minute bars."""
    floor = floor_of(request)
    return _latest(request, "bars", lambda pair: bar_json(_minute(floor, pair)))


async def latest_orderbooks(request: web.Request) -> web.Response:
    """Return what stands on either side of the market."""
    floor = floor_of(request)
    return _latest(
        request, "orderbooks", lambda pair: book_json(coins_of(floor).last(pair, floor.now))
    )


async def snapshots(request: web.Request) -> web.Response:
    """Return everything that is known of several pairs now."""
    floor = floor_of(request)
    return _latest(request, "snapshots", lambda pair: _snapshot(floor, pair))


def _minute(floor: Floor, pair: str) -> CoinBar:
    now = floor.now
    return coins_of(floor).bars(pair, MINUTE, now - 3 * MINUTE, now, now)[-1]


def _snapshot(floor: Floor, pair: str) -> Json:
    now = floor.now
    last = coins_of(floor).last(pair, now)
    before, today = coins_of(floor).days(pair, now - DAY, now)[-2:]
    return {
        "latestTrade": trade_json(last),
        "latestQuote": quote_json(last),
        "minuteBar": bar_json(_minute(floor, pair)),
        "dailyBar": bar_json(today),
        "prevDailyBar": bar_json(before),
    }


def quote_json(told: CoinPrint) -> Json:
    """Return the quote a print met."""
    return {
        "t": rfc3339(told.at),
        "bp": told.bid,
        "bs": told.bid_size,
        "ap": told.ask,
        "as": told.ask_size,
    }


def trade_json(told: CoinPrint) -> Json:
    """Return a print as REST tells it."""
    return {
        "t": rfc3339(told.at),
        "p": told.price,
        "s": told.size,
        "tks": "B" if told.is_buy else "S",
        "i": told.id,
    }


def book_json(told: CoinPrint) -> dict[str, Any]:
    """Return levels on either side, each further out by the spread and twice as deep."""
    bids, asks = levels(told)
    return {
        "t": rfc3339(told.at),
        "b": [{"p": price, "s": size} for price, size in bids],
        "a": [{"p": price, "s": size} for price, size in asks],
    }
