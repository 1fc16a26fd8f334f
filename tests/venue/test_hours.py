"""When the market trades, and the real calendar it follows on request."""

from datetime import date

import pytest

from console.domain.orders import TimeInForce
from console.venue.trading.calendar import TradingCalendar
from console.venue.trading.hours import AlwaysOpen, SessionHours, TradingDay
from console.venue.wire.timestamps import gtc_expires, parse

FRIDAY = TradingDay(
    day=date(2024, 7, 5),
    opens_at=parse("2024-07-05T13:30:00Z"),
    closes_at=parse("2024-07-05T20:00:00Z"),
)
HALF_DAY = TradingDay(
    day=date(2024, 7, 3),
    opens_at=parse("2024-07-03T13:30:00Z"),
    closes_at=parse("2024-07-03T17:00:00Z"),
)
HOURS = SessionHours([HALF_DAY, FRIDAY])


@pytest.mark.parametrize(
    ("at", "is_open", "is_extended"),
    [
        ("2024-07-03T07:59:59Z", False, False),
        ("2024-07-03T08:00:00Z", False, True),
        ("2024-07-03T13:30:00Z", True, True),
        ("2024-07-03T16:59:59Z", True, True),
        ("2024-07-03T17:00:00Z", False, True),
        ("2024-07-04T15:00:00Z", False, False),
        ("2024-07-05T15:00:00Z", True, True),
    ],
)
def test_sessions_open_and_close_to_the_second(at, is_open, is_extended):
    now = parse(at)

    assert (HOURS.is_open(now), HOURS.is_extended(now)) == (is_open, is_extended)


def test_the_next_open_and_close_skip_the_holiday():
    holiday = parse("2024-07-04T15:00:00Z")

    assert HOURS.next_open(holiday) == FRIDAY.opens_at
    assert HOURS.next_close(holiday) == FRIDAY.closes_at


def test_during_a_session_the_next_open_is_the_next_days():
    assert HOURS.next_open(HALF_DAY.opens_at) == FRIDAY.opens_at
    assert HOURS.next_close(HALF_DAY.opens_at) == HALF_DAY.closes_at


def test_a_day_order_ends_with_the_session_it_trades_in():
    noon = parse("2024-07-03T16:00:00Z")

    assert HOURS.day_order_expires(noon, is_extended=False) == HALF_DAY.closes_at
    assert HOURS.day_order_expires(noon, is_extended=True) == parse("2024-07-04T00:00:00Z")


def test_a_calendar_that_has_ended_says_so():
    with pytest.raises(ValueError, match="the calendar ends before 2030-01-0"):
        HOURS.next_open(parse("2030-01-02T00:00:00Z"))


def test_a_market_that_is_always_open_has_days_from_midnight_to_midnight():
    hours = AlwaysOpen()
    before, after = parse("2024-07-06T03:59:59Z"), parse("2024-07-06T04:00:00Z")

    assert hours.is_open(before)
    assert hours.next_close(before) == after
    assert hours.next_close(after) == parse("2024-07-07T04:00:00Z")


# the calendar package itself uses what pandas will change in version 4
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
async def test_the_real_calendar_knows_half_days_and_daylight_saving():
    days = {d.day: d for d in await TradingCalendar().days()}

    assert days[date(2024, 7, 3)] == HALF_DAY
    assert days[date(2013, 10, 7)].opens_at == parse("2013-10-07T13:30:00Z")
    assert days[date(2024, 1, 3)].opens_at == parse("2024-01-03T14:30:00Z")
    assert date(2024, 7, 4) not in days


@pytest.mark.parametrize(
    ("at", "opening", "closing"),
    [
        ("2024-07-03T13:27:59Z", True, True),
        ("2024-07-03T13:28:00Z", False, True),
        ("2024-07-03T16:50:00Z", False, False),
        ("2024-07-03T22:59:59Z", False, False),
        ("2024-07-03T23:00:00Z", True, True),
        ("2024-07-05T13:27:59Z", True, True),
        ("2024-07-05T19:49:59Z", False, True),
        ("2024-07-05T19:50:00Z", False, False),
    ],
)
def test_auctions_take_orders_until_shortly_before_and_again_in_the_evening(at, opening, closing):
    now = parse(at)

    assert HOURS.takes_for_auction(now, TimeInForce.OPG) == opening
    assert HOURS.takes_for_auction(now, TimeInForce.CLS) == closing
    assert AlwaysOpen().takes_for_auction(now, TimeInForce.OPG)


def test_what_is_good_till_canceled_ages_out_in_ninety_days_at_a_quarter_past_four():
    assert gtc_expires(parse("2024-07-05T15:00:00Z")) == parse("2024-10-03T20:15:00Z")
