"""Routes of the calendar and of the markets' clocks: the real exchange's days, half days included.

A venue whose market never closes says so on its clocks; its calendar is the real
one all the same, since settlement and options go by it.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from aiohttp import web

from console.venue.floor import Floor
from console.venue.rest.queries import choice_of, date_of, names_of, time_of
from console.venue.rest.service import answer, floor_of
from console.venue.trading.hours import TradingDay
from console.venue.trading.rejections import BAD_SHAPE, Rejection, malformed
from console.venue.trading.settlement import is_banking_day, settlement_date
from console.venue.wire.timestamps import new_york, new_york_rfc3339, next_new_york_midnight

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketName:
    """One market that keeps New York's days, and how it may be called."""

    acronym: str
    name: str
    mic: str

    def as_json(self) -> dict[str, str]:
        """Return the market as every answer carries it."""
        return {
            "acronym": self.acronym,
            "mic": self.mic,
            "name": self.name,
            "timezone": "America/New_York",
        }


MARKETS = (
    MarketName(acronym="NYSE", name="New York Stock Exchange", mic="XNYS"),
    MarketName(acronym="NASDAQ", name="Nasdaq Stock Market", mic="XNAS"),
    MarketName(acronym="IEX", name="Investors Exchange", mic="IEXG"),
    MarketName(acronym="OTC", name="OTC Markets", mic="OTCM"),
    MarketName(acronym="OPRA", name="Options Price Reporting Authority", mic="OPRA"),
)


@dataclass(frozen=True, slots=True)
class SettledDay:
    """A trading day and when its trades settle."""

    trading: TradingDay
    settles_on: date


@dataclass(frozen=True, slots=True)
class SettledDays:
    """Every day of the calendar whose settlement is known, oldest first."""

    days: tuple[SettledDay, ...]

    @property
    def trading_dates(self) -> list[date]:
        """When each day trades."""
        return [day.trading.day for day in self.days]

    @property
    def settlement_dates(self) -> list[date]:
        """When each day settles; never falling."""
        return [day.settles_on for day in self.days]


async def _settled_days(floor: Floor) -> SettledDays:
    trading = await floor.calendar.days()
    return floor.shelf.get(SettledDays, lambda: _settled(trading))


def _settled(trading: tuple[TradingDay, ...]) -> SettledDays:
    banking = [day.day for day in trading if is_banking_day(day.day)]
    settled = ((day, settlement_date(day.day, banking)) for day in trading)
    return SettledDays(tuple(SettledDay(day, on) for day, on in settled if on))


async def get_calendar(request: web.Request) -> web.Response:
    """Return the trading days from start to end, both included."""
    known = await _settled_days(floor_of(request))
    start, end = date_of(request, "start"), date_of(request, "end")
    kind = choice_of(request, "date_type", ("TRADING", "SETTLEMENT"))
    dates = known.trading_dates if kind == "TRADING" else known.settlement_dates
    if start and end and end < start:
        raise malformed("end should not be before start")
    first = bisect_left(dates, start) if start else 0
    last = bisect_right(dates, end) if end else len(dates)
    return answer([_day(day) for day in known.days[first:last]])


def _day(day: SettledDay) -> dict[str, str]:
    return {
        "date": day.trading.day.isoformat(),
        "open": f"{new_york(day.trading.opens_at):%H:%M}",
        "close": f"{new_york(day.trading.closes_at):%H:%M}",
        "session_open": "0400",
        "session_close": "2000",
        "settlement_date": day.settles_on.isoformat(),
    }


def _market(named: str) -> MarketName:
    for market in MARKETS:
        if named.upper() in (market.acronym, market.mic):
            return market
    raise Rejection(400, BAD_SHAPE, f"invalid market: {named[:16]}")


async def get_market_calendar(request: web.Request) -> web.Response:
    """Return a market's trading days: a week from today unless asked otherwise."""
    market = _market(request.match_info["market"])
    floor = floor_of(request)
    in_utc = choice_of(request, "timezone", ("", "UTC")) == "UTC"
    start = date_of(request, "start") or new_york(floor.now).date()
    end = date_of(request, "end") or min(start, date.max - WEEK) + WEEK
    if end < start:
        raise Rejection(400, BAD_SHAPE, "end should not be before start")
    known = await _settled_days(floor)
    dates = known.trading_dates
    days = known.days[bisect_left(dates, start) : bisect_right(dates, end)]
    told = [_market_day(day, in_utc=in_utc) for day in days]
    return answer({"market": market.as_json(), "calendar": told})


def _market_day(day: SettledDay, *, in_utc: bool) -> dict[str, str]:
    trading = day.trading

    def clock(at: int) -> str:
        moment = new_york(at)
        return (moment.astimezone(UTC) if in_utc else moment).isoformat()

    return {
        "date": trading.day.isoformat(),
        "pre_start": clock(trading.extended_opens_at),
        "pre_end": clock(trading.opens_at),
        "core_start": clock(trading.opens_at),
        "core_end": clock(trading.closes_at),
        "post_start": clock(trading.closes_at),
        "post_end": clock(trading.extended_closes_at),
        "settlement_date": day.settles_on.isoformat(),
    }


async def get_market_clocks(request: web.Request) -> web.Response:
    """Return what the clocks of markets show, now or at the time asked for."""
    floor = floor_of(request)
    await floor.hours_known()
    markets = [_market(name) for name in names_of(request, "markets")] or MARKETS
    at = time_of(request, "time")
    now = floor.now if at is None else at
    shown = await _shown(floor, now)
    return answer({"clocks": [{"market": m.as_json(), **shown} for m in dict.fromkeys(markets)]})


async def _shown(floor: Floor, now: int) -> dict[str, Any]:
    hours = floor.exchange.hours
    if floor.has_real_hours:
        known = await _settled_days(floor)
        days = [day.trading for day in known.days]
        if not days[0].opens_at <= now < days[-1].extended_opens_at:
            raise Rejection(400, BAD_SHAPE, "invalid time: beyond the calendar")
        phase, until, is_market_day = _phase(days, now)
    else:
        phase, until, is_market_day = "core", next_new_york_midnight(now), True
    return {
        "timestamp": new_york_rfc3339(now),
        "is_market_day": is_market_day,
        "next_market_open": new_york_rfc3339(hours.next_open(now)),
        "next_market_close": new_york_rfc3339(hours.next_close(now)),
        "phase": phase,
        "phase_until": new_york_rfc3339(until),
    }


def _phase(days: list[TradingDay], now: int) -> tuple[str, int, bool]:
    """Return the phase of the day, when it ends, and whether the day is one of trading."""
    place = bisect_right([day.extended_closes_at for day in days], now)
    day = days[place]
    today = new_york(now).date()
    is_market_day = today == day.day or (place > 0 and today == days[place - 1].day)
    for phase, ends_at in (
        ("closed", day.extended_opens_at),
        ("pre", day.opens_at),
        ("core", day.closes_at),
    ):
        if now < ends_at:
            return phase, ends_at, is_market_day
    return "post", day.extended_closes_at, is_market_day
