"""Routes of watchlists, by id and by name."""

from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import web

from console.venue.rest.assets import assets_of
from console.venue.rest.queries import uuid_of
from console.venue.rest.service import answer, floor_of, read_body
from console.venue.trading.rejections import malformed, not_found
from console.venue.trading.watchlists import Watchlist, Watchlists
from console.venue.wire.timestamps import rfc3339

T = TypeVar("T")


def _watchlists(request: web.Request) -> Watchlists:
    return floor_of(request).exchange.watchlists


def _changed(request: web.Request, change: Callable[[Watchlists, int], T]) -> T:
    """Change the lists of the account that asks; the books have it before it is told."""
    return floor_of(request).command(lambda exchange, now: change(exchange.watchlists, now))


def _named(request: web.Request) -> Watchlist:
    """Return the list a request means, by the id in its path or the name in its query."""
    if "watchlist_id" in request.match_info:
        return _watchlists(request).of_id(uuid_of(request, "watchlist_id"))
    name = request.query.get("name", "")
    if not name:
        raise malformed("watchlist name is required")
    return _watchlists(request).of_name(name)


def _brief(request: web.Request, found: Watchlist) -> dict[str, Any]:
    return {
        "id": found.id,
        "account_id": floor_of(request).exchange.account.opened.id,
        "created_at": rfc3339(found.created_at),
        "updated_at": rfc3339(found.updated_at),
        "name": found.name,
    }


def _whole(request: web.Request, found: Watchlist) -> web.Response:
    assets = assets_of(floor_of(request))
    told = [assets.find(symbol) for symbol in found.symbols]
    return answer({**_brief(request, found), "assets": told})


def _symbol(request: web.Request, named: Any) -> str:
    """Return the symbol of an asset.

    Raises:
        Rejection: when there is no such asset.
    """
    if not isinstance(named, str) or not named.strip():
        raise malformed("symbol is required")
    asset = assets_of(floor_of(request)).find(named)
    if asset is None:
        raise malformed(f"symbol not found: {named[:32]}")
    return str(asset["symbol"])


def _symbols(request: web.Request, body: dict[str, Any]) -> list[str] | None:
    named = body.get("symbols")
    if named is None:
        return None
    if not isinstance(named, list):
        raise malformed("invalid symbols")
    return [_symbol(request, symbol) for symbol in named]


def _name(body: dict[str, Any]) -> str | None:
    name = body.get("name")
    if name is not None and not isinstance(name, str):
        raise malformed("invalid name")
    return name


async def list_watchlists(request: web.Request) -> web.Response:
    """Return every list, without its assets."""
    return answer([_brief(request, found) for found in _watchlists(request).all()])


async def create_watchlist(request: web.Request) -> web.Response:
    """Make a list."""
    body = await read_body(request)
    symbols = _symbols(request, body) or []
    name = _name(body) or ""
    made = _changed(request, lambda lists, now: lists.create(name, symbols, now))
    return _whole(request, made)


async def get_watchlist(request: web.Request) -> web.Response:
    """Return a list with its assets."""
    return _whole(request, _named(request))


async def update_watchlist(request: web.Request) -> web.Response:
    """Rename a list, fill it anew, or both."""
    found, body = _named(request), await read_body(request)
    name, symbols = _name(body), _symbols(request, body)
    if name is None and symbols is None:
        raise malformed("name or symbols is required")
    changed = _changed(request, lambda lists, now: lists.update(found, name, symbols, now))
    return _whole(request, changed)


async def add_to_watchlist(request: web.Request) -> web.Response:
    """Put one more asset at the end of a list."""
    found, body = _named(request), await read_body(request)
    symbol = _symbol(request, body.get("symbol"))
    return _whole(request, _changed(request, lambda lists, now: lists.add(found, symbol, now)))


async def delete_watchlist(request: web.Request) -> web.Response:
    """Forget a list."""
    found = _named(request)
    _changed(request, lambda lists, _now: lists.delete(found))
    return web.Response(status=204)


async def remove_from_watchlist(request: web.Request) -> web.Response:
    """Take one asset out of a list."""
    found = _named(request)
    named = request.match_info["symbol"]
    asset = assets_of(floor_of(request)).find(named)
    if asset is None:
        raise not_found(f"symbol not found in watchlist: {named[:32]}")
    symbol = str(asset["symbol"])
    return _whole(request, _changed(request, lambda lists, now: lists.remove(found, symbol, now)))
