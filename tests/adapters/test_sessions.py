"""The session on the days that are not like others: clocks set, half days, holidays."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import exchange_calendars
import pytest

from console.adapters.alpaca.sessions import EXCHANGE, market_clock, trading_days
from console.domain.market import Phase
from console.venue.trading.hours import SessionHours, TradingDay

# when each part of a day begins, in UTC; it lasts until the next line
PARTS = [
    ("2026-10-30T08:00Z", Phase.PRE_MARKET),
    ("2026-10-30T13:30Z", Phase.REGULAR),
    ("2026-10-30T20:00Z", Phase.AFTER_HOURS),
    ("2026-10-31T00:00Z", Phase.CLOSED),
    # summer time ends on Sunday, 1 November
    ("2026-11-02T01:00Z", Phase.OVERNIGHT),
    ("2026-11-02T09:00Z", Phase.PRE_MARKET),
    ("2026-11-02T14:30Z", Phase.REGULAR),
    ("2026-11-02T21:00Z", Phase.AFTER_HOURS),
    ("2026-11-03T01:00Z", Phase.OVERNIGHT),
    None,
    # Thanksgiving, and the half day after it
    ("2026-11-25T14:30Z", Phase.REGULAR),
    ("2026-11-25T21:00Z", Phase.AFTER_HOURS),
    ("2026-11-26T01:00Z", Phase.CLOSED),
    ("2026-11-27T01:00Z", Phase.OVERNIGHT),
    ("2026-11-27T09:00Z", Phase.PRE_MARKET),
    ("2026-11-27T14:30Z", Phase.REGULAR),
    ("2026-11-27T18:00Z", Phase.AFTER_HOURS),
    ("2026-11-27T22:00Z", Phase.CLOSED),
    ("2026-11-30T01:00Z", Phase.OVERNIGHT),
    None,
    # the half day before Christmas, and Christmas
    ("2026-12-24T09:00Z", Phase.PRE_MARKET),
    ("2026-12-24T14:30Z", Phase.REGULAR),
    ("2026-12-24T18:00Z", Phase.AFTER_HOURS),
    ("2026-12-24T22:00Z", Phase.CLOSED),
    ("2026-12-28T01:00Z", Phase.OVERNIGHT),
    None,
    # summer time begins on Sunday, 14 March
    ("2027-03-12T14:30Z", Phase.REGULAR),
    ("2027-03-12T21:00Z", Phase.AFTER_HOURS),
    ("2027-03-13T01:00Z", Phase.CLOSED),
    ("2027-03-15T00:00Z", Phase.OVERNIGHT),
    ("2027-03-15T08:00Z", Phase.PRE_MARKET),
    ("2027-03-15T13:30Z", Phase.REGULAR),
    ("2027-03-15T20:00Z", Phase.AFTER_HOURS),
    ("2027-03-16T00:00Z", Phase.OVERNIGHT),
]
SECOND = timedelta(seconds=1)
NANOS = 1_000_000_000


EARLY = 13


def exchange_days() -> tuple[TradingDay, ...]:
    """The days of the New York exchange, by a calendar that is not ours."""
    calendar = exchange_calendars.get_calendar("XNYS", start="2026-10-01", end="2027-04-30")
    schedule = calendar.schedule
    return tuple(
        TradingDay(
            day=session.date(),
            opens_at=int(opens.timestamp()) * NANOS,
            closes_at=int(closes.timestamp()) * NANOS,
        )
        for session, opens, closes in zip(
            schedule.index, schedule["open"], schedule["close"], strict=True
        )
    )


def as_told(day: TradingDay) -> dict[str, str]:
    """A day as Alpaca's calendar tells it; after-hours are shorter after a half day."""
    closes = datetime.fromtimestamp(day.closes_at / NANOS, EXCHANGE)
    return {
        "date": day.day.isoformat(),
        "open": "09:30",
        "close": f"{closes:%H:%M}",
        "session_open": "0400",
        "session_close": "1700" if closes.hour == EARLY else "2000",
    }


@pytest.mark.filterwarnings("ignore:Series.values returning")  # pandas' word to that calendar
def test_no_moment_around_the_odd_days_is_given_the_wrong_session():
    days = exchange_days()
    hours, calendar = SessionHours(days), trading_days([as_told(day) for day in days])
    wrong = []
    for at, expected in moments():
        told = spoken(hours, at)

        clock = market_clock(told, calendar, at)

        if clock.phase is not expected or clock.is_open is not (expected is Phase.REGULAR):
            wrong.append((at.isoformat(), clock.phase, expected))

    assert wrong == []


def moments():
    """Each part's first second, its last, and every quarter of an hour between."""
    for part, following in pairwise(PARTS):
        if part is None or following is None:
            continue
        begins, ends = datetime.fromisoformat(part[0]), datetime.fromisoformat(following[0])
        at = begins
        while at < ends:
            yield at, part[1]
            at += timedelta(minutes=15)
        yield ends - SECOND, part[1]


def spoken(hours: SessionHours, at: datetime) -> dict[str, object]:
    """What a broker's clock says at a moment, by the venue's real hours."""
    now = int(at.timestamp()) * NANOS

    def told(nanos: int) -> str:
        return datetime.fromtimestamp(nanos / NANOS, UTC).isoformat()

    return {
        "timestamp": at.isoformat(),
        "is_open": hours.is_open(now),
        "next_open": told(hours.next_open(now)),
        "next_close": told(hours.next_close(now)),
    }
