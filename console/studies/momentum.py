"""Momentum: how far the mid has moved over the last minutes.

Mids and not trades, so that the bounce between bid and ask is not taken for a move
(Roll 1984, "A Simple Implicit Measure of the Effective Bid-Ask Spread", Journal of
Finance 39(4), 1127-1139).
"""

import numpy as np

from console.studies.columns import Quotes
from console.studies.measures import Measure, unknown


def momentum(quotes: Quotes, *, now: float, seconds: float) -> Measure:
    """Return the change of the mid over the last `seconds`, in percent.

    Compared are the mid that stands at `now` and the one that stood `seconds` before:
    the last sound quote made at or before that moment.

    Args:
        quotes: n quotes made at or before `now`, n may be 0.
        now: seconds since the epoch.
        seconds: how far to look back.

    Returns:
        unknown while the quotes do not reach back that far.
    """
    sound = quotes.sound()
    if len(sound) == 0:
        return unknown(f"needs {seconds:g} s of quotes, has none")
    newest = float(sound.at[-1])
    first = int(np.searchsorted(sound.at, now - seconds, side="right")) - 1
    if first < 0:
        has = now - float(sound.at[0])
        return unknown(
            f"needs {seconds:g} s of quotes, has {has:.0f} s", sample=len(sound), at=newest
        )
    mids = (sound.bid[[first, -1]] + sound.ask[[first, -1]]) / 2
    change = (float(mids[1]) / float(mids[0]) - 1) * 100
    return Measure(value=change, sample=len(sound) - first, at=newest)
