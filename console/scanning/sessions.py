"""Which session a moment belongs to, which one went before, and where its parts begin.

The exchange's calendar decides, so that Monday's reference is Friday's close, and the
Friday after Thanksgiving ends at 13:00. All dates are New York's.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from console.domain.scans import Part, TradingSession

NEW_YORK = ZoneInfo("America/New_York")
PRE_MARKET_FROM = time(4)
AFTER_HOURS_LAST = timedelta(hours=4)
OVERNIGHT_FROM = time(20)
ONE_DAY = timedelta(days=1)


class Calendar:
    """The sessions around a day, oldest first."""

    def __init__(self, sessions: Sequence[TradingSession], *, has_overnight: bool = True) -> None:
        """Hold the sessions; a market that never closes has no overnight that begins the next."""
        self._has_overnight = has_overnight
        self._sessions = {held.day: held for held in sessions}
        self._days = sorted(self._sessions)

    def trading_day(self, at: datetime) -> date:
        """Return the date a moment counts for: from 20:00 on the next, if it has a session."""
        there = at.astimezone(NEW_YORK)
        tomorrow = there.date() + ONE_DAY
        is_overnight = self._has_overnight and there.time() >= OVERNIGHT_FROM
        return tomorrow if is_overnight and tomorrow in self._sessions else there.date()

    def judged_day(self, now: datetime, *, is_open: bool) -> date | None:
        """Return the session to judge: the running one, else the last; None when neither is known.

        A broker whose market is open on a day without a session, as a venue's may be, has one.
        """
        day = self.trading_day(now)
        if is_open or day in self._sessions:
            return day
        return self.before(day)

    def before(self, day: date) -> date | None:
        """Return the last session before a day; None when the calendar does not reach so far."""
        place = bisect_left(self._days, day)
        return self._days[place - 1] if place else None

    def earlier(self, day: date, count: int) -> tuple[date, ...]:
        """Return up to `count` sessions before a day, the newest first."""
        place = bisect_left(self._days, day)
        return tuple(reversed(self._days[max(place - count, 0) : place]))

    def begins(self, part: Part, day: date) -> datetime | None:
        """Return when a part of a session begins; None when the day has no session."""
        held = self._sessions.get(day)
        if held is None:
            return None
        match part:
            case Part.REGULAR:
                return held.opens_at
            case Part.AFTER_HOURS:
                return held.closes_at
            case _:
                return datetime.combine(day, PRE_MARKET_FROM, NEW_YORK)

    def ends(self, part: Part, day: date) -> datetime | None:
        """Return when a part of a session ends; None when the day has no session."""
        held = self._sessions.get(day)
        if held is None:
            return None
        match part:
            case Part.PRE_MARKET:
                return held.opens_at
            case Part.REGULAR:
                return held.closes_at
            case _:
                return held.closes_at + AFTER_HOURS_LAST

    def newest(self, day: date) -> date | None:
        """Return the session of a day or the last before it."""
        place = bisect_right(self._days, day)
        return self._days[place - 1] if place else None
