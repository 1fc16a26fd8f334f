"""Option contracts, and what they are worth by Black and Scholes.

Formulas: F. Black and M. Scholes, "The Pricing of Options and Corporate Liabilities",
Journal of Political Economy 81 (1973), for a stock without dividends. Contracts are
American; early exercise is not valued, so puts are worth a little less here than they
would be. Theta is per calendar day; vega and rho are per percentage point.
"""

from dataclasses import dataclass
from datetime import date
from math import ceil, erf, exp, floor, log, pi, sqrt

RATE = 0.04
"""Interest a year: a round figure, not a quotation."""

DAYS_A_YEAR = 365.0
SHORTEST = 1 / (DAYS_A_YEAR * 24 * 60)
"""A minute, in years: the least time an option is valued with."""

SMILE = 0.05
WIDEST = 3.0
CENTS = 100
LEAST_HALF_SPREAD, HALF_SPREAD_SHARE = 0.01, 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The right to buy (call) or sell (put) 100 shares; strikes in thousandths of a dollar."""

    underlying: str
    expires_on: date
    is_call: bool
    strike_mills: int

    @property
    def strike(self) -> float:
        """The strike in dollars."""
        return self.strike_mills / 1_000

    @property
    def symbol(self) -> str:
        """The OCC symbol: `AAPL261218C00250000`."""
        kind = "C" if self.is_call else "P"
        return f"{self.underlying}{self.expires_on:%y%m%d}{kind}{self.strike_mills:08d}"

    @property
    def name(self) -> str:
        """The contract in words: `AAPL Dec 18 2026 250 Call`."""
        kind = "Call" if self.is_call else "Put"
        return f"{self.underlying} {self.expires_on:%b %d %Y} {self.strike:g} {kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """What one share's option is worth, and how that changes."""

    price: float
    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


def value(
    *, spot: float, strike: float, years: float, volatility: float, is_call: bool
) -> Valuation:
    """Return the worth of an option on one share.

    Args:
        spot: the stock's price.
        strike: the price it may be bought or sold for.
        years: until expiry.
        volatility: a year, 0.2 is twenty per cent.
        is_call: whether it is the right to buy.
    """
    years = max(years, SHORTEST)
    spread = volatility * sqrt(years)
    d1 = (log(spot / strike) + (RATE + volatility**2 / 2) * years) / spread
    d2 = d1 - spread
    sign = 1 if is_call else -1
    discounted = strike * exp(-RATE * years)
    density = exp(-d1 * d1 / 2) / sqrt(2 * pi)
    decay = -spot * density * volatility / (2 * sqrt(years))
    return Valuation(
        price=max(sign * (spot * _normal(sign * d1) - discounted * _normal(sign * d2)), 0.0),
        delta=sign * _normal(sign * d1),
        gamma=density / (spot * spread),
        theta=(decay - sign * RATE * discounted * _normal(sign * d2)) / DAYS_A_YEAR,
        vega=spot * density * sqrt(years) / 100,
        rho=sign * discounted * years * _normal(sign * d2) / 100,
    )


def _normal(x: float) -> float:
    """Return the chance that a standard normal is below `x`."""
    return (1 + erf(x / sqrt(2))) / 2


def implied(volatility: float, *, spot: float, strike: float, years: float) -> float:
    """Return the volatility an option is quoted at: a smile around the stock's own."""
    width = volatility * sqrt(max(years, SHORTEST))
    moneyness = max(min(log(strike / spot) / width, WIDEST), -WIDEST)
    return volatility * (1 + SMILE * moneyness**2)


def touch(price: float) -> tuple[float, float]:
    """Return bid and ask around a worth, in whole cents; the bid may be none."""
    half = max(LEAST_HALF_SPREAD, price * HALF_SPREAD_SHARE)
    bid = max(floor((price - half) * CENTS), 0) / CENTS
    return bid, max(ceil((price + half) * CENTS) / CENTS, 0.01)


def strike_step(price: float) -> float:
    """Return how far strikes lie apart for a stock of some price, in dollars."""
    steps = ((25, 0.5), (100, 1.0), (200, 2.5))
    return next((step for below, step in steps if price < below), 5.0)
