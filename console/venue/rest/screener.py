"""Routes of the screener: what the venue's own market traded and moved today.

Before the session of the real exchange has opened, the last one is shown.
"""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from console.domain.market import Timeframe
from console.venue.floor import Floor
from console.venue.markets.market import MarketBar
from console.venue.rest.crypto import coins_of
from console.venue.rest.data_pages import rejected
from console.venue.rest.queries import choice_of, limit_of
from console.venue.rest.service import answer, floor_of
from console.venue.wire.timestamps import DAY, new_york, rfc3339

MOST_ACTIVE, MOST_MOVERS, USUAL = 100, 50, 10
MARKET_TYPES = ("stocks", "crypto")


async def most_actives(request: web.Request) -> web.Response:
    """Return the stocks with the most volume or trades."""
    floor = floor_of(request)
    measure = choice_of(request, "by", ("volume", "trades"))
    top = limit_of(request, default=USUAL, most=MOST_ACTIVE, name="top")
    days = await _days(floor)
    active: list[dict[str, Any]] = [
        {"symbol": symbol, "volume": bars[-1].volume, "trade_count": bars[-1].trade_count}
        for symbol, bars in days.items()
    ]
    active.sort(key=lambda row: row["volume" if measure == "volume" else "trade_count"])
    return answer({"most_actives": active[::-1][:top], "last_updated": rfc3339(floor.now)})


async def movers(request: web.Request) -> web.Response:
    """Return what has gained and lost most since the previous close."""
    floor = floor_of(request)
    kind = request.match_info["market_type"].lower()
    if kind not in MARKET_TYPES:
        raise rejected(f"invalid market_type: {kind[:16]}")
    top = limit_of(request, default=USUAL, most=MOST_MOVERS, name="top")
    days = await _days(floor) if kind == "stocks" else _coin_days(floor)
    moves = [_move(symbol, bars) for symbol, bars in days.items() if len(bars) > 1]
    moves.sort(key=lambda move: move["percent_change"])
    told = {
        "gainers": [move for move in moves[::-1] if move["change"] > 0][:top],
        "losers": [move for move in moves if move["change"] < 0][:top],
        "market_type": kind,
        "last_updated": rfc3339(floor.now),
    }
    return answer(told)


def _move(symbol: str, bars: Sequence[Any]) -> dict[str, Any]:
    before, price = bars[-2].close, bars[-1].close
    change = price - before
    return {
        "symbol": symbol,
        "price": price,
        "change": round(change, 4),
        "percent_change": round(100 * change / before, 2),
    }


async def _days(floor: Floor) -> dict[str, Sequence[MarketBar]]:
    """Return the newest daily bars of every stock, the session shown last."""
    await floor.hours_known()
    now = floor.now
    end = now
    if floor.has_real_hours:
        opened = [day.opens_at for day in await floor.calendar.days() if day.opens_at <= now]
        if opened and new_york(opened[-1]).date() != new_york(now).date():
            end = opened[-1]
    read = {
        symbol: floor.market.bars(symbol, Timeframe.DAY_1, now - 10 * DAY, end)
        for symbol in floor.listings
    }
    return {symbol: bars for symbol, bars in read.items() if bars}


def _coin_days(floor: Floor) -> dict[str, Sequence[Any]]:
    coins = coins_of(floor)
    return {pair: coins.days(pair, floor.now - 2 * DAY, floor.now) for pair in coins.pairs}
