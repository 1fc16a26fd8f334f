"""Routes whose modules are read when somebody first asks for them, so that the venue starts fast.

Each line names method, path, module and handler.
"""

from collections.abc import Iterable
from importlib import import_module

from aiohttp import web

from console.venue.rest import Handler

_WATCHLIST = "/v2/watchlists/{watchlist_id}"
_ANNOUNCEMENTS = "/v2/corporate_actions/announcements"
_WATCHLIST_BY_NAME = "/v2/watchlists:by_name"

LATER: tuple[tuple[str, str, str, str], ...] = (
    ("GET", "/v2/assets", "rest_assets", "list_assets"),
    ("GET", "/v2/assets/{symbol_or_asset_id:.+}", "rest_assets", "get_asset"),
    ("GET", "/v2/account/portfolio/history", "rest_portfolio", "get_history"),
    ("GET", "/v2/calendar", "rest_calendar", "get_calendar"),
    ("GET", "/v3/calendar/{market}", "rest_calendar", "get_market_calendar"),
    ("GET", "/v3/clock", "rest_calendar", "get_market_clocks"),
    ("GET", "/v2/watchlists", "rest_watchlists", "list_watchlists"),
    ("POST", "/v2/watchlists", "rest_watchlists", "create_watchlist"),
    *(
        (method, path, "rest_watchlists", name)
        for path in (_WATCHLIST_BY_NAME, _WATCHLIST)
        for method, name in (
            ("GET", "get_watchlist"),
            ("POST", "add_to_watchlist"),
            ("PUT", "update_watchlist"),
            ("DELETE", "delete_watchlist"),
        )
    ),
    ("GET", "/v2/stocks/auctions", "rest_auctions", "auctions_of_many"),
    ("GET", "/v2/stocks/{symbol}/auctions", "rest_auctions", "auctions_of_one"),
    ("GET", "/v2/stocks/meta/conditions/{ticktype}", "rest_meta", "stock_conditions"),
    ("GET", "/v2/stocks/meta/exchanges", "rest_meta", "stock_exchanges"),
    ("GET", "/v1beta1/options/meta/conditions/{ticktype}", "rest_meta", "option_conditions"),
    ("GET", "/v1beta1/options/meta/exchanges", "rest_meta", "option_exchanges"),
    ("GET", "/v1beta1/screener/stocks/most-actives", "rest_screener", "most_actives"),
    ("GET", "/v1beta1/screener/{market_type}/movers", "rest_screener", "movers"),
    *(
        ("GET", f"/v1beta3/crypto/{{loc}}/{path}", "rest_crypto", name)
        for path, name in (
            ("bars", "bars"),
            ("quotes", "quotes"),
            ("trades", "trades"),
            ("latest/bars", "latest_bars"),
            ("latest/quotes", "latest_quotes"),
            ("latest/trades", "latest_trades"),
            ("latest/orderbooks", "latest_orderbooks"),
            ("snapshots", "snapshots"),
        )
    ),
    ("GET", "/v1beta1/news", "rest_news", "list_news"),
    ("POST", "/control/news", "rest_news", "publish_news"),
    ("GET", "/v1/corporate-actions", "rest_corporate", "list_actions"),
    ("GET", _ANNOUNCEMENTS, "rest_corporate", "list_announcements"),
    ("GET", _ANNOUNCEMENTS + "/{id}", "rest_corporate", "get_announcement"),
    ("POST", "/control/corporate-action", "rest_corporate", "announce_action"),
    ("GET", "/v2/options/contracts", "rest_options", "list_contracts"),
    ("GET", "/v2/options/contracts/{symbol_or_id}", "rest_options", "get_contract"),
    *(
        ("GET", f"/v1beta1/options/{path}", "rest_options", name)
        for path, name in (
            ("snapshots", "snapshots"),
            ("snapshots/{underlying_symbol}", "chain"),
            ("quotes/latest", "latest_quotes"),
            ("trades/latest", "latest_trades"),
            ("trades", "trades"),
            ("bars", "bars"),
        )
    ),
    ("DELETE", _WATCHLIST + "/{symbol:.+}", "rest_watchlists", "remove_from_watchlist"),
)


def routes() -> Iterable[web.RouteDef]:
    """Return the routes as aiohttp takes them."""
    return [
        web.route(method, path, _later(f"console.venue.{module}", name))
        for method, path, module, name in LATER
    ]


def _later(module: str, name: str) -> Handler:
    """Return a handler that is read when the first request comes."""

    async def handle(request: web.Request) -> web.StreamResponse:
        handler: Handler = getattr(import_module(module), name)
        return await handler(request)

    return handle
