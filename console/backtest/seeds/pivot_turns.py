"""Turns at pivots: long after a trough, short after a peak, once they are confirmed.

The naive version acts on the pivot's own bar, half a window before it can be known, and
earns thousands of percent on random walks; this one waits for the confirmation.
"""

from dataclasses import dataclass

import numpy as np

from console.backtest.bars import Columns
from console.backtest.strategy import SignalStrategy, Targets, held_on
from console.studies.pivot_rules import PivotRules
from console.studies.pivot_signal import pivot_signal


@dataclass(frozen=True, slots=True)
class PivotTurns(SignalStrategy):
    """Follows the newest signal of `console.studies.pivots` until the opposite comes."""

    name = "pivot-turns"
    window: int = 11
    min_distance: int = 3
    min_swing_percent: float = 0.0
    fresh_bars: int = 3
    near_percent: float = 2.0

    def __post_init__(self) -> None:
        self._rules()

    def targets(self, seen: Columns) -> Targets:
        """Return the side of the newest pivot that was fresh and near."""
        signal = pivot_signal(seen.high, seen.low, seen.close, self._rules())
        return held_on(np.nan_to_num(signal).astype(np.int8))

    def _rules(self) -> PivotRules:
        return PivotRules(
            window=self.window,
            min_distance=self.min_distance,
            min_swing=self.min_swing_percent / 100,
            fresh_bars=self.fresh_bars,
            near=self.near_percent / 100,
        )
