"""What the exchange's calendar says of the years the bars of a back-test are from."""

import warnings
from datetime import UTC, date, datetime
from functools import cache

from console.backtest.sessions import CLOSE_MINUTE, NEW_YORK, Calendar
from console.studies.columns import Column

FIRST_YEAR = 1990
EPOCH = date(1970, 1, 1)
YEAR_DAYS = 365.25


def calendar_of(at: Column) -> Calendar:
    """Return the half days and the sessions a year of the whole years these times lie in."""
    first, last = (datetime.fromtimestamp(float(at[place]), UTC).year for place in (0, -1))
    return _calendar(max(first, FIRST_YEAR), max(last, FIRST_YEAR))


@cache
def _calendar(first: int, last: int) -> Calendar:
    import exchange_calendars  # noqa: PLC0415 - a second of import, for this command only

    begin, end = date(first, 1, 1), date(last, 12, 31)
    with warnings.catch_warnings():
        # the package's own way with pandas, which is its to mend
        warnings.simplefilter("ignore", DeprecationWarning)
        schedule = exchange_calendars.get_calendar(
            "XNYS", start=begin.isoformat(), end=end.isoformat()
        ).schedule
    half_days = {}
    for session, close in zip(schedule.index, schedule["close"], strict=True):
        there = close.to_pydatetime().astimezone(NEW_YORK)
        minute = there.hour * 60 + there.minute
        if minute != CLOSE_MINUTE:
            half_days[(session.date() - EPOCH).days] = minute
    years = ((end - begin).days + 1) / YEAR_DAYS
    return Calendar(sessions_a_year=len(schedule) / years, half_days=half_days)
