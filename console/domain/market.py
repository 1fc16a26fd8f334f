"""The market as it was last seen: quotes, trades, the day so far, bars.

Market prices are floats: they are measured and compared, never booked.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from console.domain.conditions import EVERYTHING, Counts


class Timeframe(StrEnum):
    """How long one bar lasts, with the wire's names."""

    MIN_1 = "1Min"
    MIN_5 = "5Min"
    MIN_15 = "15Min"
    HOUR_1 = "1Hour"
    DAY_1 = "1Day"

    @property
    def seconds(self) -> int:
        """The length of a bar in seconds."""
        return _SECONDS[self]


_SECONDS = {
    Timeframe.MIN_1: 60,
    Timeframe.MIN_5: 300,
    Timeframe.MIN_15: 900,
    Timeframe.HOUR_1: 3_600,
    Timeframe.DAY_1: 86_400,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The best bid and offer of one symbol; sizes are in shares."""

    symbol: str
    bid: float
    bid_size: float
    ask: float
    ask_size: float
    at: datetime
    """When the market made it."""
    received_at: datetime
    """When the desk heard of it: its age is measured from here."""

    @property
    def mid(self) -> float:
        """Half way between bid and ask."""
        return (self.bid + self.ask) / 2

    @property
    def spread(self) -> float:
        """Ask less bid, in dollars; below zero when crossed."""
        return self.ask - self.bid

    @property
    def is_two_sided(self) -> bool:
        """Whether both a bid and an offer stand."""
        return self.bid > 0 and self.ask > 0

    @property
    def is_crossed(self) -> bool:
        """Whether somebody bids more than another asks: a feed in disorder, no price."""
        return self.is_two_sided and self.bid > self.ask

    @property
    def is_sound(self) -> bool:
        """Whether both sides stand and make sense together."""
        return self.is_two_sided and not self.is_crossed

    def age(self, now: datetime) -> float:
        """Seconds since the desk heard of it, never below zero."""
        return max((now - self.received_at).total_seconds(), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A print on the tape of one symbol."""

    symbol: str
    price: float
    size: float
    at: datetime
    received_at: datetime
    counts: Counts = EVERYTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Open, high, low, close and volume over one period starting at `at`."""

    symbol: str
    at: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float | None = None
    trade_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One symbol's session so far, and where it closed before."""

    symbol: str
    bar: Bar | None
    previous_close: float | None


class Phase(StrEnum):
    """Which part of the trading day it is."""

    OVERNIGHT = "overnight"
    PRE_MARKET = "pre-market"
    REGULAR = "regular"
    AFTER_HOURS = "after-hours"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketClock:
    """The broker's word on the session: its time, and what comes next."""

    at: datetime
    is_open: bool
    next_open: datetime
    next_close: datetime
    phase: Phase
    received_at: datetime
    """When the desk was told, on its own clock."""

    def market_time(self, now: datetime) -> datetime:
        """Return the market's time at the desk's `now`; a replayed tape has its own."""
        return self.at + (now - self.received_at)
