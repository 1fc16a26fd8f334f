"""The venue as a process: its parts put together, served on loopback until a signal ends it."""

import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import uvloop
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from console.venue import control, option_feed, order_control, stage_control
from console.venue.bands import Bands
from console.venue.books import Books, BooksUnreadable, Record
from console.venue.clock import VenueClock
from console.venue.coin_floor import wake_held
from console.venue.compaction import read_short
from console.venue.door import DOOR, LOOPBACK, Door
from console.venue.faults import control as fault_control
from console.venue.faults.standing import Faults
from console.venue.floor import Floor
from console.venue.journal import Journal
from console.venue.market_time import keep_going, take_in
from console.venue.markets.market import Market
from console.venue.news import NewsUnreadable
from console.venue.rest import account as rest_account
from console.venue.rest import later as routes_later
from console.venue.rest import market as rest_market
from console.venue.rest import orders as rest_orders
from console.venue.rest import positions as rest_positions
from console.venue.rest.rate_limit import RateLimit
from console.venue.rest.service import FLOOR, STREAMS, envelope
from console.venue.scenarios import ScenarioError, load
from console.venue.streams.data_stream import DataHub, StreamRules
from console.venue.streams.feeds import FEEDS
from console.venue.streams.trading_stream import TradingHub
from console.venue.trading.calendar import TradingCalendar
from console.venue.trading.members import Members, new_account
from console.venue.view import MarketView
from console.venue.wire.market import Tapes

LARGEST_BODY = 1024 * 1024
TRADING_STREAMS = ("/stream", "/stream/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `killcord venue` is told."""

    port: int = 0
    seed: int = 1
    tape: Path | None = None
    speed: float = 1.0
    has_real_hours: bool = False
    cash: Decimal = Decimal(100_000)
    rate_limit: int | None = None
    books: Path | None = None
    scenario: str | None = None
    stream_rules: StreamRules = field(default_factory=StreamRules)
    accounts: int = 1
    has_bands: bool = False
    news: Path | None = None
    """Articles that are told instead of generated ones."""
    stocks: int = 0
    """How many more are listed, with bars and nothing else."""


class CannotOpen(Exception):  # noqa: N818 - what the user is told
    """The venue cannot start; the message says why."""


def run(options: Options) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        CannotOpen: when the port, the tape or the books are not to be had.
    """
    try:
        uvloop.run(serve(options))
    except (BooksUnreadable, NewsUnreadable, ScenarioError, OSError) as error:
        raise CannotOpen(str(error)) from error


async def serve(options: Options) -> None:
    """Open the venue, say where it is, and serve until a signal comes."""
    stopped = _signals()
    floor = open_floor(options)
    app = application(floor)
    logging.getLogger("aiohttp.server").addFilter(_is_our_fault)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    door = app[DOOR] = Door(runner, port=options.port)
    await runner.setup()
    try:
        await door.open()
        _announce(floor.members, door.port)
        gc.freeze()
        await _work_until(stopped, floor)
    finally:
        await floor.data_hub.close()
        await floor.trading_hub.close()
        await runner.cleanup()
        if floor.books:
            floor.books.close()


def _is_our_fault(record: logging.LogRecord) -> bool:
    """Whether a report is not of a request that was no HTTP: its sender was told.

    Standard error may be a pipe that nobody reads; once it is full, whoever writes to it stands.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


async def _work_until(stopped: asyncio.Event, floor: Floor) -> None:
    """Run the market until the signal; a market that fails ends the venue with its error."""
    market = asyncio.create_task(keep_going(floor))
    signaled = asyncio.create_task(stopped.wait())
    await asyncio.wait({market, signaled}, return_when=asyncio.FIRST_COMPLETED)
    for task in (market, signaled):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _signals() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stopped.set)
    return stopped


def _announce(members: Members, port: int) -> None:
    """Print the one line that says where the venue listens."""
    keys = members.keys
    http, ws = f"http://{LOOPBACK}:{port}", f"ws://{LOOPBACK}:{port}"
    line: dict[str, Any] = {
        "trading_url": http,
        "data_url": http,
        "stream_url": ws,
        "trading_stream_url": f"{ws}/stream",
        "control_url": f"{http}/control",
        "key": keys.key,
        "secret": keys.secret,
        "pid": os.getpid(),
    }
    if others := [exchange.account.opened for exchange in members][1:]:
        line["accounts"] = [{"id": o.id, "key": o.key, "secret": o.secret} for o in others]
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def application(floor: Floor) -> web.Application:
    """Return the routes over a floor."""
    app = web.Application(middlewares=[envelope], client_max_size=LARGEST_BODY)
    app[FLOOR] = floor
    app[STREAMS] = {feed.path: floor.data_hub.serving(feed) for feed in FEEDS}
    app[STREAMS] |= {f.path: option_feed.serving(floor, f) for f in FEEDS if f.is_msgpack_only}
    app[STREAMS] |= dict.fromkeys(TRADING_STREAMS, floor.trading_hub.serve)
    for area in (
        rest_account,
        rest_orders,
        rest_positions,
        rest_market,
        control,
        fault_control,
        stage_control,
        order_control,
    ):
        app.add_routes(area.routes)
    app.add_routes(routes_later.routes())
    return app


def open_floor(options: Options) -> Floor:
    """Put the parts of a venue together, and take up its books if it has any."""
    scenario = load(options.scenario) if options.scenario else None
    books = Books(options.books) if options.books else None
    record = read_short(books) if books else None
    market = open_market(options)
    clock = VenueClock(starts_at=_starting_time(market, record), speed=options.speed)
    view = MarketView(listing.symbol for listing in market.listings)
    opened = record.opened if record else new_account(options.cash, clock.now())
    members, faults = Members(view=view, opened=opened), Faults()
    tapes = Tapes({listing.symbol: listing.exchange for listing in market.listings})
    floor = Floor(
        clock=clock,
        market=market,
        view=view,
        members=members,
        tapes=tapes,
        journal=Journal(),
        faults=faults,
        rate_limit=RateLimit(options.rate_limit),
        calendar=TradingCalendar(),
        data_hub=DataHub(keys=members.keys, faults=faults, tapes=tapes, rules=options.stream_rules),
        trading_hub=TradingHub(keys=members.keys, faults=faults),
        has_real_hours=options.has_real_hours,
        books=books,
        bands=Bands() if options.has_bands else None,
    )
    take_in(floor)
    if options.news:
        from console.venue.news_file import read_news, tell_news  # noqa: PLC0415 - rarely wanted

        tell_news(floor, read_news(options.news, clock.now()))
    if scenario:
        floor.stage.play(scenario, floor.now)
    if record:
        members.take_up(record)
        wake_held(floor)
    elif books:
        books.append([opened])
    for _ in range(options.accounts - len([*members])):
        floor.open_account(options.cash)
    return floor


def open_market(options: Options) -> Market:
    """Return the recorded tape, or the synthetic market when none is named."""
    if options.tape:
        from console.venue.markets.recording import TapeError  # noqa: PLC0415 - only with a tape
        from console.venue.markets.tape import TapeMarket  # noqa: PLC0415 - only with a tape

        try:
            return TapeMarket(options.tape)
        except TapeError as error:
            raise CannotOpen(str(error)) from error
    from console.venue.markets.synthetic import SyntheticMarket  # noqa: PLC0415 - not with a tape

    market = SyntheticMarket(seed=options.seed, now=time.time_ns())
    if not options.stocks:
        return market
    from console.venue.markets.wide import WideMarket  # noqa: PLC0415 - rarely wanted

    return WideMarket(market, options.stocks, seed=options.seed)


def _starting_time(market: Market, record: Record | None) -> int:
    """Return when the clock begins: a tape goes on where its books end."""
    if market.starts_at is None:
        return time.time_ns()
    return max(market.starts_at, record.latest_at if record else 0)
