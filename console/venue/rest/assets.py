"""Routes of assets: all of them by what they are, one by symbol or id."""

from typing import Any

from aiohttp import web

from console.venue.floor import Floor
from console.venue.rest.queries import choice_of, names_of
from console.venue.rest.service import answer, floor_of
from console.venue.trading.assets import ATTRIBUTES, CLASSES, EXCHANGES, STATUSES, Assets
from console.venue.trading.rejections import malformed, not_found


def assets_of(floor: Floor) -> Assets:
    """Return every asset of a floor, brought together once."""
    is_live = floor.market.starts_at is None
    return floor.shelf.get(Assets, lambda: Assets(floor.listings.values(), has_oddities=is_live))


async def list_assets(request: web.Request) -> web.Response:
    """Return the assets asked for: stocks of every status unless said otherwise."""
    status = choice_of(request, "status", ("", "all", *STATUSES))
    wanted = {
        "class": choice_of(request, "asset_class", CLASSES),
        "exchange": choice_of(request, "exchange", ("", *EXCHANGES)),
        "status": "" if status == "all" else status,
    }
    attributes = {name.lower() for name in names_of(request, "attributes")}
    for unknown in sorted(attributes - {*ATTRIBUTES}):
        raise malformed(f"invalid attribute: {unknown[:64]}")
    return answer(
        [
            asset
            for asset in assets_of(floor_of(request)).all
            if _is(asset, wanted) and (not attributes or attributes & {*asset["attributes"]})
        ]
    )


def _is(asset: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(not word or asset[name] == word for name, word in wanted.items())


async def get_asset(request: web.Request) -> web.Response:
    """Return one asset."""
    named = request.match_info["symbol_or_asset_id"]
    asset = assets_of(floor_of(request)).find(named)
    if asset is None:
        raise not_found(f"asset not found for {named}")
    return answer(asset)
