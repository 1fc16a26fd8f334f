"""Whether a quote is alive: what is not must never look it."""

from datetime import datetime
from enum import Enum, auto

from console.domain.connections import Channel, Link
from console.domain.market import Phase, Quote
from console.domain.state import TradingState
from widgets.cells import Line

DEAD = "◌"
"""Stands at a price that is not alive, where an arrow would be."""
STALE_AFTER = 2.0
"""Seconds without a new quote after which the last one is stale, in an open market."""


class Freshness(Enum):
    """How far a quote can be relied on now."""

    ALIVE = auto()
    STALE = auto()
    MUTE = auto()
    """The stream keeps back what the market makes of it."""
    ASLEEP = auto()
    """Old because the market is closed."""
    NONE = auto()


def freshness(
    quote: Quote | None, state: TradingState, now: datetime, stale_after: float = STALE_AFTER
) -> Freshness:
    """Return how alive `quote` is; with no word that the stream lives, or crossed, it is not."""
    if quote is None:
        return Freshness.NONE
    stream = state.connections.get(Channel.MARKET_DATA)
    if stream is None or stream.link is not Link.LIVE or quote.is_crossed:
        return Freshness.STALE
    if quote.symbol in stream.mute_symbols:
        return Freshness.MUTE
    if quote.age(now) <= stale_after:
        return Freshness.ALIVE
    return Freshness.STALE if is_in_session(state) else Freshness.ASLEEP


def deadened(line: Line) -> Line:
    """Take colour and weight out of cells that nobody vouches for any more."""
    return tuple(cell._replace(meaning="stale", bold=False, reverse=False) for cell in line)


def is_in_session(state: TradingState) -> bool:
    """Whether quotes must be coming; as long as nobody has said otherwise they must."""
    return state.clock is None or state.clock.is_open or state.clock.phase is Phase.REGULAR


def live_mid(symbol: str, state: TradingState, now: datetime) -> float | None:
    """Return the middle of the quote of `symbol`, None unless it is alive and two-sided."""
    quote = state.quotes.get(symbol)
    if quote is None or not quote.is_sound:
        return None
    return quote.mid if freshness(quote, state, now) is Freshness.ALIVE else None
