"""The knobs of the market's story: notices told, symbols halted, scenarios played."""

from typing import Any

from aiohttp import web

from console.venue import scenarios
from console.venue.rest.service import answer, floor_of, read_body
from console.venue.trading.order_requests import read_flag
from console.venue.trading.rejections import malformed, not_found

routes = web.RouteTableDef()


@routes.post("/control/tell")
async def tell_notice(request: web.Request) -> web.Response:
    """Tell something on the data stream: `{"channel", "symbol", …}`, or a headline."""
    floor = floor_of(request)
    return answer(floor.announce(_plain(await read_body(request))).message)


@routes.post("/control/halt")
async def halt_symbol(request: web.Request) -> web.Response:
    """Halt trading in a symbol, or let it go on: `{"symbol", "halted", "reason"}`."""
    floor = floor_of(request)
    body = await read_body(request)
    symbol = str(body.get("symbol", "")).upper()
    if symbol not in floor.listings:
        raise not_found(f"symbol not found: {symbol}")
    if read_flag(body.get("halted", True)):
        floor.halt(symbol, str(body.get("reason", "T1")))
    else:
        floor.resume(symbol)
    return answer({"halted": sorted(floor.halted)})


@routes.get("/control/scenario")
async def list_scenarios(request: web.Request) -> web.Response:
    """Return the venue's own scenarios and how many steps of one are still to come."""
    return answer({"names": scenarios.names(), "steps_left": floor_of(request).stage.steps_left})


@routes.post("/control/scenario")
async def play_scenario(request: web.Request) -> web.Response:
    """Play a scenario: `{"name"}`, or one written out as `{"step": [...]}`; `seed` is optional."""
    floor = floor_of(request)
    body = _plain(await read_body(request))
    name, seed = body.pop("name", None), body.get("seed")
    try:
        scenario = scenarios.read(body) if name is None else scenarios.ours(str(name))
    except scenarios.ScenarioError as error:
        raise malformed(str(error)) from None
    floor.stage.play(scenario, floor.now, seed=seed if isinstance(seed, int) else None)
    return answer({"about": scenario.about, "steps_left": floor.stage.steps_left})


def _plain(value: Any) -> Any:
    """Return JSON with floats for the exact numbers it was read with."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else float(value)
