"""Routes of stock data: bars, quotes and trades of the past and the latest, snapshots."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from aiohttp import web

from console.domain.market import Timeframe
from console.venue.floor import Floor
from console.venue.market import MarketBar, Tick
from console.venue.paging import Page, page, place_of
from console.venue.queries import choice_of, limit_of, symbols_of, time_of
from console.venue.rejections import BAD_SHAPE, Rejection
from console.venue.rest import answer, floor_of
from console.venue.timeframes import BarSpan, bar_span
from console.venue.timestamps import new_york, new_york_midnight
from console.venue.wire_market import bar_json, quote_json, trade_json

DEFAULT_POINTS = 1_000
MOST_POINTS = 10_000
CURRENCY = "USD"

routes = web.RouteTableDef()

T = TypeVar("T")
Json = dict[str, Any]


def _rejected(message: str) -> Rejection:
    return Rejection(400, BAD_SHAPE, message)


def _symbols(request: web.Request) -> list[str]:
    """Return the listed symbols asked for; what is not listed is left out, as Alpaca does."""
    named = symbols_of(request)
    if not named:
        raise _rejected("symbols is required")
    for symbol in named:
        _check_syntax(symbol)
    return [symbol for symbol in named if symbol in floor_of(request).listings]


def _check_syntax(symbol: str) -> None:
    if not symbol.replace(".", "").replace("/", "").isalnum() or not symbol.isascii():
        raise _rejected(f"invalid symbol: {symbol[:32]}")


def _symbol(request: web.Request) -> str:
    symbol = request.match_info["symbol"].upper()
    _check_syntax(symbol)
    return symbol


def _span_of_time(request: web.Request) -> tuple[int, int]:
    """Return start and end: the day so far unless asked otherwise."""
    now = floor_of(request).now
    start, end = time_of(request, "start"), time_of(request, "end")
    if end is None:
        end = now
    if start is None:
        start = new_york_midnight(new_york(end).date())
    if end < start:
        raise _rejected("end should not be before start")
    return start, end


def _page(
    request: web.Request, symbols: Sequence[str], read: Callable[[str], Sequence[T]]
) -> Page[T]:
    return page(
        symbols,
        read,
        at=attrgetter("at"),
        limit=limit_of(request, default=DEFAULT_POINTS, most=MOST_POINTS),
        begin=place_of(request.query.get("page_token")),
        is_descending=choice_of(request, "sort", ("asc", "desc")) == "desc",
    )


def _listed(request: web.Request) -> list[str]:
    """Return the symbol of the path as a list: empty when it is not listed."""
    symbol = _symbol(request)
    return [symbol] if symbol in floor_of(request).listings else []


def _answer_pages(name: str, found: Page[T], shape: Callable[[str, T], Json]) -> web.Response:
    told = {symbol: [shape(symbol, p) for p in ps] for symbol, ps in found.points.items()}
    return answer({name: told, "next_page_token": _token(found), "currency": CURRENCY})


def _answer_page(
    name: str, symbol: str, found: Page[T], shape: Callable[[str, T], Json]
) -> web.Response:
    told = [shape(symbol, point) for point in found.points.get(symbol, [])]
    body = {name: told, "symbol": symbol, "next_page_token": _token(found), "currency": CURRENCY}
    return answer(body)


def _token(found: Page[T]) -> str | None:
    return found.next_place.token() if found.next_place else None


def _bars(request: web.Request, symbols: Sequence[str]) -> Page[MarketBar]:
    floor = floor_of(request)
    span = bar_span(request.query.get("timeframe", ""))
    if span is None:
        raise _rejected(f"invalid timeframe: {request.query.get('timeframe', '')[:32]}")
    start, end = _span_of_time(request)
    return _page(request, symbols, lambda symbol: _read_bars(floor, span, symbol, start, end))


def _read_bars(
    floor: Floor, span: BarSpan, symbol: str, start: int, end: int
) -> Sequence[MarketBar]:
    return span.resample(floor.market.bars(symbol, span.source, start, min(end, floor.now)))


def _bar(_symbol: str, bar: MarketBar) -> Json:
    return bar_json(bar)


@routes.get("/v2/stocks/bars")
async def bars_of_many(request: web.Request) -> web.Response:
    """Return bars of several stocks."""
    return _answer_pages("bars", _bars(request, _symbols(request)), _bar)


@routes.get("/v2/stocks/{symbol}/bars")
async def bars_of_one(request: web.Request) -> web.Response:
    """Return bars of one stock."""
    return _answer_page("bars", _symbol(request), _bars(request, _listed(request)), _bar)


def _seen(request: web.Request, kind: str, symbols: Sequence[str]) -> Page[Tick]:
    """Return quotes or trades from the bounded history of what was seen."""
    view = floor_of(request).view
    history = view.quote_history if kind == "quotes" else view.trade_history
    start, end = _span_of_time(request)
    return _page(
        request, symbols, lambda symbol: [t for t in history[symbol] if start <= t.at <= end]
    )


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
    return _answer_pages("quotes", found, _quote_shape(request))


@routes.get("/v2/stocks/{symbol}/quotes")
async def quotes_of_one(request: web.Request) -> web.Response:
    """Return quotes of one stock."""
    found = _seen(request, "quotes", _listed(request))
    return _answer_page("quotes", _symbol(request), found, _quote_shape(request))


@routes.get("/v2/stocks/trades")
async def trades_of_many(request: web.Request) -> web.Response:
    """Return trades of several stocks."""
    found = _seen(request, "trades", _symbols(request))
    return _answer_pages("trades", found, _trade_shape(request))


@routes.get("/v2/stocks/{symbol}/trades")
async def trades_of_one(request: web.Request) -> web.Response:
    """Return trades of one stock."""
    found = _seen(request, "trades", _listed(request))
    return _answer_page("trades", _symbol(request), found, _trade_shape(request))


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
    told = {symbol: read(floor, symbol) for symbol in _symbols(request)}
    return answer({kind: {s: x for s, x in told.items() if x}, "currency": CURRENCY})


@routes.get("/v2/stocks/{symbol}/{kind:quotes|trades|bars}/latest")
async def latest_of_one(request: web.Request) -> web.Response:
    """Return the newest quote, trade or bar of one stock."""
    floor = floor_of(request)
    symbol = _symbol(request)
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
    return answer({symbol: snapshot(floor, symbol) for symbol in _symbols(request)})


@routes.get("/v2/stocks/{symbol}/snapshot")
async def snapshot_of_one(request: web.Request) -> web.Response:
    """Return the snapshot of one stock."""
    floor = floor_of(request)
    symbol = _symbol(request)
    if symbol not in floor.listings:
        raise Rejection(404, BAD_SHAPE, f"no snapshot found for {symbol}")
    return answer({"symbol": symbol, **snapshot(floor, symbol), "currency": CURRENCY})
