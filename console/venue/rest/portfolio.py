"""The route of the portfolio's history: which windows are meant, and the prices for them."""

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from aiohttp import web

from console.domain.market import Timeframe
from console.venue.floor import Floor
from console.venue.markets.bars import bar_end
from console.venue.rest.queries import choice_of, flag_of, time_of
from console.venue.rest.service import answer, floor_of
from console.venue.trading.accounts import Activity
from console.venue.trading.asset_classes import AssetClass, class_of
from console.venue.trading.orders import Fill
from console.venue.trading.portfolio import Closes, Worth, history, windows
from console.venue.trading.rejections import malformed
from console.venue.view import exact
from console.venue.wire.timestamps import (
    DAY,
    SECOND,
    new_york,
    new_york_midnight,
    next_new_york_midnight,
)

TIMEFRAMES = {
    "1Min": Timeframe.MIN_1,
    "5Min": Timeframe.MIN_5,
    "15Min": Timeframe.MIN_15,
    "1H": Timeframe.HOUR_1,
    "1D": Timeframe.DAY_1,
}
REPORTING = ("market_hours", "extended_hours", "continuous")
WHOLE_DAYS = "whole_days"
"""From the opening to midnight: a day's bar ends then."""

LONGEST_INTRADAY = 30
DAYS_IN = {"D": 1, "W": 7, "M": 30, "A": 365}
MOST_UNITS = 1_000
EARLIEST = date(1998, 1, 2)

Days = list[tuple[int, int]]
_PERIOD = re.compile(r"(\d{1,4})([DWMA])")


@dataclass(frozen=True, slots=True)
class Period:
    """So many days, weeks, months or years."""

    count: int
    unit: str

    @property
    def days(self) -> int:
        """About how many days it is."""
        return self.count * DAYS_IN[self.unit]

    def before(self, day: date) -> date:
        """Return the first day of the period that ends with `day`."""
        if self.unit in "DW":
            return max(day - timedelta(days=self.days - (self.unit == "D")), EARLIEST)
        return _months_on(day, -self.count * (12 if self.unit == "A" else 1))

    def after(self, day: date) -> date:
        """Return the last day of the period that begins with `day`."""
        if self.unit in "DW":
            return day + timedelta(days=self.days - (self.unit == "D"))
        return _months_on(day, self.count * (12 if self.unit == "A" else 1))


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not EARLIEST.year <= year < date.max.year:
        return EARLIEST if months < 0 else date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


async def get_history(request: web.Request) -> web.Response:
    """Return the account's worth over time."""
    floor = floor_of(request)
    await floor.hours_known()
    period = _period(request)
    start, end = time_of(request, "start"), time_of(request, "end")
    if start is not None and end is not None and request.query.get("period"):
        raise malformed("only two of start, end and period are accepted")
    name = _timeframe(request, _length(period, start, end))
    reporting = choice_of(request, "intraday_reporting", REPORTING)
    if flag_of(request, "extended_hours") and reporting == REPORTING[0]:
        reporting = REPORTING[1]
    days = await _days(floor, WHOLE_DAYS if name == "1D" else reporting)
    first, last = _bounds(floor, period, start, end, days)
    resets = choice_of(request, "pnl_reset", ("per_day", "no_reset")) == "per_day"
    return answer(_told(floor, days, name, first, last, resets_daily=resets and name != "1D"))


def _period(request: web.Request) -> Period:
    text = request.query.get("period") or "1M"
    match = _PERIOD.fullmatch(text.strip().upper())
    if match is None or not 1 <= int(match[1]) <= MOST_UNITS:
        raise malformed(f"invalid period: {text[:32]}")
    return Period(int(match[1]), match[2])


def _length(period: Period, start: int | None, end: int | None) -> int:
    if start is None or end is None:
        return period.days
    if end < start:
        raise malformed("end should not be before start")
    return (end - start) // DAY


def _timeframe(request: web.Request, days: int) -> str:
    text = request.query.get("timeframe")
    if not text:
        return "1Min" if days < DAYS_IN["W"] else "15Min" if days < LONGEST_INTRADAY else "1D"
    name = next((known for known in TIMEFRAMES if known.lower() == text.strip().lower()), None)
    if name is None:
        raise malformed(f"invalid timeframe: {text[:32]}")
    if name != "1D" and days > LONGEST_INTRADAY:
        raise malformed("only 1D is accepted as timeframe for more than 30 days")
    return name


async def _days(floor: Floor, reporting: str) -> Days:
    """Return the trading days that have begun since the account's first, from when till when."""
    opened, today = (new_york(at).date() for at in (floor.exchange.account.opened.at, floor.now))
    earliest = max(opened - timedelta(days=7), EARLIEST)
    if floor.has_real_hours and reporting != "continuous":
        known = [day for day in await floor.calendar.days() if earliest <= day.day <= today]
        spans = [(d.opens_at, d.closes_at) for d in known]
        if reporting == "extended_hours":
            spans = [(d.extended_opens_at, d.extended_closes_at) for d in known]
        if reporting == WHOLE_DAYS:
            spans = [(d.opens_at, next_new_york_midnight(d.opens_at)) for d in known]
        return [span for span in spans if span[0] <= floor.now]
    dates = [earliest + timedelta(days=i) for i in range((today - earliest).days + 2)]
    midnights = [new_york_midnight(day) for day in dates]
    return list(pairwise(midnights))


def _bounds(
    floor: Floor, period: Period, start: int | None, end: int | None, days: Days
) -> tuple[int, int]:
    """Return the first and the last instant a window may begin at."""
    now = floor.now
    if start is not None:
        until = end if end is not None else _day_end(period.after(new_york(start).date()))
        return start, min(until, now)
    last = min(end if end is not None else now, now)
    begun = days[: bisect_right([opens_at for opens_at, _ in days], last)]
    if period.unit == "D":
        return (begun[-period.count :][0][0] if begun else last), last
    return new_york_midnight(period.before(new_york(last).date())), last


def _day_end(day: date) -> int:
    return new_york_midnight(day) + DAY - 1


def _told(
    floor: Floor, days: Days, name: str, first: int, last: int, *, resets_daily: bool
) -> dict[str, Any]:
    timeframe = TIMEFRAMES[name]
    if name == "1D":
        first = new_york_midnight(new_york(first).date())
    step = None if name == "1D" else timeframe.seconds * SECOND
    asked = windows(days, step, first, last)
    opened = floor.exchange.account.opened
    closed = [closes_at for opens_at, closes_at in days if asked and opens_at <= asked[0].begins_at]
    told = history(
        asked,
        _worth(floor, timeframe, first).at,
        opened=(opened.at, opened.cash),
        close_before=closed[-2] if len(closed) > 1 else None,
        resets_daily=resets_daily,
    )
    body = asdict(told) | {"timeframe": name, "cashflow": {}}
    if body["base_value_asof"] is None:
        del body["base_value_asof"]
    return body


def _worth(floor: Floor, timeframe: Timeframe, first: int) -> Worth:
    blotter = floor.exchange.blotter
    fills = blotter.fills
    moves: list[Fill | Activity] = [*fills, *blotter.activities]
    moves.sort(key=_at)
    closes = {
        symbol: _closes(floor, symbol, timeframe, first) for symbol in {f.symbol for f in fills}
    }
    return Worth(
        floor.exchange.account, moves, lambda symbol, at: closes[symbol].before(at), floor.now
    )


def _at(move: Fill | Activity) -> int:
    return move.at


def _closes(floor: Floor, symbol: str, timeframe: Timeframe, first: int) -> Closes:
    """Return the closes of the bars of a timeframe, of days where there are no finer ones."""
    if class_of(symbol) is AssetClass.CRYPTO:
        return _coin_closes(floor, symbol, timeframe, first)
    if symbol not in floor.listings:
        return Closes(())
    fine = floor.market.bars(symbol, timeframe, first - DAY, floor.now)
    coarse = floor.market.bars(symbol, Timeframe.DAY_1, first - 10 * DAY, floor.now)
    if timeframe is not Timeframe.DAY_1 and fine:
        coarse = coarse[: bisect_left([bar_end(b.at, Timeframe.DAY_1) for b in coarse], fine[0].at)]
    both = [(bar_end(bar.at, Timeframe.DAY_1), exact(bar.close)) for bar in coarse]
    return Closes([*both, *((bar_end(bar.at, timeframe), exact(bar.close)) for bar in fine)])


def _coin_closes(floor: Floor, pair: str, timeframe: Timeframe, first: int) -> Closes:
    """Return the closes of a coin's bars, which have no gaps."""
    from console.venue.rest.crypto import coins_of  # noqa: PLC0415 - few accounts hold coins

    step = min(timeframe.seconds, Timeframe.HOUR_1.seconds) * SECOND
    begin = max(first, floor.exchange.account.opened.at) - DAY
    bars = coins_of(floor).bars(pair, step, begin, floor.now, floor.now)
    return Closes((bar.at + step, exact(bar.close)) for bar in bars)
