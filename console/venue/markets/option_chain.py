"""The contracts listed on the venue's stocks, and their quotes from the stock's own market.

Strikes are set once, around the last daily close when somebody first asks; quotes follow
the stock. Volatility is the stock's own over the last sixty days. No option has traded
here, so there are neither prints nor bars of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import log, sqrt
from statistics import pstdev

from console.domain.market import Timeframe
from console.venue.floor import Floor
from console.venue.markets.options import Contract, Valuation, implied, strike_step, touch, value
from console.venue.trading.assets import OPTIONED
from console.venue.trading.hours import TradingDay
from console.venue.wire.timestamps import DAY, new_york

STRIKES_EACH_WAY = 12
WEEKS, MONTHS = 4, 6
FRIDAY = 4
VOLATILITY_DAYS = 60
SESSIONS_A_YEAR = 252
YEAR = 365 * DAY
TYPICAL = 0.3
CALMEST, WILDEST = 0.08, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionQuote:
    """An indicative quote of one contract, and what it follows from."""

    at: int
    bid: float
    ask: float
    volatility: float
    valuation: Valuation


class OptionChains:
    """Every contract by symbol, sorted; made once."""

    def __init__(self, floor: Floor, days: Sequence[TradingDay]) -> None:
        self._floor = floor
        self._closes = {day.day: day.closes_at for day in days}
        self._volatility: dict[str, float] = {}
        self.contracts: dict[str, Contract] = {}
        expiries = _expiries(new_york(floor.now).date(), sorted(self._closes))
        for underlying in (symbol for symbol in OPTIONED if symbol in floor.listings):
            self._list(underlying, expiries)

    def quote(self, contract: Contract) -> OptionQuote | None:
        """Return what a contract is worth now, or None when the stock has no quote."""
        stock = self._floor.view.quotes.get(contract.underlying)
        if stock is None or stock.bid <= 0 or stock.ask <= 0:
            return None
        spot = (stock.bid + stock.ask) / 2
        years = (self._closes[contract.expires_on] - self._floor.now) / YEAR
        own = self._volatility[contract.underlying]
        volatility = implied(own, spot=spot, strike=contract.strike, years=years)
        worth = value(
            spot=spot,
            strike=contract.strike,
            years=years,
            volatility=volatility,
            is_call=contract.is_call,
        )
        bid, ask = touch(worth.price)
        return OptionQuote(at=stock.at, bid=bid, ask=ask, volatility=volatility, valuation=worth)

    def is_active(self, contract: Contract) -> bool:
        """Whether a contract has not expired."""
        return self._closes[contract.expires_on] > self._floor.now

    def _list(self, underlying: str, expiries: Sequence[date]) -> None:
        now = self._floor.now
        days = self._floor.market.bars(underlying, Timeframe.DAY_1, now - 90 * DAY, now)
        last = self._floor.view.last_price(underlying)
        price = days[-1].close if days else float(last or 0)
        if not price:
            return
        closes = [day.close for day in days[-VOLATILITY_DAYS:]]
        self._volatility[underlying] = _volatility(closes)
        step = strike_step(price)
        middle = round(price / step)
        mills = [
            round((middle + i) * step * 1_000)
            for i in range(-STRIKES_EACH_WAY, STRIKES_EACH_WAY + 1)
            if middle + i > 0
        ]
        made = [
            Contract(underlying=underlying, expires_on=day, is_call=is_call, strike_mills=strike)
            for day in expiries
            for is_call in (True, False)
            for strike in mills
        ]
        self.contracts |= {contract.symbol: contract for contract in made}


def _volatility(closes: Sequence[float]) -> float:
    """Return the yearly volatility of daily closes."""
    returns = [log(after / before) for before, after in pairwise(closes)]
    if len(returns) < 2:  # noqa: PLR2004 - one return does not vary
        return TYPICAL
    return min(max(pstdev(returns) * sqrt(SESSIONS_A_YEAR), CALMEST), WILDEST)


def _expiries(today: date, trading: Sequence[date]) -> list[date]:
    """Return the next Fridays and third Fridays; the trading day before one that is a holiday."""
    friday = today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    fridays = [friday + timedelta(weeks=i) for i in range(4 * MONTHS + 4)]
    thirds = [day for day in fridays if 15 <= day.day <= 21]  # noqa: PLR2004 - the third week
    wanted = {*fridays[:WEEKS], *thirds[:MONTHS]}
    found = {max((day for day in trading if day <= wish), default=wish) for wish in wanted}
    return sorted(day for day in found if day in {*trading} and day >= today)
