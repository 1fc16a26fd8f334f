"""The knob of an order's fate: what an exchange may do to it besides trading."""

from decimal import Decimal

from aiohttp import web
from msgspec.structs import replace

from console.venue.floor import Floor
from console.venue.rest.service import answer, floor_of, read_body
from console.venue.trading.exchange import Exchange
from console.venue.trading.interventions import OF_FILLS, kind_of
from console.venue.trading.order_requests import read_number
from console.venue.trading.orders import EventKind, Order, OrderEvent
from console.venue.trading.rejections import not_found, unprocessable
from console.venue.wire.trading import order_json

routes = web.RouteTableDef()


@routes.post("/control/order-event")
async def tell_order_event(request: web.Request) -> web.Response:
    """Let something happen to an order: `{"order_id" or "client_order_id", "event"}`.

    Raises:
        Rejection: when there is no such order or event, or it is closed.
    """
    floor = floor_of(request)
    body = await read_body(request)
    kind = kind_of(body.get("event"))
    named = body.get("order_id") or body.get("client_order_id")
    exchange, order = _found(floor, str(named))
    if kind in OF_FILLS:
        _tell_of_fill(floor, exchange, order, kind, read_number(body, "price"))
        return answer(order_json(order))
    changed = exchange.intervene(order.id, kind, floor.now)
    floor.commit()
    return answer(order_json(changed))


def _tell_of_fill(
    floor: Floor, exchange: Exchange, order: Order, kind: EventKind, price: Decimal | None
) -> None:
    """Tell that an order's last fill is busted or corrected; the account keeps it as it is."""
    fills = [fill for fill in exchange.blotter.fills if fill.order_id == order.id]
    if not fills:
        raise unprocessable("the order has no fills")
    fill = fills[-1] if price is None else replace(fills[-1], price=price)
    held = exchange.account.position_qty(order.terms.symbol)
    event = OrderEvent(kind=kind, order=order, at=floor.now, position_qty=held, fill=fill)
    floor.journal.happened(event)
    floor.trading_hub.publish(event, exchange.account.opened.key)


def _found(floor: Floor, named: str) -> tuple[Exchange, Order]:
    for exchange in floor.members:
        for order in exchange.blotter.orders.values():
            if named in (order.id, order.terms.client_order_id):
                return exchange, order
    raise not_found(f"order not found for {named[:64]}")
