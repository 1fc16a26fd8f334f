"""The relative strength index: how much of the recent movement was upwards.

Source: Wilder (1978), "New Concepts in Technical Trading Systems", section VI. Gains and
losses are smoothed with the weight 1 / window, which begins with their plain mean.
"""

import numpy as np

from console.studies.columns import Column
from console.studies.smoothing import smoothed

MIDDLE = 50.0


def rsi(close: Column, window: int = 14) -> Column:
    """Return 100 x gains / (gains + losses) of the closes, from 0 to 100.

    NaN for the first `window` closes, and again after a NaN. A market that did not move
    at all is at 50: neither side had any of it.

    Raises:
        ValueError: when the window is below 1.
    """
    close = np.asarray(close, dtype=np.float64)
    change = np.diff(close, prepend=np.nan)
    gains = smoothed(np.maximum(change, 0), warm_up=window, weight=1 / max(window, 1))
    moves = smoothed(np.abs(change), warm_up=window, weight=1 / max(window, 1))
    share = np.divide(gains, moves, out=np.full_like(moves, MIDDLE / 100), where=moves != 0)
    return np.where(np.isnan(moves), np.nan, np.clip(share, 0, 1) * 100)
