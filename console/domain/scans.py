"""Scanning the market: what a rule asks of a symbol, and what a scan found.

What is not known of a symbol is None and satisfies no condition. Changes, spreads
and other shares are in percent; prices are floats, for they are measured, never booked.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from console.domain.market import Bar, Quote


class Measure(StrEnum):
    """One figure of a symbol that a rule can ask about."""

    CHANGE = "change"
    """Percent since the reference close, with its sign."""
    ABSOLUTE_CHANGE = "absolute_change"
    """The same without its sign."""
    TRADES_PER_MINUTE = "trades_per_minute"
    """Trades in the newest minute, unless that is stale."""
    VOLUME = "volume"
    """Shares traded in the part of the day that the rule looks at."""
    RELATIVE_VOLUME = "relative_volume"
    """That volume over the mean of the same stretch of the sessions before."""
    SPREAD = "spread"
    """Ask less bid, in percent of the mid."""
    PRICE = "price"
    """Close of the newest minute, in dollars."""


class Comparison(StrEnum):
    """How a figure is held against a threshold, as written."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="

    def holds(self, figure: float, threshold: float) -> bool:
        """Whether the figure stands so to the threshold."""
        match self:
            case Comparison.ABOVE:
                return figure > threshold
            case Comparison.AT_LEAST:
                return figure >= threshold
            case Comparison.BELOW:
                return figure < threshold
            case Comparison.AT_MOST:
                return figure <= threshold


class Part(StrEnum):
    """The part of a session over which a rule counts volume."""

    DAY = "day"
    """The whole of it, as the broker's daily bar counts."""
    PRE_MARKET = "pre-market"
    REGULAR = "regular"
    AFTER_HOURS = "after-hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing a symbol must satisfy."""

    measure: Measure
    comparison: Comparison
    threshold: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.threshold):
            raise ValueError(f"the threshold of {self.measure.value} must be a finite number")

    def holds(self, figure: float | None) -> bool | None:
        """Whether a figure satisfies it; None when the figure is not known."""
        if figure is None or math.isnan(figure):
            return None
        return self.comparison.holds(figure, self.threshold)

    def __str__(self) -> str:
        measure = self.measure.value.replace("_", " ")
        return f"{measure} {self.comparison.value} {self.threshold:,.10g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRule:
    """What a scan looks for: every condition must hold."""

    name: str
    about: str
    conditions: tuple[Condition, ...]
    ranks_by: Measure
    """The largest of these comes first; it is also what is compared with the scan before."""
    part: Part = Part.DAY
    tiers: tuple[float, ...] = ()
    """Thresholds of `ranks_by` that sort the rows into tiers, the highest first."""
    explosive_above: float | None = None
    """The change in percent from which a row is marked as explosive."""

    def __post_init__(self) -> None:
        if not self.conditions:
            raise ValueError(f"the rule {self.name} has no condition")
        if self.needs_part and self.part is Part.DAY and Measure.RELATIVE_VOLUME in self.measures:
            raise ValueError(
                f"the rule {self.name} asks for relative volume: say of which part of the day, "
                "with part = pre-market, regular or after-hours"
            )

    @property
    def measures(self) -> frozenset[Measure]:
        """Everything it has to know of a symbol."""
        return frozenset({self.ranks_by, *(asked.measure for asked in self.conditions)})

    @property
    def needs_part(self) -> bool:
        """Whether volumes within a day have to be asked for, beyond the snapshot."""
        if Measure.RELATIVE_VOLUME in self.measures:
            return True
        return Measure.VOLUME in self.measures and self.part is not Part.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSnapshot:
    """What the source holds of one symbol now; each part may be missing, each may be old."""

    symbol: str
    quote: Quote | None = None
    minute: Bar | None = None
    day: Bar | None = None
    previous_day: Bar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingSession:
    """One day of the exchange's calendar: its regular session, which may end early."""

    day: date
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one symbol; None is not known."""

    symbol: str
    at: datetime | None = None
    """When the minute began that was judged."""
    price: float | None = None
    change: float | None = None
    trades_per_minute: float | None = None
    volume: float | None = None
    relative_volume: float | None = None
    spread: float | None = None
    is_stale: bool = False
    """Whether the newest minute is too old to count trades by."""

    def figure(self, measure: Measure) -> float | None:
        """Return one figure, None when it is not known."""
        if measure is Measure.ABSOLUTE_CHANGE:
            return None if self.change is None else abs(self.change)
        found: float | None = getattr(self, measure.value)
        return found


class Mark(StrEnum):
    """How a row stands to the scan before."""

    NEW = "new"
    UP = "up"
    DOWN = "down"
    SAME = "same"
    NOT_KNOWN = "not known"
    """There was no scan before, or it could not judge this symbol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRow:
    """One symbol that satisfies the rule."""

    facts: Facts
    tier: float | None = None
    is_explosive: bool = False
    mark: Mark = Mark.NOT_KNOWN
    before: float | None = None
    """What it was ranked by in the scan before."""

    @property
    def symbol(self) -> str:
        """Of which instrument it is."""
        return self.facts.symbol


class ScanState(StrEnum):
    """How far a scan has come."""

    RUNNING = "running"
    DONE = "done"
    CANCELED = "canceled"
    FAILED = "failed"
    """It ended early for trouble; what it found until then stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan, as far as it has come."""

    rule: ScanRule
    universe: str
    """Which symbols, in words: `all tradable`, or a file's name."""
    state: ScanState
    at: datetime
    """The market's time when it began."""
    day: date | None = None
    """The session that is judged; None until the calendar has told."""
    total: int = 0
    """Symbols to look at."""
    scanned: int = 0
    """Symbols looked at so far."""
    seconds: float = 0.0
    rows: tuple[ScanRow, ...] = ()
    gone: tuple[str, ...] = ()
    """Symbols of the scan before that were looked at again and satisfy the rule no more."""
    not_known: int = 0
    """Symbols looked at of which too little is known to judge them."""
    stale: int = 0
    """Those of them whose newest minute is too old to count trades by."""
    not_listed: tuple[str, ...] = ()
    """Symbols asked for that the broker does not list."""
    not_scanned: tuple[str, ...] = ()
    """Symbols that were not looked at, because it ended early."""
    trouble: str = ""
    """Why it ended early, or what it waits for."""
    compared_with: datetime | None = None
    """When the scan before began that the marks speak of."""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it changes any more."""
        return self.state is not ScanState.RUNNING
