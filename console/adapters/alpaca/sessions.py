"""The broker's clock, and from its calendar the part of the day it is."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from console.adapters.alpaca.outside import Garbled, needed_moment, row, rows
from console.domain.market import MarketClock, Phase
from console.domain.scans import TradingSession

EXCHANGE = ZoneInfo("America/New_York")
OVERNIGHT_FROM = time(20)
PRE_MARKET_FROM = time(4)

TradingDays = Mapping[date, tuple[time, time]]
"""The days the market trades, with the regular open and the end of after-hours."""


def market_clock(told: object, trading_days: TradingDays, received_at: datetime) -> MarketClock:
    """Return the clock; the days must hold the exchange's today and tomorrow, unless it is open."""
    said = row(told)
    if not isinstance(said.get("is_open"), bool):
        raise Garbled("is_open is missing")
    at = needed_moment(said, "timestamp")
    return MarketClock(
        at=at,
        is_open=said["is_open"],
        next_open=needed_moment(said, "next_open"),
        next_close=needed_moment(said, "next_close"),
        phase=Phase.REGULAR if said["is_open"] else closed_phase(at, trading_days),
        received_at=received_at,
    )


def exchange_day(told: object) -> date:
    """Return the exchange's date of a clock that was told."""
    return needed_moment(row(told), "timestamp").astimezone(EXCHANGE).date()


def trading_days(told: object) -> TradingDays:
    """Return the days of a calendar."""
    return {date.fromisoformat(str(day.get("date"))): _hours(day) for day in rows(told)}


def closed_phase(at: datetime, days: TradingDays) -> Phase:
    """Return which part of the day it is while the regular session is closed."""
    there = at.astimezone(EXCHANGE)
    today, now = there.date(), there.time()
    if now >= OVERNIGHT_FROM:
        return Phase.OVERNIGHT if today + timedelta(days=1) in days else Phase.CLOSED
    if today not in days:
        return Phase.CLOSED
    if now < PRE_MARKET_FROM:
        return Phase.OVERNIGHT
    opens, ends = days[today]
    if now < opens:
        return Phase.PRE_MARKET
    return Phase.AFTER_HOURS if now < ends else Phase.CLOSED


def regular_sessions(told: object) -> tuple[TradingSession, ...]:
    """Return the regular sessions of a calendar, which may end early."""
    return tuple(_regular_session(day) for day in rows(told))


def _regular_session(told: dict[str, Any]) -> TradingSession:
    day = date.fromisoformat(str(told.get("date")))
    return TradingSession(
        day=day,
        opens_at=datetime.combine(day, _time(told.get("open")), EXCHANGE),
        closes_at=datetime.combine(day, _time(told.get("close")), EXCHANGE),
    )


def _hours(day: dict[str, Any]) -> tuple[time, time]:
    return _time(day.get("open")), _time(day.get("session_close") or "2000")


def _time(told: object) -> time:
    """Read "09:30" and "0930"."""
    digits = str(told).replace(":", "")[:4]
    return time(int(digits[:2]), int(digits[2:]))
