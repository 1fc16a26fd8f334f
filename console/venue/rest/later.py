"""Routes whose modules are read when somebody first asks for them, so that the venue starts fast.

Each line names method, path, module and handler.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module

from aiohttp import web

from console.venue.rest.service import Handler

_WATCHLIST = "/v2/watchlists/{watchlist_id}"
_ANNOUNCEMENTS = "/v2/corporate_actions/announcements"
_WATCHLIST_BY_NAME = "/v2/watchlists:by_name"

Line = tuple[str, str, str, str]


def _gets(prefix: str, module: str, handlers: Mapping[str, str]) -> tuple[Line, ...]:
    """Return the lines of one module's routes below a path."""
    return tuple(("GET", prefix + path, module, name) for path, name in handlers.items())


_OF_A_WATCHLIST = {
    "GET": "get_watchlist",
    "POST": "add_to_watchlist",
    "PUT": "update_watchlist",
    "DELETE": "delete_watchlist",
}
_OF_COINS = {
    "bars": "bars",
    "quotes": "quotes",
    "trades": "trades",
    "latest/bars": "latest_bars",
    "latest/quotes": "latest_quotes",
    "latest/trades": "latest_trades",
    "latest/orderbooks": "latest_orderbooks",
    "snapshots": "snapshots",
}
_OF_OPTIONS = {
    "snapshots": "snapshots",
    "snapshots/{underlying_symbol}": "chain",
    "quotes/latest": "latest_quotes",
    "trades/latest": "latest_trades",
    "trades": "trades",
    "bars": "bars",
}

LATER: tuple[Line, ...] = (
    ("GET", "/v2/assets", "assets", "list_assets"),
    ("GET", "/v2/assets/{symbol_or_asset_id:.+}", "assets", "get_asset"),
    ("GET", "/v2/account/portfolio/history", "portfolio", "get_history"),
    ("GET", "/v2/calendar", "calendar", "get_calendar"),
    ("GET", "/v3/calendar/{market}", "calendar", "get_market_calendar"),
    ("GET", "/v3/clock", "calendar", "get_market_clocks"),
    ("GET", "/v2/watchlists", "watchlists", "list_watchlists"),
    ("POST", "/v2/watchlists", "watchlists", "create_watchlist"),
    *(
        (method, path, "watchlists", name)
        for path in (_WATCHLIST_BY_NAME, _WATCHLIST)
        for method, name in _OF_A_WATCHLIST.items()
    ),
    ("GET", "/v2/stocks/auctions", "auctions", "auctions_of_many"),
    ("GET", "/v2/stocks/{symbol}/auctions", "auctions", "auctions_of_one"),
    ("GET", "/v2/stocks/meta/conditions/{ticktype}", "meta", "stock_conditions"),
    ("GET", "/v2/stocks/meta/exchanges", "meta", "stock_exchanges"),
    ("GET", "/v1beta1/options/meta/conditions/{ticktype}", "meta", "option_conditions"),
    ("GET", "/v1beta1/options/meta/exchanges", "meta", "option_exchanges"),
    ("GET", "/v1beta1/screener/stocks/most-actives", "screener", "most_actives"),
    ("GET", "/v1beta1/screener/{market_type}/movers", "screener", "movers"),
    *_gets("/v1beta3/crypto/{loc}/", "crypto", _OF_COINS),
    ("GET", "/v1beta1/news", "news", "list_news"),
    ("POST", "/control/news", "news", "publish_news"),
    ("GET", "/v1/corporate-actions", "corporate", "list_actions"),
    ("GET", "/v1beta1/corporate-actions", "corporate", "list_actions"),  # where older clients look
    ("GET", _ANNOUNCEMENTS, "corporate", "list_announcements"),
    ("GET", _ANNOUNCEMENTS + "/{id}", "corporate", "get_announcement"),
    ("POST", "/control/corporate-action", "corporate", "announce_action"),
    ("GET", "/v2/options/contracts", "options", "list_contracts"),
    ("GET", "/v2/options/contracts/{symbol_or_id}", "options", "get_contract"),
    *_gets("/v1beta1/options/", "options", _OF_OPTIONS),
    ("DELETE", _WATCHLIST + "/{symbol:.+}", "watchlists", "remove_from_watchlist"),
)


def routes() -> Iterable[web.RouteDef]:
    """Return the routes as aiohttp takes them."""
    return [
        web.route(method, path, _later(f"console.venue.rest.{module}", name))
        for method, path, module, name in LATER
    ]


def _later(module: str, name: str) -> Handler:
    """Return a handler that is read when the first request comes."""

    async def handle(request: web.Request) -> web.StreamResponse:
        handler: Handler = getattr(import_module(module), name)
        return await handler(request)

    return handle
