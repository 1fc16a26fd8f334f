"""When the market trades: round the clock, or in the sessions of the real exchange."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from console.domain.orders import TimeInForce
from console.venue.wire.timestamps import (
    MINUTE,
    new_york,
    new_york_midnight,
    next_new_york_midnight,
)

HOUR = 60 * MINUTE
EXTENDED_OPEN = 4 * HOUR
EXTENDED_CLOSE = 20 * HOUR
AUCTION_QUEUE = 19 * HOUR
"""When orders for the next day's auctions are taken again: 19:00 in New York."""

LAST_FOR_OPEN = 2 * MINUTE
LAST_FOR_CLOSE = 10 * MINUTE
"""How long before an auction its orders must be there: 09:28 and 15:50 on whole days."""

AUCTIONS = (TimeInForce.OPG, TimeInForce.CLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingDay:
    """One day the exchange is open, in nanoseconds since the epoch."""

    day: date
    opens_at: int
    closes_at: int

    @property
    def extended_opens_at(self) -> int:
        """When pre-market trading begins: 04:00 in New York."""
        return new_york_midnight(self.day) + EXTENDED_OPEN

    @property
    def extended_closes_at(self) -> int:
        """When after-hours trading ends: 20:00 in New York."""
        return new_york_midnight(self.day) + EXTENDED_CLOSE


class Hours(Protocol):
    """When orders trade and when day orders end."""

    def is_open(self, now: int) -> bool:
        """Whether the regular session runs."""

    def is_extended(self, now: int) -> bool:
        """Whether orders marked for extended hours trade, the regular session included."""

    def next_open(self, now: int) -> int:
        """When the next regular session begins, after `now`."""

    def next_close(self, now: int) -> int:
        """When the running or else the next regular session ends."""

    def day_order_expires(self, now: int, *, is_extended: bool) -> int:
        """When a day order that comes now ends."""

    def takes_for_auction(self, now: int, auction: TimeInForce) -> bool:
        """Whether an order for the opening (`opg`) or closing (`cls`) auction may come now."""


class AlwaysOpen:
    """Trading days of 24 hours, from midnight to midnight in New York."""

    def __init__(self) -> None:
        self._day = (0, 0)
        """The last day asked for: from one midnight up to the next."""

    def is_open(self, now: int) -> bool:  # noqa: ARG002 - at any time
        """Return True: it never closes."""
        return True

    def is_extended(self, now: int) -> bool:  # noqa: ARG002 - at any time
        """Return True: it never closes."""
        return True

    def next_open(self, now: int) -> int:
        """Return the next midnight, when the next day begins."""
        begins, ends = self._day
        if not begins <= now < ends:
            self._day = begins, ends = now, next_new_york_midnight(now)
        return ends

    def next_close(self, now: int) -> int:
        """Return the next midnight, when this day ends."""
        return self.next_open(now)

    def day_order_expires(self, now: int, *, is_extended: bool) -> int:  # noqa: ARG002 - one day for all
        """Return the next midnight."""
        return self.next_open(now)

    def takes_for_auction(self, now: int, auction: TimeInForce) -> bool:  # noqa: ARG002 - at any time
        """Return True: midnight is both auctions."""
        return True


class SessionHours:
    """The sessions of given trading days, half days included."""

    def __init__(self, days: Sequence[TradingDay]) -> None:
        self._days = days
        self._opens = [day.opens_at for day in days]
        self._closes = [day.closes_at for day in days]
        self._extended_closes = [day.extended_closes_at for day in days]

    def is_open(self, now: int) -> bool:
        """Whether `now` lies in a regular session."""
        day = self._ending_after(self._closes, now)
        return day.opens_at <= now

    def is_extended(self, now: int) -> bool:
        """Whether `now` lies between 04:00 and 20:00 of a trading day."""
        day = self._ending_after(self._extended_closes, now)
        return day.extended_opens_at <= now

    def next_open(self, now: int) -> int:
        """Return the first opening after `now`."""
        return self._ending_after(self._opens, now).opens_at

    def next_close(self, now: int) -> int:
        """Return the first close after `now`."""
        return self._ending_after(self._closes, now).closes_at

    def day_order_expires(self, now: int, *, is_extended: bool) -> int:
        """Return the close of the session the order trades in, or of the next one."""
        if is_extended:
            return self._ending_after(self._extended_closes, now).extended_closes_at
        return self.next_close(now)

    def takes_for_auction(self, now: int, auction: TimeInForce) -> bool:
        """Whether `now` lies outside the hours in which the auction takes no more orders."""
        day = self._ending_after(self._extended_closes, now)
        last = (
            day.opens_at - LAST_FOR_OPEN
            if auction is TimeInForce.OPG
            else day.closes_at - LAST_FOR_CLOSE
        )
        return now < last or now >= new_york_midnight(day.day) + AUCTION_QUEUE

    def _ending_after(self, ends: list[int], now: int) -> TradingDay:
        index = bisect_right(ends, now)
        if index == len(ends):
            raise ValueError(
                f"the calendar ends before {new_york(now):%Y-%m-%d}; update the package"
            )
        return self._days[index]
