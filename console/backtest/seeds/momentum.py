"""Momentum: what has risen is held, what has fallen is sold short.

Time-series momentum after Moskowitz, Ooi and Pedersen (2012), Journal of Financial
Economics 104(2), 228-250, on bars instead of months.
"""

from dataclasses import dataclass

import numpy as np

from console.backtest.bars import Columns
from console.backtest.strategy import SignalStrategy, Targets


@dataclass(frozen=True, slots=True)
class Momentum(SignalStrategy):
    """Long after a rise of more than the threshold, short after such a fall, else flat."""

    name = "momentum"
    bars: int = 30
    threshold_percent: float = 0.0

    def __post_init__(self) -> None:
        if self.bars < 1 or not self.threshold_percent >= 0:
            raise ValueError("momentum looks back at least 1 bar, by a threshold not below 0")

    def targets(self, seen: Columns) -> Targets:
        """Return the sign of each change that is beyond the threshold."""
        made = np.zeros(len(seen), dtype=np.int8)
        if len(seen) <= self.bars:
            return made
        change = (seen.close[self.bars :] / seen.close[: -self.bars] - 1) * 100
        rises, falls = change > self.threshold_percent, change < -self.threshold_percent
        made[self.bars :] = rises.view(np.int8) - falls.view(np.int8)
        return made
