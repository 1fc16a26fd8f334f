"""Realised volatility of bars, and what of it is no jump.

Sources: Andersen, Bollerslev, Diebold and Labys (2003), "Modeling and Forecasting Realized
Volatility", Econometrica 71(2), 579-625, for the sum of squared returns; Barndorff-Nielsen
and Shephard (2004), "Power and Bipower Variation with Stochastic Volatility and Jumps",
Journal of Financial Econometrics 2(1), 1-37, for neighbouring returns multiplied, in which
a single jump fades.

Annualised by the trading time the returns took, in the exchange's own year: a missing
minute is two minutes of one return, a night is no trading time, and root 252 has no part
in minute bars.
"""

import math

import numpy as np

from console.domain.market import Timeframe
from console.studies.bar_columns import in_order
from console.studies.columns import Column
from console.studies.session_time import MINUTES_A_YEAR, SESSIONS_A_YEAR, exchange_clock
from console.studies.sliding import sliding_sum


def bar_volatility(at: Column, close: Column, timeframe: Timeframe, window: int = 20) -> Column:
    """Return the annualised volatility of the last `window` returns, in percent.

    Returns within the day only, except for daily bars, where each takes one session.

    Args:
        at: starts of the bars in seconds since the epoch.
        close: prices in dollars, above 0.
        timeframe: of the bars.
        window: how many returns.

    Returns:
        NaN for the first `window` bars, while a NaN is in the window, and where all of
        the window lies between days.

    Raises:
        ValueError: when times decrease or the lengths differ.
    """
    returns, years = _returns(at, close, timeframe)
    return _annualised(sliding_sum(returns * returns, window), sliding_sum(years, window))


def bipower_volatility(at: Column, close: Column, timeframe: Timeframe, window: int = 20) -> Column:
    """Return the annualised volatility of the last `window` returns without jumps, in percent.

    As `bar_volatility`, of products of neighbouring returns; NaN for one bar more.
    """
    returns, years = _returns(at, close, timeframe)
    sizes = np.abs(returns)
    products = math.pi / 2 * sizes[1:] * sizes[:-1]
    spans = np.sqrt(years[1:] * years[:-1])
    found = _annualised(sliding_sum(products, window), sliding_sum(spans, window))
    return np.concatenate((np.full(min(1, len(returns)), np.nan), found))[: len(returns)]


def _returns(at: Column, close: Column, timeframe: Timeframe) -> tuple[Column, Column]:
    """Return the log returns and what part of a trading year each took; 0, 0 over night."""
    at, close = in_order(at), np.asarray(close, dtype=np.float64)
    if len(at) != len(close):
        raise ValueError("the columns of time and close must have one length")
    prices = np.where(close > 0, close, np.nan)
    returns = np.diff(np.log(prices), prepend=np.nan)
    if timeframe is Timeframe.DAY_1:
        return returns, np.full(len(at), 1 / SESSIONS_A_YEAR)
    minutes = np.diff(at, prepend=np.nan) / 60
    same_day = np.diff(exchange_clock(at)[0], prepend=np.nan) == 0
    same_day[:1] = True  # its return stays unknown
    # a night is left out, but an unknown price is not: it stays unknown
    left_out = ~same_day & np.isfinite(returns)
    return np.where(left_out, 0.0, returns), np.where(left_out, 0.0, minutes / MINUTES_A_YEAR)


def _annualised(variance: Column, years: Column) -> Column:
    rate = np.full(len(variance), np.nan)
    np.divide(variance, years, out=rate, where=(years > 0) & np.isfinite(variance))
    return np.asarray(np.sqrt(rate) * 100, dtype=np.float64)
