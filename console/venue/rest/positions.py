"""Routes of positions: list, get, close one, close all."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from aiohttp import web

from console.domain.market import Timeframe
from console.domain.orders import OrderType, TimeInForce
from console.venue.floor import Floor
from console.venue.markets.market import MarketBar
from console.venue.rest.assets import assets_of
from console.venue.rest.queries import flag_of
from console.venue.rest.service import answer, floor_of
from console.venue.trading.asset_classes import AssetClass, class_of, joined
from console.venue.trading.order_requests import read_number
from console.venue.trading.orders import FRACTION, Order, Terms
from console.venue.trading.positions import Position, closing_side
from console.venue.trading.rejections import Rejection, malformed, not_found, unprocessable
from console.venue.view import exact
from console.venue.wire.timestamps import DAY
from console.venue.wire.trading import exchange_of, order_json, position_json

if TYPE_CHECKING:
    from console.venue.markets.coins import CoinBar

routes = web.RouteTableDef()

WHOLE = Decimal(100)


@routes.get("/v2/positions")
async def list_positions(request: web.Request) -> web.Response:
    """Return every position."""
    floor = floor_of(request)
    return answer([_json(floor, p) for p in floor.exchange.account.positions.values()])


@routes.get("/v2/positions/{symbol_or_asset_id:.+}")
async def get_position(request: web.Request) -> web.Response:
    """Return one position."""
    floor = floor_of(request)
    return answer(_json(floor, _position(floor, request.match_info["symbol_or_asset_id"])))


@routes.delete("/v2/positions/{symbol_or_asset_id:.+}")
async def close_position(request: web.Request) -> web.Response:
    """Close a position, or a part of it, with a market order."""
    floor = floor_of(request)
    position = _position(floor, request.match_info["symbol_or_asset_id"])
    return answer(order_json(_close(floor, position, _part(request, position))))


@routes.delete("/v2/positions")
async def close_all(request: web.Request) -> web.Response:
    """Close every position with market orders; each has its own status."""
    floor = floor_of(request)
    if flag_of(request, "cancel_orders"):
        floor.command(lambda exchange, now: exchange.cancel_all(now))
        floor.settle()
    positions = [*floor.exchange.account.positions.values()]
    return answer([_closed(floor, position) for position in positions], 207)


def _closed(floor: Floor, position: Position) -> dict[str, Any]:
    try:
        body = order_json(_close(floor, position, abs(position.qty)))
    except Rejection as rejection:
        return {
            "symbol": joined(position.symbol),
            "status": rejection.status,
            "body": rejection.body,
        }
    return {"symbol": joined(position.symbol), "status": 200, "body": body}


def _position(floor: Floor, symbol_or_id: str) -> Position:
    asset = assets_of(floor).find(symbol_or_id)
    if asset is None:
        raise not_found(f"symbol not found: {symbol_or_id}")
    position = floor.exchange.account.positions.get(asset["symbol"])
    if position is None:
        raise not_found("position does not exist")
    return position


def _part(request: web.Request, position: Position) -> Decimal:
    """Return how many shares to close: all, unless `qty` or `percentage` says otherwise."""
    qty, percentage = read_number(request.query, "qty"), read_number(request.query, "percentage")
    if qty is not None and percentage is not None:
        raise malformed("only one of qty or percentage is accepted")
    if percentage is None:
        return qty or abs(position.qty)
    if percentage > WHOLE:
        raise malformed("percentage must be between 0 and 100")
    part = abs(position.qty) * percentage / WHOLE
    return part.quantize(FRACTION, rounding="ROUND_DOWN")


def _close(floor: Floor, position: Position, qty: Decimal) -> Order:
    is_coin = class_of(position.symbol) is AssetClass.CRYPTO
    terms = Terms(
        symbol=position.symbol,
        side=closing_side(position),
        type=OrderType.MARKET,
        time_in_force=TimeInForce.GTC if is_coin else TimeInForce.DAY,
        client_order_id=str(uuid4()),
        qty=qty,
    )
    return floor.command(lambda exchange, now: exchange.submit(terms, now))


def _json(floor: Floor, position: Position) -> dict[str, Any]:
    days = _days(floor, position.symbol)
    listing = floor.listings.get(position.symbol)
    account = floor.exchange.account
    close = exact(days[-2].close) if len(days) > 1 else None
    return position_json(
        position,
        account=account,
        held=floor.exchange.held_qty(position.symbol),
        exchange=exchange_of(listing) if listing else "CRYPTO",
        previous_close=close,
        cost_today=account.today.cost(position, close, floor.now),
    )


def _days(floor: Floor, symbol: str) -> "Sequence[MarketBar | CoinBar]":
    if class_of(symbol) is AssetClass.CRYPTO:
        from console.venue.rest.crypto import coins_of  # noqa: PLC0415 - few venues trade coins

        return coins_of(floor).days(symbol, floor.now - DAY, floor.now)
    from console.venue.markets.adjustments import adjusted, register_of  # noqa: PLC0415 - likewise

    days = floor.recent_bars(symbol, Timeframe.DAY_1)
    return adjusted(days, register_of(floor).of(symbol), {"split"}, lambda _at: None)


@routes.post("/v2/positions/{symbol_or_contract_id}/exercise")
@routes.post("/v2/positions/{symbol_or_contract_id}/do-not-exercise")
async def exercise(request: web.Request) -> web.Response:
    """Refuse: nobody holds option contracts here."""
    named = request.match_info["symbol_or_contract_id"]
    raise unprocessable(f"no position in an option contract {named[:64]}")
