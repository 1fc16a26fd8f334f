"""Routes of orders: submit, list, get, replace, cancel."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from aiohttp import web

from console.venue.coin_floor import wake
from console.venue.floor import Floor
from console.venue.rest.assets import assets_of
from console.venue.rest.queries import (
    choice_of,
    flag_of,
    limit_of,
    names_of,
    symbols_of,
    time_of,
    uuid_of,
)
from console.venue.rest.service import answer, floor_of, read_body
from console.venue.trading.asset_classes import AssetClass, class_of, joined
from console.venue.trading.asset_rules import Asset, check_asset
from console.venue.trading.blotter import Blotter
from console.venue.trading.order_requests import read_changes, read_ticket
from console.venue.trading.orders import Order
from console.venue.trading.rejections import malformed
from console.venue.wire.trading import order_json

MOST_ORDERS = 500
DEFAULT_ORDERS = 50
EVERY_CLASS = frozenset({"all"})

routes = web.RouteTableDef()


@routes.post("/v2/orders")
async def submit(request: web.Request) -> web.Response:
    """Take an order."""
    floor = floor_of(request)
    body = await read_body(request)
    exchange = floor.exchange
    asset = _asset(floor, body.get("symbol"))
    terms = read_ticket(body | ({"symbol": asset["symbol"]} if asset else {}))
    check_asset(asset, terms, exchange.account.position_qty(terms.symbol))
    if class_of(terms.symbol) is AssetClass.CRYPTO:
        wake(floor, terms.symbol)
    order = floor.command(lambda exchange, now: exchange.submit(terms, now))
    return answer(order_json(order, exchange.blotter.legs(order)))


def _asset(floor: Floor, named: Any) -> Asset | None:
    """Return the asset that a symbol, pair or id names."""
    return assets_of(floor).find(named) if isinstance(named, str) else None


@routes.get("/v2/orders")
async def list_orders(request: web.Request) -> web.Response:
    """Return orders: open ones unless asked otherwise, newest first."""
    exchange = floor_of(request).exchange
    status = choice_of(request, "status", ("open", "closed", "all"))
    is_descending = choice_of(request, "direction", ("desc", "asc")) == "desc"
    limit = limit_of(request, default=DEFAULT_ORDERS, most=MOST_ORDERS)
    ordered = (
        sorted(exchange.blotter.open_orders, key=_age)
        if status == "open"
        else [*exchange.blotter.orders.values()]
    )
    wanted = _wanted(request, reversed(ordered) if is_descending else ordered, status)
    if not flag_of(request, "nested"):
        return answer([order_json(order) for order in islice(wanted, limit)])
    rolled_up = _rolled_up(exchange.blotter, list(wanted))
    return answer([order_json(order, legs) for order, legs in islice(rolled_up, limit)])


def _rolled_up(blotter: Blotter, orders: list[Order]) -> Iterable[tuple[Order, list[Order]]]:
    """Yield orders with their legs; a leg whose parent is not listed stands alone."""
    listed = {order.id for order in orders}
    for order in orders:
        if order.parent_id not in listed:
            yield order, blotter.legs(order)


def _age(order: Order) -> int:
    return order.seq


def _wanted(request: web.Request, orders: Iterable[Order], status: str) -> Iterable[Order]:
    side = choice_of(request, "side", ("", "buy", "sell"))
    symbols = frozenset(joined(symbol) for symbol in symbols_of(request))
    classes = frozenset(names_of(request, "asset_class")) or EVERY_CLASS
    after, until = _bounds(request)
    for order in orders:
        if (
            (status != "closed" or not order.is_open)
            and side in ("", order.terms.side)
            and (not symbols or joined(order.terms.symbol) in symbols)
            and not classes.isdisjoint((class_of(order.terms.symbol), *EVERY_CLASS))
            and after < (order.submitted_at, order.seq) < until
        ):
            yield order


def _bounds(request: web.Request) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return what `submitted_at` and rank must lie between, both ends excluded."""
    start, end = time_of(request, "after"), time_of(request, "until")
    after = (float("-inf"), 0.0) if start is None else (start, float("inf"))
    until = (float("inf"), 0.0) if end is None else (end, float("-inf"))
    exchange = floor_of(request).exchange
    if named := request.query.get("after_order_id"):
        order = exchange.blotter.order(named)
        after = max(after, (order.submitted_at, order.seq))
    if named := request.query.get("before_order_id"):
        order = exchange.blotter.order(named)
        until = min(until, (order.submitted_at, order.seq))
    return after, until


@routes.get("/v2/orders:by_client_order_id")
async def get_by_client_order_id(request: web.Request) -> web.Response:
    """Return the order the client named."""
    named = request.query.get("client_order_id")
    if not named:
        raise malformed("client_order_id is required")
    return answer(order_json(floor_of(request).exchange.blotter.order_of_client(named)))


@routes.get("/v2/orders/{order_id}")
async def get_order(request: web.Request) -> web.Response:
    """Return one order."""
    order_id = uuid_of(request, "order_id")
    blotter = floor_of(request).exchange.blotter
    order = blotter.order(order_id)
    return answer(order_json(order, blotter.legs(order) if flag_of(request, "nested") else ()))


@routes.patch("/v2/orders/{order_id}")
async def replace_order(request: web.Request) -> web.Response:
    """Put an order with changed terms in the place of a working one."""
    floor = floor_of(request)
    order_id = uuid_of(request, "order_id")
    changes = read_changes(await read_body(request))
    order = floor.command(lambda exchange, now: exchange.replace(order_id, changes, now))
    return answer(order_json(order, floor.exchange.blotter.legs(order)))


@routes.delete("/v2/orders/{order_id}")
async def cancel_order(request: web.Request) -> web.Response:
    """Ask for an order to be canceled."""
    order_id = uuid_of(request, "order_id")
    floor_of(request).command(lambda exchange, now: exchange.cancel(order_id, now))
    return web.Response(status=204)


@routes.delete("/v2/orders")
async def cancel_all(request: web.Request) -> web.Response:
    """Ask for every open order to be canceled; each has its own status."""
    canceled = floor_of(request).command(lambda exchange, now: exchange.cancel_all(now))
    return answer([{"id": order.id, "status": 200} for order in canceled], 207)
