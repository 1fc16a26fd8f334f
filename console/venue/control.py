"""The venue's own knobs, for tests and scripts: prices, journal, misbehaviour. No keys needed."""

from decimal import Decimal
from typing import Any

from aiohttp import web

from console.venue.faults.standing import Stream
from console.venue.rest.service import answer, floor_of, read_body
from console.venue.trading.order_requests import read_flag, read_number
from console.venue.trading.rejections import malformed, not_found

MOST_DELAY = 3_600
STARTING_CASH = Decimal(100_000)

routes = web.RouteTableDef()


@routes.post("/control/price")
async def move_price(request: web.Request) -> web.Response:
    """Move the market of a symbol: `{"symbol", "price"}`."""
    floor = floor_of(request)
    body = await read_body(request)
    price = read_number(body, "price")
    symbol = str(body.get("symbol", "")).upper()
    if price is None:
        raise malformed("price is required")
    if symbol not in floor.listings:
        raise not_found(f"symbol not found: {symbol}")
    await floor.hours_known()
    try:
        floor.tell(floor.market.move(symbol, float(price), floor.now))
    except ValueError as error:
        raise malformed(str(error)) from None
    quote = floor.view.quotes.get(symbol)
    return answer(
        {
            "symbol": symbol,
            "bid": quote.bid if quote else None,
            "ask": quote.ask if quote else None,
        }
    )


@routes.post("/control/speed")
async def set_speed(request: web.Request) -> web.Response:
    """Run the venue's clock faster or slower from now on: `{"speed"}`."""
    clock = floor_of(request).clock
    speed = read_number(await read_body(request), "speed")
    if speed is None:
        raise malformed("speed is required")
    try:
        clock.run_at(float(speed))
    except ValueError as error:
        raise malformed(str(error)) from None
    return answer({"speed": clock.speed})


@routes.get("/control/journal")
async def get_journal(request: web.Request) -> web.Response:
    """Return what the venue saw, in order; `?after=SEQ` leaves out what is known."""
    text = request.query.get("after", "0")
    if not text.isdecimal():
        raise malformed("after must be a sequence number")
    return answer(floor_of(request).journal.after(int(text)))


@routes.post("/control/delay")
async def delay_writes(request: web.Request) -> web.Response:
    """Delay the answers of trading writes: `{"seconds", "before"}`; 0 ends it."""
    faults = floor_of(request).faults
    body = await read_body(request)
    seconds, is_before = _seconds(body), read_flag(body.get("before"))
    faults.delay_writes(seconds, is_before=is_before)
    return answer({"seconds": seconds, "before": is_before})


@routes.post("/control/mute")
async def mute_stream(request: web.Request) -> web.Response:
    """Silence a stream while its pings are answered: `{"stream", "muted"}`."""
    faults = floor_of(request).faults
    body = await read_body(request)
    try:
        stream = Stream(str(body.get("stream")))
    except ValueError:
        raise malformed('stream must be "data" or "trading"') from None
    faults.mute(stream, is_muted=read_flag(body.get("muted", True)))
    return answer({"muted": sorted(faults.muted)})


@routes.post("/control/suspension")
async def set_suspension(request: web.Request) -> web.Response:
    """Say whether `suspend_trade` lets positions be closed: `{"closing": true}`."""
    body = await read_body(request)
    members = floor_of(request).members
    members.may_close_suspended = read_flag(body.get("closing"))
    return answer({"closing": members.may_close_suspended})


@routes.post("/control/accounts")
async def open_account(request: web.Request) -> web.Response:
    """Let another account trade here: `{"cash"}`; answers with its keys."""
    body = await read_body(request)
    opened = floor_of(request).open_account(read_number(body, "cash") or STARTING_CASH)
    return answer({"account_id": opened.id, "key": opened.key, "secret": opened.secret})


def _seconds(body: dict[str, Any]) -> float:
    if body.get("seconds") in (0, None):
        return 0.0
    return min(float(read_number(body, "seconds") or 0), MOST_DELAY)
