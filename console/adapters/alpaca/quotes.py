"""Quotes, trades and bars as the market data API tells them over REST."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.adapters.alpaca.outside import Garbled, needed_moment, plain, row
from console.domain.conditions import Counts, counts_for
from console.domain.market import Bar, Day, Quote, Trade


def number(told: object) -> float:
    """Return a measured figure, which must be finite and not below zero."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise Garbled("a number was expected")
    figure = float(told)
    if not math.isfinite(figure) or figure < 0:
        raise Garbled("a number is not finite, or below zero")
    return figure


def by_symbol(told: object, name: str | None = None) -> Mapping[str, Any]:
    """Return the part of an answer that is keyed by symbol; null is a known nothing."""
    part = row(told) if name is None else row(told).get(name)
    return {} if part is None else {plain(key, 40): said for key, said in row(part).items()}


def quote(symbol: str, told: object, now: datetime) -> Quote:
    """Return the newest quote; its age counts from when it was made, for it may be old."""
    said = row(told)
    at = needed_moment(said, "t")
    return Quote(
        symbol=symbol,
        bid=number(said.get("bp")),
        bid_size=number(said.get("bs")),
        ask=number(said.get("ap")),
        ask_size=number(said.get("as")),
        at=at,
        received_at=min(at, now),
    )


def trade(symbol: str, told: object, now: datetime) -> Trade:
    """Return the newest trade; its age counts from when it was made."""
    said = row(told)
    at = needed_moment(said, "t")
    return Trade(
        symbol=symbol,
        price=number(said.get("p")),
        size=number(said.get("s")),
        at=at,
        received_at=min(at, now),
        counts=counted(said.get("c"), said.get("z")),
    )


def counted(conditions: object, tape: object) -> Counts:
    """Return what a print counts for; what is no list of codes says nothing against it."""
    codes = conditions if isinstance(conditions, list) else ()
    named = [code for code in codes if isinstance(code, str)]
    return counts_for(named, tape if isinstance(tape, str) else "")


def bar(symbol: str, told: object) -> Bar:
    """Return one bar."""
    said = row(told)
    return Bar(
        symbol=symbol,
        at=needed_moment(said, "t"),
        open=number(said.get("o")),
        high=number(said.get("h")),
        low=number(said.get("l")),
        close=number(said.get("c")),
        volume=number(said.get("v")),
        vwap=None if said.get("vw") is None else number(said.get("vw")),
        trade_count=None if said.get("n") is None else int(number(said.get("n"))),
    )


def day(symbol: str, told: object) -> Day:
    """Return one symbol's session so far, from a snapshot."""
    said = row(told)
    session, before = said.get("dailyBar"), said.get("prevDailyBar")
    return Day(
        symbol=symbol,
        bar=None if session is None else bar(symbol, session),
        previous_close=None if before is None else bar(symbol, before).close,
    )
