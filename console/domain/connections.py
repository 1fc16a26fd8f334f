"""How the desk's connections to the broker are doing, as measured."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """One way in which the desk and the broker talk."""

    MARKET_DATA = "market data"
    TRADING = "trading"
    REST = "rest"


class Link(StrEnum):
    """What can be expected of a channel now."""

    DOWN = "down"
    RECONCILING = "reconciling"
    LIVE = "live"
    MUTE = "mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The requests that the broker lets through in a minute."""

    limit: int
    remaining: int
    """How many of them are left until the minute is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The state of one channel at one moment."""

    channel: Channel
    link: Link
    at: datetime
    heard_at: datetime | None = None
    """When anything last came over it."""
    latency_ms: float | None = None
    """The median of the last round trips, where there are any."""
    detail: str = ""
    heard: int = 0
    """Quotes and trades that came over it since the desk started."""
    bad: int = 0
    """Messages that could not be read since the desk started."""
    mute_symbols: tuple[str, ...] = ()
    """Symbols that move at the source while the channel tells nothing of them."""
    allowance: Allowance | None = None
    """What is left of the broker's requests a minute, where it was told."""
