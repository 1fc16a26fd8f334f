"""How busy the tape is."""

import numpy as np

from console.studies.columns import Trades
from console.studies.measures import Measure, unknown

LEAST_SECONDS = 10.0


def trades_per_minute(trades: Trades, *, now: float, seconds: float) -> Measure:
    """Return the trades of the last `seconds`, as a rate per minute.

    While the trades seen do not reach back that far, the rate is that of the time since
    the first one, which is not counted itself: it began the time. That is the
    maximum-likelihood rate of a Poisson process observed from an arrival on.

    Args:
        trades: n sound trades made at or before `now`, n may be 0.
        now: seconds since the epoch.
        seconds: how far to look back.

    Returns:
        0 when the trades reach back far enough and none is that young; unknown while
        they reach back less than 10 s.
    """
    if len(trades) == 0:
        return unknown(f"needs {LEAST_SECONDS:g} s of trades, has none")
    newest = float(trades.at[-1])
    seen = now - float(trades.at[0])
    if seen < min(LEAST_SECONDS, seconds):
        return unknown(
            f"needs {LEAST_SECONDS:g} s of trades, has {seen:.0f} s", sample=len(trades), at=newest
        )
    if seen < seconds:
        count = len(trades) - 1
        return Measure(
            value=count / seen * 60, sample=count, at=newest, note=f"over the {seen:.0f} s seen"
        )
    older = int(np.searchsorted(trades.at, now - seconds, side="right"))
    count = len(trades) - older
    return Measure(value=count / seconds * 60, sample=count, at=newest)
