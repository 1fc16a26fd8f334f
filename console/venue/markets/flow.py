"""The order flow of one stock in one minute: when, who, how much, and at what fair price.

Arrivals excite each other (Hawkes, 1971). Buyers follow buyers, and only the
surprise in a trade's sign moves the efficient price (Madhavan, Richardson and
Roomans, 1997): order flow can be foreseen, returns cannot. The minute's end is
given, so the signs are drawn as likely as that end makes them.
docs/design/synthetic-market.md gives the sources in full.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Flags = NDArray[np.bool_]

_BRANCHING = 0.78
"""How many events one event brings about, on average."""
_WARM_UP = 30.0
_REACTION, _ECHO = 0.01, 20.0
"""The shortest and the longest mean delay of offspring, in seconds; its logarithm is uniform."""
_CALM_RATE = 1.0
"""Quotes a second that come whatever happens, and are never trades."""

_COPYING = 0.5
"""Chance that a trade has the sign of the one before it, whatever else."""
_PRESSURE = 0.95
"""The most that one side is favoured by those who do not copy, for a spell."""
_SPELL = 40
"""How many trades a pressure lasts, on average."""
_IMPACT = 0.5
"""Share of the variance that order flow brings; the rest is news."""
_CANDIDATES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What one minute is like for one stock."""

    begins_at: int
    log_open: float
    log_close: float
    variance: float
    rate: float
    """Book events a second."""
    is_regular: bool

    @property
    def log_return(self) -> float:
        """How far the efficient price goes in this minute."""
        return self.log_close - self.log_open


def excited_rate(rate: _Floats | float) -> _Floats:
    """Return how many of `rate` events a second come from the self-exciting process."""
    every = np.asarray(rate)
    return np.maximum(every - _CALM_RATE, 0.3 * every)


def arrivals(rng: np.random.Generator, rate: float) -> tuple[_Floats, _Flags]:
    """Return sorted times in [0, 60) seconds at which something happens, and which are calm.

    A Hawkes process grown as families of events from a while before the minute,
    over one calm event each second that keeps every quote fresh.
    """
    calm = np.arange(60) + rng.uniform(0.3, 0.7, 60)
    founders = float(excited_rate(rate)) * (1 - _BRANCHING) * (60 + _WARM_UP)
    parents = rng.uniform(-_WARM_UP, 60.0, rng.poisson(founders))
    families = [calm]
    while parents.size:
        families.append(parents)
        children = np.repeat(parents, rng.poisson(_BRANCHING, parents.size))
        delay = _REACTION * (_ECHO / _REACTION) ** rng.random(children.size)
        children += rng.exponential(1.0, children.size) * delay
        parents = children[children < 60]  # noqa: PLR2004 - the minute's end
    times = np.concatenate(families)
    order = np.argsort(times)
    order = order[times[order] >= 0]
    return times[order], order < calm.size


def path(
    rng: np.random.Generator, conditions: Conditions, is_trade: _Flags
) -> tuple[_Flags, _Floats]:
    """Return which events are buys, and the efficient log price after each event.

    Of several histories of signs, one is chosen by how well it explains where
    the minute ends; news make up the difference. Forwards, this is a martingale.
    """
    count, trades = is_trade.size, int(is_trade.sum())
    signs, surprise = _signs(rng, trades)
    flow_variance = _IMPACT * conditions.variance if trades else 0.0
    news_variance = conditions.variance - flow_variance
    impact = sqrt(flow_variance * signs.shape[0] / max(float((surprise**2).sum()), 1e-9))
    misfit = conditions.log_return - impact * surprise.sum(axis=1)
    likelihood = np.exp(-0.5 * (misfit**2 - (misfit**2).min()) / news_variance)
    chosen = int(np.searchsorted(np.cumsum(likelihood), rng.random() * likelihood.sum()))

    news = np.cumsum(rng.standard_normal(count)) * sqrt(news_variance / count)
    news += (misfit[chosen] - news[-1]) * np.arange(1, count + 1) / count
    moved = np.zeros(count)
    moved[is_trade] = impact * surprise[chosen]
    is_buy = np.zeros(count, dtype=np.bool_)
    is_buy[is_trade] = signs[chosen] > 0
    return is_buy, conditions.log_open + news + np.cumsum(moved)


def _signs(rng: np.random.Generator, trades: int) -> tuple[_Floats, _Floats]:
    """Return candidate signs and how much each sign surprises, shape (candidates, trades).

    Candidates come in mirrored pairs. A sign copies its elder or follows the
    pressure of the spell; the surprise is what both leave unexplained.
    """
    shape = (_CANDIDATES, trades)
    columns = np.arange(trades)
    begins = rng.random(shape) < 1 / _SPELL
    spell = np.maximum.accumulate(np.where(begins, columns, 0), axis=1)
    pressure = np.take_along_axis(rng.uniform(-_PRESSURE, _PRESSURE, shape), spell, axis=1)
    own = np.where(rng.random(shape) < (1 + pressure) / 2, 1.0, -1.0)
    thinks = rng.random(shape) >= _COPYING
    thinks[:, :1] = True
    leader = np.maximum.accumulate(np.where(thinks, columns, 0), axis=1)
    signs = np.take_along_axis(own, leader, axis=1)
    expected = (1 - _COPYING) * pressure
    expected[:, 1:] += _COPYING * signs[:, :-1]
    surprise = signs - expected
    return np.concatenate([signs, -signs]), np.concatenate([surprise, -surprise])
