"""The efficient price: a pure function of seed and time, minute by minute.

Days first, minutes within them second: each component of risk (the market, the
sectors, each stock's own) draws its day's return, then a path of minutes is
bridged to it. Variance is a Markov-switching multifractal (Calvet and Fisher,
2004) on both scales, so calm and storm cluster and tails are fat; given the
variance, returns are normal with mean zero, so nothing can be learned from
the past of the price. docs/design/synthetic-market.md gives the sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from console.venue.markets import daytime
from console.venue.markets.draws import side_by_side, widths
from console.venue.markets.universe import MARKET_VOLATILITY, SECTORS, Stock

_Floats = NDArray[np.float64]

_YEAR_STREAM, _DAY_STREAM = 1, 2
_DAILY_LIVES = (3.0, 12.0, 50.0)
_MINUTE_LIVES = (3.0, 12.0, 48.0, 192.0)
_DAILY_CONTRAST, _MINUTE_CONTRAST = 0.35, 0.55
_TAIL_FREEDOM = 6.0
_WEEKEND_VARIANCE = 0.2
_ACTIVITY_BOUNDS = (0.4, 2.5)


@dataclass(frozen=True, slots=True, eq=False)
class DayPath:
    """One day of every stock: log prices on the minute grid, and how lively it was."""

    day: date
    begins_at: int
    log_price: _Floats
    """Shape (minutes + 1, stocks)."""
    variance: _Floats
    """Of each minute's return, shape (minutes, stocks)."""
    activity: _Floats
    """Book events relative to a regular minute's mean, shape (minutes, stocks)."""


class Walk:
    """The efficient log prices of all stocks of a universe, at any time."""

    def __init__(self, stocks: Sequence[Stock], *, seed: int, anchor: date) -> None:
        self._seed = seed
        self._anchor = anchor
        self._levels = np.log([stock.level for stock in stocks])
        self._volatility, self._loadings = _components(stocks)
        self._widths = widths(stocks, shared=1 + len(SECTORS))
        self.day = lru_cache(maxsize=4)(self._day)
        self._year = lru_cache(maxsize=8)(self._draw_year)

    def _day(self, day: date) -> DayPath:
        """Return the path of `day`."""
        sigma, returns = self._day_of_year(day)
        minutes = daytime.minutes_in(day)
        storm, normal = side_by_side(
            [self._seed, _DAY_STREAM, day.toordinal()],
            self._widths,
            lambda rng, part: _draw_day(rng, minutes, part.stop - part.start),
        )
        share = daytime.variance_season(day)[:, None] * storm
        share /= share.sum(axis=0)
        steps = sigma * np.sqrt(share) * normal
        steps += share * (returns - steps.sum(axis=0))
        log_price = np.empty((minutes + 1, self._levels.size))
        log_price[0] = self.opening(day)
        log_price[1:] = log_price[0] + np.cumsum(steps @ self._loadings, axis=0)
        variance = (share * sigma**2) @ self._loadings**2
        return DayPath(
            day=day,
            begins_at=daytime.midnight(day),
            log_price=log_price,
            variance=variance,
            activity=self._activity(day, variance),
        )

    def opening(self, day: date) -> _Floats:
        """Return the log prices at the midnight `day` begins with."""
        first, last = min(day, self._anchor), max(day, self._anchor)
        total: _Floats = self.returns(first, last).sum(axis=0)
        return self._levels + (total if day >= self._anchor else -total)

    def returns(self, first: date, end: date) -> _Floats:
        """Return each stock's log return of the days in [first, end)."""
        return np.concatenate(
            [rows[1] @ self._loadings for rows in self._spans(first, end)]
            or [np.zeros((0, self._levels.size))]
        )

    def variances(self, first: date, end: date) -> _Floats:
        """Return each stock's variance on the days in [first, end)."""
        return np.concatenate(
            [rows[0] ** 2 @ self._loadings**2 for rows in self._spans(first, end)]
            or [np.zeros((0, self._levels.size))]
        )

    def loudness(self, first: date, end: date) -> _Floats:
        """Return each stock's activity on the days in [first, end), relative to a usual one's."""
        surprise = np.sqrt(self.variances(first, end) / self.usual_variance)
        return np.clip(surprise, *_ACTIVITY_BOUNDS)

    @property
    def usual_variance(self) -> _Floats:
        """Each stock's variance on a usual weekday."""
        variance: _Floats = self._volatility**2 @ self._loadings**2
        return variance

    def _activity(self, day: date, variance: _Floats) -> _Floats:
        """Return the season, louder where the price moves more than the season says."""
        season = daytime.variance_season(day) / daytime.variance_season(_A_WEEKDAY).sum()
        usual = season[:, None] * self.usual_variance
        surprise = np.clip(np.sqrt(variance / usual), *_ACTIVITY_BOUNDS)
        activity: _Floats = daytime.activity_season(day)[:, None] * surprise
        return activity

    def _spans(self, first: date, end: date) -> list[tuple[_Floats, _Floats]]:
        """Return sigma and returns of the days in [first, end), a pair per year."""
        spans = []
        for year in range(first.year, end.year + 1):
            begin = max(first, date(year, 1, 1)).timetuple().tm_yday - 1
            stop = end.timetuple().tm_yday - 1 if end.year == year else _days_in(year)
            sigma, returns = self._year(year)
            spans.append((sigma[begin:stop], returns[begin:stop]))
        return spans

    def _day_of_year(self, day: date) -> tuple[_Floats, _Floats]:
        sigma, returns = self._year(day.year)
        row = day.timetuple().tm_yday - 1
        return sigma[row], returns[row]

    def _draw_year(self, year: int) -> tuple[_Floats, _Floats]:
        """Draw each component's volatility and return for every day of `year`.

        The chi-square mixes the scale, which makes the return Student's t; the
        scale goes to the day's minutes too, so the path and its end agree.
        """
        days = _days_in(year)
        regime, mixing, normal = side_by_side(
            [self._seed, _YEAR_STREAM, year],
            self._widths,
            lambda rng, part: _draw_days(rng, days, part.stop - part.start),
        )
        first = date(year, 1, 1)
        weight = np.array(
            [
                _WEEKEND_VARIANCE if daytime.is_weekend(first + timedelta(days=i)) else 1.0
                for i in range(days)
            ]
        )
        sigma = self._volatility * np.sqrt(regime * mixing * weight[:, None])
        return sigma, sigma * normal


_A_WEEKDAY = date(2025, 1, 6)


def _components(stocks: Sequence[Stock]) -> tuple[_Floats, _Floats]:
    """Return the components' daily volatilities, and what each stock takes of them."""
    sectors = list(SECTORS)
    shared = 1 + len(sectors)
    volatility = [MARKET_VOLATILITY, *SECTORS.values(), *(s.own_volatility for s in stocks)]
    loadings = np.zeros((shared + len(stocks), len(stocks)))
    for column, stock in enumerate(stocks):
        loadings[0, column] = stock.beta
        for sector, loading in stock.sectors.items():
            loadings[1 + sectors.index(sector), column] = loading
        loadings[shared + column, column] = 1.0
    return np.array(volatility), loadings


def _draw_day(rng: np.random.Generator, minutes: int, parts: int) -> tuple[_Floats, _Floats]:
    """Draw the variance multipliers of a day's minutes, and their normals."""
    storm = _multifractal(rng, minutes, parts, _MINUTE_LIVES, _MINUTE_CONTRAST)
    return storm, rng.standard_normal((minutes, parts))


def _draw_days(rng: np.random.Generator, days: int, parts: int) -> tuple[_Floats, _Floats, _Floats]:
    """Draw the variance multipliers of days, what fattens their tails, and their normals."""
    regime = _multifractal(rng, days, parts, _DAILY_LIVES, _DAILY_CONTRAST)
    mixing = (_TAIL_FREEDOM - 2) / rng.chisquare(_TAIL_FREEDOM, (days, parts))
    return regime, mixing, rng.standard_normal((days, parts))


def _multifractal(
    rng: np.random.Generator, length: int, parts: int, lives: Sequence[float], contrast: float
) -> _Floats:
    """Return `parts` variance multipliers of mean one over `length` steps.

    Each is a product of two-valued states that are drawn anew once in a life,
    at random times: short lives make the jitter, long ones the long memory.
    """
    rows = np.arange(length)[:, None]
    product = np.ones((length, parts))
    for life in lives:
        renewed = rng.random((length, parts)) < 1 / life
        renewed[0] = True
        since = np.maximum.accumulate(np.where(renewed, rows, 0), axis=0)
        state = 1.0 + contrast * (1 - 2 * rng.integers(0, 2, (length, parts)))
        product *= np.take_along_axis(state, since, axis=0)
    return product


def _days_in(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days
