"""What a back-test charges, how much it trades, and when it may hold anything."""

from dataclasses import dataclass, field, replace

import numpy as np

from console.backtest.bars import Bars
from console.backtest.sessions import Calendar
from console.backtest.strategy import Targets
from console.studies.columns import Column

YEAR_SECONDS = 365.25 * 86_400
SESSIONS_A_YEAR = 252.0
"""Only where no calendar is given; `killcord backtest` gives that of the exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What trading costs; one basis point is a hundredth of a percent. Free by default."""

    fee_per_share: float = 0.0
    """Dollars for each share bought or sold, as traded."""
    fee_bps: float = 0.0
    """Basis points of the value of each fill."""
    spread_bps: float = 0.0
    """The whole spread: a fill at the market pays half of it."""
    slippage_bps: float = 0.0
    """What a fill at the market gets worse than the touch."""
    borrow_percent: float = 0.0
    """A year, of the value of what is held short, by the time it is held."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} cannot be below 0, it is {getattr(self, name):g}")

    @property
    def worse(self) -> float:
        """How much worse than the price a fill at the market is, as a share of it."""
        return (self.spread_bps / 2 + self.slippage_bps) / 10_000

    @property
    def has_fees(self) -> bool:
        """Whether a fill costs more than its price."""
        return self.fee_per_share != 0 or self.fee_bps != 0

    @property
    def is_free(self) -> bool:
        """Whether nothing costs anything."""
        return not any(getattr(self, name) for name in self.__slots__)

    def fee(self, price: float, factor: float) -> float:
        """Return the fee on one adjusted share, which is `factor` shares as traded."""
        return self.fee_per_share * factor + self.fee_bps / 10_000 * price

    def fees(self, price: Column, factor: Column) -> Column:
        """Return the fees of many fills, as `fee` does."""
        return self.fee_per_share * factor + self.fee_bps / 10_000 * price

    def borrowed(self, bars: Bars) -> Column:
        """Return what it has cost by each bar to be short one adjusted share from the first on."""
        held = bars.close[:-1] * np.diff(bars.at) / YEAR_SECONDS * (self.borrow_percent / 100)
        return np.concatenate(([0.0], np.cumsum(held)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Under what terms a strategy runs."""

    cash: float = 100_000.0
    fraction: float = 1.0
    """How much of the equity an entry is worth; shares may be fractional."""
    qty: float | None = None
    """So many shares instead, as traded, whatever they cost."""
    costs: Costs = field(default_factory=Costs)
    may_short: bool = False
    flat_minutes: float | None = None
    """So long before the day's close the position is closed and none opened."""
    calendar: Calendar = field(default_factory=lambda: Calendar(sessions_a_year=SESSIONS_A_YEAR))

    def __post_init__(self) -> None:
        if not 0 < self.cash < float("inf") or not 0 < self.fraction < float("inf"):
            raise ValueError("a back-test needs cash, and a part of it to trade with")
        if self.qty is not None and not 0 < self.qty < float("inf"):
            raise ValueError(f"the number of shares must be above 0, it is {self.qty:g}")

    def limited(self, targets: Targets, bars: Bars) -> Targets:
        """Return the targets as far as these rules allow them."""
        if not self.may_short:
            targets = (targets > 0).view(np.int8)
        if self.flat_minutes is None:
            return targets
        return np.where(self.may_hold(bars), targets, 0).astype(np.int8)

    def may_hold(self, bars: Bars) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return after which bars something may be held."""
        if self.flat_minutes is None:
            return np.ones(len(bars), dtype=np.bool_)
        left = self.calendar.minutes_left(bars.at, bars.frame.seconds)
        return np.asarray(left > self.flat_minutes)

    def before_costs(self) -> "Rules":
        """Return the same rules in a world where trading is free."""
        return replace(self, costs=Costs())
