"""What an analysis is given to look at: the newest ticks of one symbol, oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from console.domain.market import Day


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MarketWindow:
    """Columns of the newest trades and quotes of one symbol.

    Times are seconds since the epoch. At run time the columns are numpy arrays,
    so an analysis may compute on them at once; they are of equal length per kind.
    """

    trade_at: Sequence[float]
    trade_price: Sequence[float]
    trade_size: Sequence[float]
    trade_sets_last: Sequence[float] | None = None
    """0 for a print that does not set the last price; None when all do."""
    trade_sets_range: Sequence[float] | None = None
    """0 for a print that may not be the day's low or high; None when all may."""
    quote_at: Sequence[float]
    bid: Sequence[float]
    bid_size: Sequence[float]
    ask: Sequence[float]
    ask_size: Sequence[float]
    day: Day | None
    now: datetime
