"""The New York day: where it begins, and how lively each of its minutes is.

Quiet hours are quieter than a real night would be: a demonstration market that
runs around the clock must still look alive at any hour.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

NEW_YORK = ZoneInfo("America/New_York")
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
OPEN, CLOSE = 570, 960
"""The regular session in minutes after midnight: 09:30 to 16:00."""

_PRE_MARKET, _AFTER_HOURS = (240, OPEN), (CLOSE, 1_200)


@lru_cache(maxsize=4_096)
def midnight(day: date) -> int:
    """Return the instant `day` begins in New York, in nanoseconds since the epoch."""
    return int(datetime(day.year, day.month, day.day, tzinfo=NEW_YORK).timestamp()) * SECOND


def day_of(at: int) -> date:
    """Return the New York calendar day that `at` falls on."""
    return datetime.fromtimestamp(at // SECOND, tz=NEW_YORK).date()


def next_day(day: date) -> date:
    """Return the calendar day after `day`."""
    return day + timedelta(days=1)


def is_weekend(day: date) -> bool:
    """Whether `day` is a Saturday or a Sunday."""
    return day.weekday() >= 5  # noqa: PLR2004 - Monday is 0


def minutes_in(day: date) -> int:
    """Return how many minutes `day` has: 1,440 unless the clocks change."""
    return (midnight(next_day(day)) - midnight(day)) // MINUTE


def variance_season(day: date) -> NDArray[np.float64]:
    """Return the usual variance of each minute, relative to a regular minute's mean."""
    return _season(day, quiet=0.08, edges=0.14, floor=0.75, at_open=2.4, at_close=0.8)


def activity_season(day: date) -> NDArray[np.float64]:
    """Return the usual number of book events of each minute, likewise."""
    return _season(day, quiet=0.5, edges=0.6, floor=0.72, at_open=1.9, at_close=2.2)


def is_regular(day: date) -> NDArray[np.bool_]:
    """Return which minutes of `day` belong to the regular session."""
    minute = np.arange(minutes_in(day))
    if is_weekend(day):
        return np.zeros(minute.size, dtype=np.bool_)
    return (minute >= OPEN) & (minute < CLOSE)


def _season(
    day: date, *, quiet: float, edges: float, floor: float, at_open: float, at_close: float
) -> NDArray[np.float64]:
    """Return a quiet night, livelier edges, and the U of the regular session.

    The clocks change on Sundays only, which are flat: on every other day the
    minute after midnight is the time on the wall.
    """
    season = np.full(minutes_in(day), quiet)
    if is_weekend(day):
        return season
    for begin, end in (_PRE_MARKET, _AFTER_HOURS):
        season[begin:end] = edges
    minute = np.arange(CLOSE - OPEN)
    shape = floor + at_open * np.exp(-minute / 24) + at_close * np.exp((minute - 389) / 14)
    season[OPEN:CLOSE] = shape / shape.mean()
    return season
