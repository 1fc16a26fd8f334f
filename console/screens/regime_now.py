"""The regime as it is now, with what it rests on, taken from the desk's daily bars.

The study needs numpy; it is imported and run in a thread, so that no key waits for it.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.domain.market import Bar, Timeframe
from console.screens.desk_link import Commands

if TYPE_CHECKING:
    from console.studies.columns import Column
    from console.studies.fund_days import FundDays

FUNDS = ("SPY", "QQQ", "IWM")
BARS = 1_260
"""Five years: three of history, and the 200 days before it, with some to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFacts:
    """Percentiles of one fund in its own history, None where not known."""

    days: int
    """On which it has a close."""
    change: float | None
    volatility: float | None
    trend: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeNow:
    """What the market is like, or what is missing to say so."""

    name: str
    is_known: bool
    since: datetime | None
    """The first of the days in a row that are alike; None without any day."""
    days: int
    """On which every fund has a close."""
    missing: int
    """How many days more are needed."""
    funds: Mapping[str, FundFacts]
    recommendation: str


async def read_regime(desk: Commands, now: datetime) -> RegimeNow:
    """Return the regime of the daily bars that are over at `now`, the market's time.

    Raises:
        console.link.client.LinkError: when the desk cannot be asked.
    """
    bars = {}
    for fund in FUNDS:
        told = await desk.bars(fund, Timeframe.DAY_1, BARS)
        span = Timeframe.DAY_1.seconds
        bars[fund] = [bar for bar in told if (now - bar.at).total_seconds() >= span]
    return await asyncio.to_thread(regime_of, bars)


def regime_of(bars: Mapping[str, Sequence[Bar]]) -> RegimeNow:
    """Return the regime at the last of these days."""
    from console.studies.fund_days import side_by_side  # noqa: PLC0415 - numpy: not before
    from console.studies.regime import DEFAULT, Regime, regimes  # noqa: PLC0415 - as above

    told = side_by_side(bars)
    found = regimes(told.at, told.closes)
    now = found[-1] if found else Regime.UNKNOWN
    alike = next((n for n, one in enumerate(reversed(found)) if one is not now), len(found))
    return RegimeNow(
        name=now.value,
        is_known=now is not Regime.UNKNOWN,
        since=told.days[-alike] if alike else None,
        days=told.whole,
        missing=max(DEFAULT.trend + DEFAULT.least - told.whole, 0),
        funds={fund: _facts(told, fund) for fund in bars},
        recommendation=now.recommendation,
    )


def _facts(told: "FundDays", fund: str) -> FundFacts:
    from console.studies.regime import facts_of  # noqa: PLC0415 - as above

    facts = facts_of(told.at, told.closes[fund])
    return FundFacts(
        days=told.known(fund),
        change=_newest(facts.change),
        volatility=_newest(facts.volatility),
        trend=_newest(facts.trend),
    )


def _newest(values: "Column") -> float | None:
    return float(values[-1]) if len(values) and math.isfinite(values[-1]) else None
