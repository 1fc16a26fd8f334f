"""The quoted spread, now and on average, and which side of the touch is the thicker.

Source: Huang and Stoll (1996), "Dealer versus Auction Markets", Journal of Financial
Economics 41(3), 313-357, for the quoted spread; weighting by the time a quote stood is
the usage of SEC Rule 605 reports.
"""

import numpy as np

from console.studies.bounds import MOST_SIZE
from console.studies.columns import Column, Quotes
from console.studies.measures import Measure, unknown

NO_QUOTE = "needs a two-sided quote, has none"


def spread(quotes: Quotes, *, in_basis_points: bool = False) -> Measure:
    """Return ask less bid of the newest sound quote.

    Args:
        quotes: n quotes, n may be 0.
        in_basis_points: of the mid, instead of dollars.

    Returns:
        never below zero: crossed quotes are left out.
    """
    sound = quotes.sound()
    if len(sound) == 0:
        return unknown(NO_QUOTE)
    value = float(_spreads(sound, in_basis_points=in_basis_points)[-1])
    return Measure(value=value, sample=1, at=float(sound.at[-1]))


def mean_spread(
    quotes: Quotes, *, now: float, seconds: float, in_basis_points: bool = False
) -> Measure:
    """Return the average spread of the last `seconds`, each weighted by how long it stood.

    A quote stands until the next one, sound or not, and the last one until `now`.

    Args:
        quotes: n quotes made at or before `now`, n may be 0.
        now: seconds since the epoch.
        seconds: how far to look back.
        in_basis_points: of each mid, instead of dollars.
    """
    began = np.maximum(quotes.at, now - seconds)
    ended = np.maximum(np.append(quotes.at[1:], now), began)
    stood = (ended - began)[quotes.is_sound]
    sound = quotes.sound()
    total = float(stood.sum())
    if len(sound) == 0:
        return unknown(NO_QUOTE)
    if total <= 0:
        return unknown("needs a quote that stood for some time, has none", at=float(sound.at[-1]))
    spreads = _spreads(sound, in_basis_points=in_basis_points)
    value = float(spreads @ (stood / total))
    return Measure(value=value, sample=int(np.count_nonzero(stood)), at=float(sound.at[-1]))


def imbalance(quotes: Quotes) -> Measure:
    """Return how much more is bid than offered at the touch, in percent of both sizes.

    +100 when all the size is on the bid, -100 when all of it is offered. Source: Cont,
    Kukanov and Stoikov (2014), "The Price Impact of Order Book Events", Journal of
    Financial Econometrics 12(1), 47-88.

    Args:
        quotes: n quotes, n may be 0.
    """
    sound = quotes.sound()
    if len(sound) == 0:
        return unknown(NO_QUOTE)
    at = float(sound.at[-1])
    bid_size, ask_size = float(sound.bid_size[-1]), float(sound.ask_size[-1])
    total = bid_size + ask_size
    if not (0 <= bid_size <= MOST_SIZE and 0 <= ask_size <= MOST_SIZE and total > 0):
        return unknown("needs a quote with sizes, has none", at=at)
    return Measure(value=(bid_size - ask_size) / total * 100, sample=1, at=at)


def _spreads(quotes: Quotes, *, in_basis_points: bool) -> Column:
    dollars = quotes.ask - quotes.bid
    if not in_basis_points:
        return dollars
    # half the sum of both prices, so that the factor 2 moves up
    return 20_000 * dollars / (quotes.ask + quotes.bid)
