"""The stretch of a session over which a rule counts volume, and the same one of days before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from console.domain.market import Timeframe
from console.domain.scans import Part
from console.scanning.sessions import NEW_YORK, Calendar

SESSIONS_BEFORE = 5
"""Sessions whose volume in the same stretch is the usual one."""
LONGEST_BY_MINUTES = timedelta(hours=1)
"""Longer stretches are counted in bars of five minutes, so that one request is enough."""


class NoStretch(ValueError):  # noqa: N818 - reads as what it is
    """The part of the day has not begun; the message says when it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Whole bars from `start` on and before `end`."""

    timeframe: Timeframe
    start: datetime
    end: datetime


def stretch_so_far(part: Part, calendar: Calendar, day: date, now: datetime) -> Stretch:
    """Return the part of the day as far as it has come, in whole bars.

    Raises:
        NoStretch: when nothing of it is over yet.
    """
    begins, ends = calendar.begins(part, day), calendar.ends(part, day)
    if begins is None or ends is None:
        raise NoStretch(f"There is no {part.value} session on {day:%a %-d %b %Y}.")
    until = min(now, ends)
    timeframe = Timeframe.MIN_1 if until - begins <= LONGEST_BY_MINUTES else Timeframe.MIN_5
    length = timedelta(seconds=timeframe.seconds)
    whole = (until - begins) // length
    if whole < 1:
        at = (begins + length).astimezone(NEW_YORK)
        raise NoStretch(
            f"Nothing of the {part.value} session of {day:%a %-d %b} is known yet: "
            f"scan from {at:%H:%M} New York on."
        )
    return Stretch(timeframe=timeframe, start=begins, end=begins + whole * length)


def same_before(told: Stretch, part: Part, calendar: Calendar, day: date) -> Iterator[Stretch]:
    """Yield the same stretch of the sessions before; one that was too short for it is left out."""
    for earlier in calendar.earlier(day, SESSIONS_BEFORE):
        begins, ends = calendar.begins(part, earlier), calendar.ends(part, earlier)
        if begins is None or ends is None or begins + (told.end - told.start) > ends:
            continue
        yield Stretch(timeframe=told.timeframe, start=begins, end=begins + (told.end - told.start))
