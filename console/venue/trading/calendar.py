"""The real exchange's trading days, loaded where and when they are first asked for.

The calendar package takes a second to import, so it is read in a thread and kept.
"""

import asyncio
from datetime import UTC, date, datetime, timedelta

from console.venue.trading.hours import TradingDay
from console.venue.wire.timestamps import nanoseconds

FIRST_DAY = date(1998, 1, 2)
EXCHANGE = "XNYS"


class TradingCalendar:
    """Every trading day of New York from 1998 to a year from now."""

    def __init__(self) -> None:
        self._loading: asyncio.Task[tuple[TradingDay, ...]] | None = None

    async def days(self) -> tuple[TradingDay, ...]:
        """Return all trading days, oldest first."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(load))
        return await asyncio.shield(self._loading)


def load() -> tuple[TradingDay, ...]:
    """Read the days from the calendar package; slow, for a thread."""
    import exchange_calendars  # noqa: PLC0415 - a second of import that few starts need

    last = datetime.now(UTC).date() + timedelta(days=365)
    calendar = exchange_calendars.get_calendar(
        EXCHANGE, start=FIRST_DAY.isoformat(), end=last.isoformat()
    )
    schedule = calendar.schedule
    return tuple(
        TradingDay(
            day=session.date(),
            opens_at=nanoseconds(opens.to_pydatetime()),
            closes_at=nanoseconds(closes.to_pydatetime()),
        )
        for session, opens, closes in zip(
            schedule.index, schedule["open"], schedule["close"], strict=True
        )
    )
