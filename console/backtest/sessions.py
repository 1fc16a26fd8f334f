"""When New York trades: the day and the minute of each bar, and how long the day still lasts.

All of it follows from the clock and the exchange's calendar, which are known in advance:
no bar is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from console.studies.columns import Column, Mask

NEW_YORK = ZoneInfo("America/New_York")
DAY_SECONDS = 86_400
OPEN_MINUTE, CLOSE_MINUTE = 9 * 60 + 30, 16 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What the exchange's calendar says of the years the bars are from."""

    sessions_a_year: float
    """Trading days in a year of 365.25 days, to annualise by."""
    half_days: Mapping[int, int] = field(default_factory=dict)
    """The minute of an early close, by the day counted from 1970-01-01."""

    def closes(self, day: npt.NDArray[np.int64]) -> Column:
        """Return the minute of the day at which each of these days closes."""
        closes = np.full(len(day), float(CLOSE_MINUTE))
        for half_day, minute in self.half_days.items():
            closes[day == half_day] = minute
        return closes

    def is_regular(self, at: Column, seconds: int) -> Mask:
        """Return which bars of this length lie in the regular session."""
        if seconds >= DAY_SECONDS:
            return np.ones(len(at), dtype=np.bool_)
        begin = exchange_minutes(at)
        closes = self.closes(exchange_days(at))
        return (begin + seconds / 60 > OPEN_MINUTE) & (begin < closes)

    def minutes_left(self, at: Column, seconds: int) -> Column:
        """Return the minutes from each bar's end to the close; endless for days."""
        if seconds >= DAY_SECONDS:
            return np.full(len(at), np.inf)
        return self.closes(exchange_days(at)) - exchange_minutes(at) - seconds / 60


def exchange_days(at: Column) -> npt.NDArray[np.int64]:
    """Return the day in New York of each time, counted from 1970-01-01."""
    return np.floor_divide(_in_new_york(at), DAY_SECONDS).astype(np.int64)


def exchange_minutes(at: Column) -> Column:
    """Return the minute of the day in New York of each time."""
    minutes: Column = np.mod(_in_new_york(at), DAY_SECONDS) / 60
    return minutes


def _in_new_york(at: Column) -> Column:
    """Return the seconds with New York's offset added; its clocks change on Sundays only."""
    finite = np.where(np.isfinite(at), at, 0.0)
    days, place = np.unique(np.floor_divide(finite, DAY_SECONDS), return_inverse=True)
    offsets = np.array([_offset(float(day)) for day in days])
    moved: Column = finite + offsets[place]
    return moved


def _offset(day: float) -> float:
    noon = datetime.fromtimestamp((day + 0.5) * DAY_SECONDS, UTC).astimezone(NEW_YORK)
    offset = noon.utcoffset()
    return 0.0 if offset is None else offset.total_seconds()
