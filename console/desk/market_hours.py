"""When the market is open again, in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from console.domain.market import MarketClock, Phase

NEW_YORK = ZoneInfo("America/New_York")
TRADES_WITH_LIMITS = frozenset({Phase.PRE_MARKET, Phase.AFTER_HOURS, Phase.OVERNIGHT})


def opening(clock: MarketClock) -> str:
    """Return when the next session opens, such as `09:30 New York, Mon 23 Nov`."""
    return f"{_local(clock.next_open):%H:%M} New York, {_local(clock.next_open):%a %-d %b}"


def takes_limits(clock: MarketClock) -> bool:
    """Whether limit orders for extended hours trade now, outside the regular session."""
    return clock.phase in TRADES_WITH_LIMITS


def _local(moment: datetime) -> datetime:
    return moment.astimezone(NEW_YORK)
