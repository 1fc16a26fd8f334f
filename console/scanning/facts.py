"""What a snapshot says of a symbol on the day that is judged, and what it does not say."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from console.domain.market import Bar, Quote
from console.domain.scans import Facts, MarketSnapshot, Part
from console.scanning.sessions import NEW_YORK, Calendar

MINUTE = timedelta(minutes=1)
STALE_AFTER = timedelta(minutes=2)
"""Age, from its end on, at which a minute no longer tells the pace. Specification E2."""
LEAST_SESSIONS = 3
"""Sessions before that must have traded in a stretch for its usual volume to be known."""


def facts_of(
    snapshot: MarketSnapshot, part: Part, calendar: Calendar, day: date, now: datetime
) -> Facts:
    """Return the figures of one symbol; what belongs to another day is not known."""
    minute = _of_the_day(snapshot.minute, calendar, day)
    close = reference_close(snapshot, calendar, day)
    is_stale = snapshot.minute is not None and not is_fresh(snapshot.minute, now)
    return Facts(
        symbol=snapshot.symbol,
        at=None if minute is None else minute.at,
        price=None if minute is None else minute.close,
        change=None if minute is None else change(minute.close, close),
        trades_per_minute=None if minute is None or is_stale else minute.trade_count,
        volume=_day_volume(snapshot.day, day) if part is Part.DAY else None,
        spread=_spread(snapshot.quote, calendar, day),
        is_stale=is_stale,
    )


def reference_close(snapshot: MarketSnapshot, calendar: Calendar, day: date) -> float | None:
    """Return the close of the session before `day`, by the date each daily bar bears.

    The newer of the two daily bars may be today's or, before the first trade, the last
    session's. A symbol that did not trade in the session before has no reference.
    """
    last = calendar.before(day)
    if last is None:
        return None
    bars = (bar for bar in (snapshot.day, snapshot.previous_day) if bar is not None)
    dated = {date_of(bar): bar for bar in bars}
    earlier = [held for held in dated if last <= held < day]
    return dated[max(earlier)].close if earlier else None


def change(price: float, close: float | None) -> float | None:
    """Return the change in percent; None without a price and a close above zero."""
    if close is None or close <= 0 or price <= 0:
        return None
    return share(price, close)


def share(value: float, whole: float) -> float:
    """Return by how many percent a price is above another, exact where the prices are.

    In floats 12.10 would be a hair less than 10 % above 11.00.
    """
    exact, base = Decimal(repr(value)), Decimal(repr(whole))
    return float((exact - base) * 100 / base)


def is_fresh(minute: Bar, now: datetime) -> bool:
    """Whether a minute tells the pace of now."""
    return now - (minute.at + MINUTE) <= STALE_AFTER


def date_of(bar: Bar) -> date:
    """Return the date a daily bar is of: it begins at midnight in New York."""
    return bar.at.astimezone(NEW_YORK).date()


def with_volumes(facts: Facts, volume: float | None, usual: list[float]) -> Facts:
    """Return the facts with the volume of a part of the day, and what that is of the usual."""
    mean = sum(usual) / len(usual) if len(usual) >= LEAST_SESSIONS else 0.0
    times = volume / mean if volume is not None and mean > 0 else None
    return replace(facts, volume=volume, relative_volume=times)


def _of_the_day(bar: Bar | None, calendar: Calendar, day: date) -> Bar | None:
    return bar if bar is not None and calendar.trading_day(bar.at) == day else None


def _day_volume(bar: Bar | None, day: date) -> float | None:
    return bar.volume if bar is not None and date_of(bar) == day else None


def _spread(quote: Quote | None, calendar: Calendar, day: date) -> float | None:
    if quote is None or not quote.is_sound or calendar.trading_day(quote.at) != day:
        return None
    bid, ask = Decimal(repr(quote.bid)), Decimal(repr(quote.ask))
    return float((ask - bid) * 200 / (ask + bid))
