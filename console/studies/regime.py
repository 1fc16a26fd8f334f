"""The regime of the market: bull, bear or sideways, in high or low volatility - or unknown.

Three facts of the daily closes of SPY, QQQ and IWM: the return over a month, the volatility
within it, and how far the close lies from its average of 200 days. Each is taken as a
percentile of its own last three years, so that nothing depends on what was normal in
another decade, and the median of the three funds counts, so that one of them out of line
decides nothing. A regime is entered at one level and left at another (hysteresis): it does
not flicker at the border. Sources: Faber (2007), "A Quantitative Approach to Tactical Asset
Allocation", Journal of Wealth Management 9(4), 69-79, for the 200 days; Ang and Timmermann
(2012), "Regime Changes and Financial Markets", Annual Review of Financial Economics 4,
313-337, for direction and volatility as what tells regimes apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from console.domain.market import Timeframe
from console.studies.averages import sma
from console.studies.bar_volatility import bar_volatility
from console.studies.columns import Column
from console.studies.percentiles import own_percentile

FUNDS = ("SPY", "QQQ", "IWM")


class Direction(StrEnum):
    """Where the market is going."""

    BULL = "bull"
    BEAR = "bear"
    SIDEWAYS = "sideways"


class Regime(StrEnum):
    """What the market is like."""

    UNKNOWN = "unknown"
    BULL_LOW = "bull, low volatility"
    BULL_HIGH = "bull, high volatility"
    BEAR_LOW = "bear, low volatility"
    BEAR_HIGH = "bear, high volatility"
    SIDEWAYS_LOW = "sideways, low volatility"
    SIDEWAYS_HIGH = "sideways, high volatility"

    @property
    def recommendation(self) -> str:
        """What it suggests: words for a person, of which nothing is traded."""
        return RECOMMENDATIONS[self]


RECOMMENDATIONS = {
    Regime.UNKNOWN: "Too little is known: size as if volatility were high.",
    Regime.BULL_LOW: "Trends hold: pullbacks are for buying, stops can trail.",
    Regime.BULL_HIGH: "Rising but rough: smaller size, wider stops.",
    Regime.BEAR_LOW: "Falling slowly: rallies are for selling, new longs need a reason.",
    Regime.BEAR_HIGH: "Falling fast: protect what is held first, gaps run through stops.",
    Regime.SIDEWAYS_LOW: "No trend: breakouts fail often, reversion to VWAP is likelier.",
    Regime.SIDEWAYS_HIGH: "No trend and wide swings: smaller size, or wait.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeRules:
    """Windows in trading days, levels in percentiles."""

    month: int = 21
    trend: int = 200
    history: int = 756
    least: int = 252
    enter: float = 65.0
    """A bull begins here, a bear at 100 less it."""
    leave: float = 45.0
    """A bull ends below, a bear above 100 less it."""
    high: float = 60.0
    """Volatility becomes high here, and low at 100 less it."""

    def __post_init__(self) -> None:
        if not 0 < self.leave < self.enter < 100 or not 50 <= self.high < 100:  # noqa: PLR2004 - percentiles
            raise ValueError("a regime must be entered above the level it is left at, within 0-100")


DEFAULT = RegimeRules()


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Facts:
    """Percentiles from 0 to 100 of each day, NaN where not known."""

    change: Column
    volatility: Column
    trend: Column


def facts_of(at: Column, close: Column, rules: RegimeRules = DEFAULT) -> Facts:
    """Return the percentiles of one fund's days in its own history.

    Args:
        at: starts of the daily bars in seconds since the epoch.
        close: closes in dollars, adjusted for splits; NaN where not known.
        rules: the windows.

    Raises:
        ValueError: when times decrease or the lengths differ.
    """
    close = np.asarray(close, dtype=np.float64)
    volatility = bar_volatility(at, close, Timeframe.DAY_1, rules.month)
    before = np.concatenate((np.full(rules.month, np.nan), close))[: len(close)]
    columns = (close / before, volatility, close / sma(close, rules.trend))
    found = [own_percentile(one, rules.history, least=rules.least) for one in columns]
    return Facts(change=found[0], volatility=found[1], trend=found[2])


def regimes(at: Column, closes: Mapping[str, Column], rules: RegimeRules = DEFAULT) -> list[Regime]:
    """Return the regime at the close of each day.

    A day on which one of the funds is not known is unknown, and the next known one begins
    without a past.

    Args:
        at: starts of the daily bars, the same for all funds.
        closes: of each fund, of one length, NaN where it has no bar that day.
        rules: windows and levels.

    Raises:
        ValueError: when no fund is given, times decrease or lengths differ.
    """
    if not closes:
        raise ValueError("a regime needs the closes of at least one fund")
    each = [facts_of(at, close, rules) for close in closes.values()]
    # the median of a column with a NaN is NaN: all funds or none
    change, volatility, trend = (
        np.median([getattr(one, name) for one in each], axis=0)
        for name in ("change", "volatility", "trend")
    )
    state = _Hysteresis(rules)
    rows = zip(((change + trend) / 2).tolist(), volatility.tolist(), strict=True)
    return [state.next(direction, rough) for direction, rough in rows]


class _Hysteresis:
    """Remembers what was entered and not yet left."""

    def __init__(self, rules: RegimeRules) -> None:
        self._rules = rules
        self._direction: Direction | None = None
        self._is_high: bool | None = None

    def next(self, direction: float, volatility: float) -> Regime:
        if not (np.isfinite(direction) and np.isfinite(volatility)):
            self._direction = self._is_high = None
            return Regime.UNKNOWN
        self._direction = self._turned(direction)
        self._is_high = self._roughness(volatility)
        level = "high" if self._is_high else "low"
        return Regime(f"{self._direction}, {level} volatility")

    def _turned(self, percentile: float) -> Direction:
        rules, now = self._rules, self._direction
        if percentile >= (rules.leave if now is Direction.BULL else rules.enter):
            return Direction.BULL
        if 100 - percentile >= (rules.leave if now is Direction.BEAR else rules.enter):
            return Direction.BEAR
        return Direction.SIDEWAYS

    def _roughness(self, percentile: float) -> bool:
        if self._is_high is None:
            return percentile > 50  # noqa: PLR2004 - the middle of a percentile
        if self._is_high:
            return percentile > 100 - self._rules.high
        return percentile >= self._rules.high
