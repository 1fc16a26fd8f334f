"""Routes of stock data: bars, quotes and trades of the past and the latest, snapshots."""

from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from console.domain.market import Timeframe
from console.venue.floor import Floor
from console.venue.markets.market import MarketBar, Tick
from console.venue.markets.timeframes import BarSpan, bar_span
from console.venue.rest.data_pages import (
    CURRENCY,
    FEEDS,
    LATEST_FEEDS,
    Json,
    answer_page,
    answer_pages,
    check_source,
    listed_in_path,
    pages,
    rejected,
    span_of_time,
    symbol_in_path,
    symbols_among,
)
from console.venue.rest.paging import Page
from console.venue.rest.queries import names_of
from console.venue.rest.service import answer, floor_of
from console.venue.trading.rejections import BAD_SHAPE, Rejection
from console.venue.wire.market import bar_json, quote_json, trade_json
from console.venue.wire.timestamps import DAY

ADJUSTMENTS = frozenset({"raw", "split", "dividend", "spin-off", "all"})
OTC = "OTC"

routes = web.RouteTableDef()


def _symbols(request: web.Request, feeds: tuple[str, ...] = FEEDS) -> list[str]:
    """Return the listed symbols asked for that the feed tells of."""
    feed = check_source(request, feeds)
    listings = floor_of(request).listings
    named = symbols_among(request, listings)
    return [symbol for symbol in named if feed != "otc" or listings[symbol].exchange == OTC]


def _listed(request: web.Request) -> list[str]:
    """Return the symbol of the path as a list: empty when it is not listed."""
    check_source(request, FEEDS)
    return listed_in_path(request)


def _bars(request: web.Request, symbols: Sequence[str]) -> Page[MarketBar]:
    floor = floor_of(request)
    text = request.query.get("timeframe", "").strip()
    span = bar_span(text)
    if span is None:
        raise rejected(f"invalid timeframe: {text[:32]}")
    adjust = _adjustment(request)
    start, end = span_of_time(request)
    return pages(
        request,
        symbols,
        lambda symbol: span.resample(adjust(symbol, _read_bars(floor, span, symbol, start, end))),
    )


def _read_bars(
    floor: Floor, span: BarSpan, symbol: str, start: int, end: int
) -> Sequence[MarketBar]:
    return floor.market.bars(symbol, span.source, start, min(end, floor.now))


def _adjustment(request: web.Request) -> Callable[[str, Sequence[MarketBar]], Sequence[MarketBar]]:
    """Return what is done to the bars of a symbol for the corporate actions asked for."""
    words = {word.lower() for word in names_of(request, "adjustment")} or {"raw"}
    for unknown in sorted(words - ADJUSTMENTS):
        raise rejected(f"invalid adjustment: {unknown[:32]}")
    if words == {"raw"}:
        return lambda _symbol, bars: bars
    # read only for those who ask: most charts are of raw prices
    from console.venue.markets.adjustments import adjusted, register_of  # noqa: PLC0415

    floor = floor_of(request)
    actions = register_of(floor)
    return lambda symbol, bars: adjusted(
        bars, actions.of(symbol), words, lambda at: _close_before(floor, symbol, at)
    )


def _close_before(floor: Floor, symbol: str, at: int) -> float | None:
    days = floor.market.bars(symbol, Timeframe.DAY_1, at - 10 * DAY, min(at - 1, floor.now))
    return days[-1].close if days else None


def _bar(_symbol: str, bar: MarketBar) -> Json:
    return bar_json(bar)


@routes.get("/v2/stocks/bars")
async def bars_of_many(request: web.Request) -> web.Response:
    """Return bars of several stocks."""
    return answer_pages("bars", _bars(request, _symbols(request)), _bar, currency=CURRENCY)


@routes.get("/v2/stocks/{symbol}/bars")
async def bars_of_one(request: web.Request) -> web.Response:
    """Return bars of one stock."""
    return answer_page("bars", symbol_in_path(request), _bars(request, _listed(request)), _bar)


def _seen(request: web.Request, kind: str, symbols: Sequence[str]) -> Page[Tick]:
    """Return quotes or trades from the bounded history of what was seen."""
    view = floor_of(request).view
    history = view.quote_history if kind == "quotes" else view.trade_history
    start, end = span_of_time(request)
    return pages(request, symbols, lambda symbol: history[symbol].between(start, end))


def _quote_shape(request: web.Request) -> Callable[[str, Any], Json]:
    tapes = floor_of(request).tapes
    return lambda symbol, tick: quote_json(tick, tapes.of(symbol))


def _trade_shape(request: web.Request) -> Callable[[str, Any], Json]:
    tapes = floor_of(request).tapes
    return lambda symbol, tick: trade_json(tick, tapes.of(symbol))


@routes.get("/v2/stocks/quotes")
async def quotes_of_many(request: web.Request) -> web.Response:
    """Return quotes of several stocks."""
    found = _seen(request, "quotes", _symbols(request))
    return answer_pages("quotes", found, _quote_shape(request), currency=CURRENCY)


@routes.get("/v2/stocks/{symbol}/quotes")
async def quotes_of_one(request: web.Request) -> web.Response:
    """Return quotes of one stock."""
    found = _seen(request, "quotes", _listed(request))
    return answer_page("quotes", symbol_in_path(request), found, _quote_shape(request))


@routes.get("/v2/stocks/trades")
async def trades_of_many(request: web.Request) -> web.Response:
    """Return trades of several stocks."""
    found = _seen(request, "trades", _symbols(request))
    return answer_pages("trades", found, _trade_shape(request), currency=CURRENCY)


@routes.get("/v2/stocks/{symbol}/trades")
async def trades_of_one(request: web.Request) -> web.Response:
    """Return trades of one stock."""
    found = _seen(request, "trades", _listed(request))
    return answer_page("trades", symbol_in_path(request), found, _trade_shape(request))


def latest_quote(floor: Floor, symbol: str) -> Json | None:
    """Return the standing quote, or None before the first."""
    tick = floor.view.quotes.get(symbol)
    return quote_json(tick, floor.tapes.of(symbol)) if tick else None


def latest_trade(floor: Floor, symbol: str) -> Json | None:
    """Return the last trade, or None before the first."""
    tick = floor.view.trades.get(symbol)
    return trade_json(tick, floor.tapes.of(symbol)) if tick else None


def latest_bar(floor: Floor, symbol: str) -> Json | None:
    """Return the last minute bar, or None before the first."""
    bar = floor.latest_bar(symbol, Timeframe.MIN_1)
    return bar_json(bar) if bar else None


LATEST: dict[str, tuple[str, Callable[[Floor, str], Json | None]]] = {
    "quotes": ("quote", latest_quote),
    "trades": ("trade", latest_trade),
    "bars": ("bar", latest_bar),
}


@routes.get("/v2/stocks/{kind:quotes|trades|bars}/latest")
async def latest_of_many(request: web.Request) -> web.Response:
    """Return the newest quote, trade or bar of several stocks."""
    floor = floor_of(request)
    kind = request.match_info["kind"]
    read = LATEST[kind][1]
    told = {symbol: read(floor, symbol) for symbol in _symbols(request, LATEST_FEEDS)}
    return answer({kind: {s: x for s, x in told.items() if x}, "currency": CURRENCY})


@routes.get("/v2/stocks/{symbol}/{kind:quotes|trades|bars}/latest")
async def latest_of_one(request: web.Request) -> web.Response:
    """Return the newest quote, trade or bar of one stock."""
    floor = floor_of(request)
    check_source(request, LATEST_FEEDS)
    symbol = symbol_in_path(request)
    name, read = LATEST[request.match_info["kind"]]
    told = read(floor, symbol) if symbol in floor.listings else None
    if told is None:
        raise Rejection(404, BAD_SHAPE, f"no {name} found for {symbol}")
    return answer({"symbol": symbol, name: told, "currency": CURRENCY})


def snapshot(floor: Floor, symbol: str) -> Json:
    """Return everything that is known of a stock now; what is not is null."""
    days = floor.recent_bars(symbol, Timeframe.DAY_1)
    return {
        "latestTrade": latest_trade(floor, symbol),
        "latestQuote": latest_quote(floor, symbol),
        "minuteBar": latest_bar(floor, symbol),
        "dailyBar": bar_json(days[-1]) if days else None,
        "prevDailyBar": bar_json(days[-2]) if len(days) > 1 else None,
    }


@routes.get("/v2/stocks/snapshots")
async def snapshots(request: web.Request) -> web.Response:
    """Return snapshots of several stocks, by symbol."""
    floor = floor_of(request)
    return answer({symbol: snapshot(floor, symbol) for symbol in _symbols(request, LATEST_FEEDS)})


@routes.get("/v2/stocks/{symbol}/snapshot")
async def snapshot_of_one(request: web.Request) -> web.Response:
    """Return the snapshot of one stock."""
    floor = floor_of(request)
    check_source(request, LATEST_FEEDS)
    symbol = symbol_in_path(request)
    if symbol not in floor.listings:
        raise Rejection(404, BAD_SHAPE, f"no snapshot found for {symbol}")
    return answer({"symbol": symbol, **snapshot(floor, symbol), "currency": CURRENCY})
