"""What a market is to the exchange: listings, ticks in time order, and bars of the past.

Two markets stand behind this protocol: a seeded synthetic one and the replay of
a recorded tape. Neither knows of accounts or orders. Times are nanoseconds since
the epoch, UTC, on the venue's own clock; prices are dollars, sizes are shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from console.domain.market import Timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One symbol the market trades."""

    symbol: str
    name: str
    exchange: str


@dataclass(frozen=True, slots=True)
class QuoteTick:
    """A change of the best bid and offer."""

    symbol: str
    at: int
    bid: float
    bid_size: int
    ask: float
    ask_size: int


@dataclass(frozen=True, slots=True)
class TradeTick:
    """A print on the tape."""

    symbol: str
    at: int
    price: float
    size: int
    exchange: str
    trade_id: int
    is_late: bool = False
    """Whether it is told after the minute it happened in, and changes that bar."""


Tick = QuoteTick | TradeTick


@dataclass(frozen=True, slots=True)
class MarketBar:
    """Open, high, low, close, volume, trade count and VWAP of the period starting at `at`."""

    at: int
    open: float
    high: float
    low: float
    close: float
    volume: int
    trade_count: int
    vwap: float


class Market(Protocol):
    """A source of ticks that never looks ahead of the clock it is given."""

    @property
    def listings(self) -> Sequence[Listing]:
        """What can be traded."""

    @property
    def starts_at(self) -> int | None:
        """When its clock begins, or None for a market that lives in the present."""

    def advance(self, now: int) -> Sequence[Tick]:
        """Return every tick after the last call and not later than `now`, in time order."""

    def late(self, now: int) -> Sequence[TradeTick]:
        """Return the prints of minutes that have ended, told not later than `now`.

        The bars count them from now on; the last price is not theirs.
        """

    def pass_over(self, until: int) -> Sequence[Tick]:
        """Leave untold what happened in the minutes before `until`; return what then stood."""

    def move(self, symbol: str, price: float, now: int) -> Sequence[Tick]:
        """Move the market of `symbol` to `price` at once; return the ticks that tell of it.

        Raises:
            KeyError: when nothing of that symbol is listed.
        """

    def bars(self, symbol: str, timeframe: Timeframe, start: int, end: int) -> Sequence[MarketBar]:
        """Return the bars that start in [start, end], oldest first, none later than the last tick.

        Raises:
            KeyError: when nothing of that symbol is listed.
        """
