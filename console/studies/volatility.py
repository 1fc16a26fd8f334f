"""Realised volatility from the quotes of the last minutes.

Source: Andersen and Bollerslev (1998), "Answering the Skeptics: Yes, Standard Volatility
Models Do Provide Accurate Forecasts", International Economic Review 39(4), 885-905: the
sum of squared intraday returns estimates the variance. Mids sampled by the previous tick
keep the bid-ask bounce and the uneven spacing of ticks out of it (Hansen and Lunde 2006,
"Realized Variance and Market Microstructure Noise", Journal of Business & Economic
Statistics 24(2), 127-161).
"""

import math

import numpy as np

from console.studies.columns import Quotes
from console.studies.measures import Measure, unknown

STEP_SECONDS = 1.0
LEAST_RETURNS = 30
LEAST_QUOTES = 10
TRADING_SECONDS_A_YEAR = 252 * 6.5 * 3_600
"""252 sessions of 6.5 hours: what happens overnight is not in it."""


def realised_volatility(quotes: Quotes, *, now: float, seconds: float) -> Measure:
    """Return the annualised volatility of the last `seconds`, in percent.

    The square root of the sum of squared 1-second log returns of the mid, scaled to a
    year of trading time. Drift is not taken out: over minutes it is far below the noise.

    Args:
        quotes: n quotes made at or before `now`, n may be 0.
        now: seconds since the epoch.
        seconds: how far to look back; less is used while less has been seen.

    Returns:
        unknown below 30 returns or 10 quotes in that time.
    """
    sound = quotes.sound()
    if len(sound) == 0:
        return unknown(f"needs {LEAST_QUOTES} quotes, has none")
    newest = float(sound.at[-1])
    young = len(sound) - int(np.searchsorted(sound.at, now - seconds, side="left"))
    if young < LEAST_QUOTES:
        return unknown(
            f"needs {LEAST_QUOTES} quotes in {seconds:g} s, has {young}", sample=young, at=newest
        )
    reach = min(seconds, now - float(sound.at[0]))
    count = int(reach // STEP_SECONDS)
    if count < LEAST_RETURNS:
        return unknown(
            f"needs {LEAST_RETURNS} s of quotes, has {reach:.0f} s", sample=count, at=newest
        )
    # rounding may put the first moment a hair before the first quote, which then stands
    moments = now - STEP_SECONDS * np.arange(count, -1, -1)
    standing = np.maximum(np.searchsorted(sound.at, moments, side="right") - 1, 0)
    logs = np.log((sound.bid[standing] + sound.ask[standing]) / 2)
    returns = np.diff(logs)
    variance = float(returns @ returns) / (count * STEP_SECONDS)
    value = math.sqrt(variance * TRADING_SECONDS_A_YEAR) * 100
    return Measure(value=value, sample=count, at=newest)
