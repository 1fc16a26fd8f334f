"""When trades settle: so many banking days on, fewer since 2017 and 2024.

Sources: SEC Rule 15c6-1 as amended (T+2 from 2017-09-05, T+1 from 2024-05-28);
on Columbus Day and Veterans Day the exchange trades and banks are closed.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

_CYCLES = ((date(2024, 5, 28), 1), (date(2017, 9, 5), 2), (date.min, 3))
_OCTOBER, _NOVEMBER = 10, 11
_SUNDAY = 6


def is_banking_day(day: date) -> bool:
    """Whether a trading day is also a day on which trades settle."""
    if day.month == _OCTOBER:
        return not (day.weekday() == 0 and 8 <= day.day <= 14)  # noqa: PLR2004 - the second Monday
    veterans = date(day.year, _NOVEMBER, 11)
    observed = veterans + timedelta(days=1) if veterans.weekday() == _SUNDAY else veterans
    return day != observed


def settlement_date(day: date, banking_days: Sequence[date]) -> date | None:
    """Return when trades of `day` settle; None beyond the last known day."""
    cycle = next(length for begins, length in _CYCLES if day >= begins)
    place = bisect_right(banking_days, day) + cycle - 1
    return banking_days[place] if place < len(banking_days) else None
