"""The exchange's day and time of day of moments, as columns; and how long its year is."""

from datetime import UTC, date, datetime

import numpy as np

from console.domain.ledger import EXCHANGE
from console.studies.columns import Column
from console.studies.half_days import regular_close

DAY = 86_400.0
HOUR = 3_600.0
REGULAR_OPEN = 9.5 * HOUR
EPOCH = date(1970, 1, 1).toordinal()

SESSIONS_A_YEAR = 251.55
MINUTES_A_YEAR = 97_708.5
"""Regular sessions of New York and their minutes, the mean of 2006 to 2025 with its half days
and closures; a test counts them anew from the exchange's calendar."""


def exchange_clock(at: Column) -> tuple[Column, Column]:
    """Return the day in New York, counted from the epoch, and the seconds since its midnight.

    Args:
        at: seconds since the epoch, finite.
    """
    at = np.asarray(at, dtype=np.float64)
    # the offset to UTC changes on whole hours only: it is looked up once for each of them
    hours, which = np.unique(np.floor(at / HOUR), return_inverse=True)
    offsets = np.array([_offset(hour * HOUR) for hour in hours.tolist()], dtype=np.float64)
    local = at + (offsets[which] if len(at) else 0.0)
    day = np.floor(local / DAY)
    return day, local - day * DAY


def regular_closes(day: Column) -> Column:
    """Return when each day's regular session closes, in seconds after midnight.

    Args:
        day: days in New York, counted from the epoch.
    """
    days, which = np.unique(day, return_inverse=True)
    closes = [regular_close(date.fromordinal(EPOCH + int(one))) for one in days.tolist()]
    return np.array(closes, dtype=np.float64)[which]


def _offset(at: float) -> float:
    found = datetime.fromtimestamp(at, UTC).astimezone(EXCHANGE).utcoffset()
    return 0.0 if found is None else found.total_seconds()
