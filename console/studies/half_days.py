"""When the regular session of New York closes: at 16:00, on half days at 13:00.

The half days are those of the exchange's rule since 2004: the day before Independence Day,
the Friday after Thanksgiving, and Christmas Eve, as far as they are days of trading. The
tests hold this to the exchange's calendar of all those years. Written by hand because the
calendar's library takes a second to import, and a console may not wait for it.
"""

from datetime import date
from functools import lru_cache

CLOSE, EARLY_CLOSE = 57_600.0, 46_800.0
"""Seconds after midnight in New York."""
FRIDAY = 4
JULY, NOVEMBER, DECEMBER = 7, 11, 12


@lru_cache(4_096)
def regular_close(day: date) -> float:
    """Return when the regular session of a trading day closes, in seconds after midnight."""
    return EARLY_CLOSE if is_half_day(day) else CLOSE


def is_half_day(day: date) -> bool:
    """Return whether a trading day closes early."""
    weekday = day.weekday()
    if (day.month, day.day) in ((JULY, 3), (DECEMBER, 24)):
        # before a Saturday the holiday itself is kept on this Friday
        return weekday < FRIDAY
    is_fourth_week = 23 <= day.day <= 29  # noqa: PLR2004 - the Fridays after a fourth Thursday
    return day.month == NOVEMBER and weekday == FRIDAY and is_fourth_week
