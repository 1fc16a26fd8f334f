"""Where a value stands in its own recent history, and nothing of the future in it."""

import numpy as np

from console.studies.columns import Column


def own_percentile(values: Column, window: int, *, least: int) -> Column:
    """Return at each place the share, in percent, of the `window` values before that are lower.

    Equal ones count half (the mid-rank), so a flat history is at 50. Fewer values than
    `window` are compared with at the beginning, but not fewer than `least`.

    Returns:
        n values from 0 to 100; NaN at a NaN, and with fewer than `least` known before it.

    Raises:
        ValueError: when `least` lies not between 1 and `window`.
    """
    if not 1 <= least <= window:
        raise ValueError(f"a history of {window} values cannot need {least} of them")
    values = np.asarray(values, dtype=np.float64)
    padded = np.concatenate((np.full(window, np.nan), values))[: len(values) + window - 1]
    if len(values) == 0:
        return np.empty(0)
    before = np.lib.stride_tricks.sliding_window_view(padded, window)
    newest = values[:, None]
    known = np.isfinite(before).sum(axis=1)
    lower = (before < newest).sum(axis=1) + (before == newest).sum(axis=1) / 2
    found = np.full(len(values), np.nan)
    np.divide(lower * 100, known, out=found, where=(known >= least) & np.isfinite(values))
    return found
