"""The market side: what can be traded, its prices, and what is looked at."""

from dataclasses import dataclass

from console.desk.analyst import Analyst
from console.desk.attention import Attention
from console.desk.cross_check import CrossCheck
from console.desk.feed import Feed
from console.desk.lookout import Lookout
from console.desk.rooms.ground import Ground
from console.desk.rooms.outside import Outside
from console.desk.scan_shelf import ScanShelf
from console.desk.scanner import Scanner
from console.desk.universe import Universe
from console.desk.watchlist import Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSide:
    """Everything that looks at the market and sends nothing."""

    universe: Universe
    feed: Feed
    watchlist: Watchlist
    lookout: Lookout
    analyst: Analyst
    attention: Attention
    scanner: Scanner
    cross_check: CrossCheck


def build_market_side(outside: Outside, ground: Ground) -> MarketSide:
    """Build the market side."""
    universe = Universe(
        broker=outside.broker,
        connections=ground.connections,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )
    feed = _feed(outside, ground)
    analyst = Analyst(
        feed=feed,
        store=ground.store,
        take_readings=outside.take_readings,
        clock=outside.clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )
    return MarketSide(
        universe=universe,
        feed=feed,
        watchlist=_watchlist(outside, ground, feed, universe),
        lookout=_lookout(outside, ground, feed),
        analyst=analyst,
        attention=Attention(
            store=ground.store,
            feed=feed,
            analyst=analyst,
            universe=universe,
            pace=outside.limits.pace,
            sleep=outside.sleep,
        ),
        scanner=_scanner(outside, ground, universe),
        cross_check=_cross_check(outside, ground, feed),
    )


def _feed(outside: Outside, ground: Ground) -> Feed:
    return Feed(
        stream=outside.market_stream,
        history=outside.history,
        store=ground.store,
        connections=ground.connections,
        clock=outside.clock,
        limits=outside.limits,
        workers=ground.workers,
        sleep=outside.sleep,
        has_real_time=outside.has_real_time,
    )


def _cross_check(outside: Outside, ground: Ground, feed: Feed) -> CrossCheck:
    return CrossCheck(
        feed=feed,
        history=outside.history,
        store=ground.store,
        alerts=ground.alerts,
        connections=ground.connections,
        clock=outside.clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )


def _watchlist(outside: Outside, ground: Ground, feed: Feed, universe: Universe) -> Watchlist:
    watchlist = Watchlist(
        store=ground.store,
        feed=feed,
        universe=universe,
        recorder=ground.recorder,
        limits=outside.limits,
        default=outside.default_watchlist,
    )
    universe.on_loaded = watchlist.prune
    return watchlist


def _lookout(outside: Outside, ground: Ground, feed: Feed) -> Lookout:
    return Lookout(
        store=ground.store,
        alerts=ground.alerts,
        feed=feed,
        connections=ground.connections,
        clock=outside.clock,
        limits=outside.limits,
        sleep=outside.sleep,
    )


def _scanner(outside: Outside, ground: Ground, universe: Universe) -> Scanner:
    return Scanner(
        source=outside.scan_source,
        universe=universe,
        store=ground.store,
        shelf=ScanShelf(outside.folder.scans),
        recorder=ground.recorder,
        workers=ground.workers,
        clock=outside.clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )
