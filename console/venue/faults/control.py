"""The knobs of misbehaviour: faults ordered, listed and lifted, and orders nobody here sent."""

from decimal import Decimal
from typing import Any

from aiohttp import web

from console.venue.door import DOOR
from console.venue.faults.orders import MOST_SECONDS, read_rules
from console.venue.rest.service import answer, floor_of, read_body
from console.venue.trading.order_requests import read_number, read_ticket
from console.venue.trading.rejections import malformed, not_found
from console.venue.wire.trading import order_json

FOREIGN = {"side": "buy", "type": "market", "time_in_force": "day"}

routes = web.RouteTableDef()


@routes.get("/control/faults")
async def list_faults(request: web.Request) -> web.Response:
    """Return every fault in force, with how often it matched and struck."""
    return answer(floor_of(request).faults.as_json())


@routes.post("/control/faults")
async def order_faults(request: web.Request) -> web.Response:
    """Put faults in force: one rule joins the others, a list takes their place."""
    try:
        asked = read_rules(await request.read())
    except ValueError as error:
        raise malformed(str(error)) from None
    faults = floor_of(request).faults
    faults.order(asked)
    return answer(faults.as_json())


@routes.delete("/control/faults")
async def lift_faults(request: web.Request) -> web.Response:
    """Lift all faults."""
    return answer({"lifted": floor_of(request).faults.lift()})


@routes.delete("/control/faults/{id}")
async def lift_fault(request: web.Request) -> web.Response:
    """Lift one fault."""
    id_ = request.match_info["id"]
    lifted = floor_of(request).faults.lift(id_)
    if not lifted:
        raise not_found(f"no fault is called {id_}")
    return answer({"lifted": lifted})


@routes.post("/control/unreachable")
async def refuse_connections(request: web.Request) -> web.Response:
    """Stop listening for some seconds: connections are refused. `{"seconds": 0}` ends it."""
    body = await read_body(request)
    seconds = Decimal(0) if body.get("seconds") == 0 else read_number(body, "seconds")
    if seconds is None:
        raise malformed("seconds is required")
    request.app[DOOR].shut_for(min(float(seconds), MOST_SECONDS))
    return answer({"seconds": float(seconds)})


@routes.post("/control/foreign-order")
async def place_foreign_order(request: web.Request) -> web.Response:
    """Place an order as another program with the same keys would; no request is journaled."""
    floor = floor_of(request)
    body: dict[str, Any] = FOREIGN | await read_body(request)
    await floor.hours_known()
    terms = read_ticket(body)
    return answer(order_json(floor.command(lambda exchange, now: exchange.submit(terms, now))))
