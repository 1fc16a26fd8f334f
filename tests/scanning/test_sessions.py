"""The calendar cases, against the exchange's own published calendar."""

import warnings
from datetime import UTC, date, datetime, timedelta
from functools import cache

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.market import Bar, Timeframe
from console.domain.scans import Facts, MarketSnapshot, Part, TradingSession
from console.scanning.facts import facts_of, reference_close, with_volumes
from console.scanning.sessions import NEW_YORK, Calendar
from console.scanning.stretches import NoStretch, same_before, stretch_so_far

FIRST, LAST = date(2025, 10, 1), date(2026, 3, 31)


@cache
def exchange():
    """Half a year of the exchange, with Thanksgiving, Christmas and their half days."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own use of pandas
        held = exchange_calendars.get_calendar("XNYS", start=FIRST, end=LAST)
    return Calendar(
        [
            TradingSession(
                day=day.date(),
                opens_at=held.session_open(day).to_pydatetime(),
                closes_at=held.session_close(day).to_pydatetime(),
            )
            for day in held.sessions
        ]
    )


def new_york(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK)


def daily(day, close):
    at = new_york(day, 0).astimezone(UTC)
    return Bar(symbol="X", at=at, open=close, high=close, low=close, close=close, volume=1_000)


def minute(at, close, trades=10):
    return Bar(
        symbol="X",
        at=at.astimezone(UTC),
        open=close,
        high=close,
        low=close,
        close=close,
        volume=100,
        trade_count=trades,
    )


def shown(at, close, day, previous_day):
    return MarketSnapshot(
        symbol="X",
        minute=None if at is None else minute(at, close),
        day=day,
        previous_day=previous_day,
    )


MONDAY, FRIDAY = date(2025, 11, 17), date(2025, 11, 14)
BLACK_FRIDAY, THANKSGIVING, WEDNESDAY = (
    date(2025, 11, 28),
    date(2025, 11, 27),
    date(2025, 11, 26),
)


@pytest.mark.parametrize(
    ("at", "newest", "older", "expected"),
    [
        # Monday's reference is Friday's close, once Monday has a daily bar and before
        (new_york(MONDAY, 10), (MONDAY, 107.0), (FRIDAY, 100.0), 10.0),
        (new_york(MONDAY, 5), (FRIDAY, 100.0), (date(2025, 11, 13), 90.0), 10.0),
        # the half day after Thanksgiving is judged by Wednesday, and the Monday after by it
        (new_york(BLACK_FRIDAY, 12), (BLACK_FRIDAY, 107.0), (WEDNESDAY, 100.0), 10.0),
        (new_york(BLACK_FRIDAY, 15), (BLACK_FRIDAY, 107.0), (WEDNESDAY, 100.0), 10.0),
        (new_york(date(2025, 12, 1), 10), (BLACK_FRIDAY, 100.0), (WEDNESDAY, 90.0), 10.0),
        # Sunday night belongs to Monday
        (new_york(date(2025, 11, 16), 21), (FRIDAY, 100.0), (date(2025, 11, 13), 90.0), 10.0),
        # Monday at 20:00 belongs to Tuesday, whose reference is Monday
        (new_york(MONDAY, 20), (MONDAY, 100.0), (FRIDAY, 90.0), 10.0),
        # no trade in the session before: what closed earlier is no reference
        (new_york(MONDAY, 10), (date(2025, 11, 12), 100.0), (date(2025, 11, 11), 90.0), None),
        (new_york(MONDAY, 10), None, None, None),
        (new_york(MONDAY, 10), (FRIDAY, 0.0), None, None),
    ],
)
def test_the_reference_is_chosen_by_the_date_of_what_is_judged(at, newest, older, expected):
    day = exchange().judged_day(at, is_open=False)
    snapshot = shown(
        at,
        110.0,
        None if newest is None else daily(*newest),
        None if older is None else daily(*older),
    )

    facts = facts_of(snapshot, Part.DAY, exchange(), day, at + timedelta(seconds=60))

    assert facts.change == expected


def test_before_the_first_bar_of_the_day_the_change_is_not_known_rather_than_fridays():
    now = new_york(MONDAY, 4, 5)
    snapshot = shown(new_york(FRIDAY, 19, 59), 110.0, daily(FRIDAY, 100.0), daily(FRIDAY, 90.0))

    facts = facts_of(snapshot, Part.DAY, exchange(), exchange().judged_day(now, is_open=False), now)

    assert (facts.change, facts.price, facts.trades_per_minute) == (None, None, None)
    assert facts.volume is None
    assert facts.is_stale


def test_a_weekend_judges_the_session_before_unless_the_market_is_open():
    saturday = new_york(date(2025, 11, 15), 12)

    assert exchange().judged_day(saturday, is_open=False) == FRIDAY
    assert exchange().judged_day(saturday, is_open=True) == date(2025, 11, 15)
    assert exchange().judged_day(new_york(THANKSGIVING, 12), is_open=False) == WEDNESDAY
    assert exchange().trading_day(new_york(FRIDAY, 21)) == FRIDAY


@given(
    days=st.lists(st.dates(FIRST, LAST), min_size=0, max_size=2, unique=True),
    now=st.datetimes(datetime(2025, 10, 3), datetime(2026, 3, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
)
def test_a_reference_never_comes_from_the_judged_day_or_before_the_session_before(days, now):
    day = exchange().judged_day(now, is_open=False)
    bars = [daily(held, float(held.toordinal())) for held in sorted(days)]
    bars += [None] * (2 - len(bars))
    snapshot = shown(None, 0.0, bars[1], bars[0])

    close = reference_close(snapshot, exchange(), day)

    if close is not None:
        held = date.fromordinal(int(close))
        assert held < day
        assert held >= exchange().before(day)


@pytest.mark.parametrize(
    ("seconds", "pace"), [(60, 10), (119, 10), (179, 10), (180, 10), (181, None), (4_000, None)]
)
def test_a_minute_older_than_two_counts_no_trades(seconds, pace):
    at = new_york(MONDAY, 10)
    snapshot = shown(at, 110.0, daily(MONDAY, 110.0), daily(FRIDAY, 100.0))

    facts = facts_of(snapshot, Part.DAY, exchange(), MONDAY, at + timedelta(seconds=seconds))

    assert facts.trades_per_minute == pace
    assert facts.change == 10.0


@given(close=st.integers(1, 10_000), percent=st.integers(-50, 50))
def test_a_change_of_whole_percents_is_exact(close, percent):
    cents = close * (100 + percent)
    snapshot = shown(new_york(MONDAY, 10), cents / 100, None, daily(FRIDAY, float(close)))

    facts = facts_of(snapshot, Part.DAY, exchange(), MONDAY, new_york(MONDAY, 10, 1))

    assert facts.change == percent


def test_a_stretch_is_whole_bars_of_the_part_so_far():
    opening = stretch_so_far(Part.REGULAR, exchange(), MONDAY, new_york(MONDAY, 9, 47))
    noon = stretch_so_far(Part.REGULAR, exchange(), MONDAY, new_york(MONDAY, 12, 4))
    late = stretch_so_far(Part.PRE_MARKET, exchange(), MONDAY, new_york(MONDAY, 15))
    half = stretch_so_far(Part.AFTER_HOURS, exchange(), BLACK_FRIDAY, new_york(BLACK_FRIDAY, 14))

    assert (opening.start, opening.end) == (new_york(MONDAY, 9, 30), new_york(MONDAY, 9, 47))
    assert opening.timeframe is Timeframe.MIN_1
    assert (noon.end, noon.timeframe) == (new_york(MONDAY, 12), Timeframe.MIN_5)
    assert (late.start, late.end) == (new_york(MONDAY, 4), new_york(MONDAY, 9, 30))
    assert half.start == new_york(BLACK_FRIDAY, 13)


@pytest.mark.parametrize(
    ("part", "at", "words"),
    [
        (Part.PRE_MARKET, new_york(MONDAY, 3), "scan from 04:01"),
        (Part.REGULAR, new_york(MONDAY, 9, 30), "scan from 09:31"),
        (Part.AFTER_HOURS, new_york(BLACK_FRIDAY, 12), "scan from 13:01"),
    ],
)
def test_a_part_that_has_not_begun_says_when_it_does(part, at, words):
    with pytest.raises(NoStretch, match=words):
        stretch_so_far(part, exchange(), at.date(), at)


def test_the_same_stretch_of_a_half_day_counts_only_where_it_was_long_enough():
    day = date(2025, 12, 3)
    calendar = exchange()
    noon = stretch_so_far(Part.REGULAR, calendar, day, new_york(day, 12))
    three = stretch_so_far(Part.REGULAR, calendar, day, new_york(day, 15))

    at_noon = [s.start.date() for s in same_before(noon, Part.REGULAR, calendar, day)]
    at_three = [s.start.date() for s in same_before(three, Part.REGULAR, calendar, day)]

    assert BLACK_FRIDAY in at_noon
    assert len(at_noon) == 5
    assert at_three == [d for d in at_noon if d != BLACK_FRIDAY]
    assert THANKSGIVING not in at_noon


@given(
    volume=st.none() | st.floats(0, 1e9),
    usual=st.lists(st.integers(0, 10**9).map(float), max_size=5),
)
def test_relative_volume_needs_three_sessions_and_a_volume(volume, usual):
    facts = with_volumes(Facts(symbol="X"), volume, usual)

    if volume is None or len(usual) < 3 or not sum(usual):
        assert facts.relative_volume is None
    else:
        assert facts.relative_volume == volume / (sum(usual) / len(usual))
