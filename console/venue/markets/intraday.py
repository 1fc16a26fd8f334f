"""One minute of one stock, event by event: how the order flow meets the touch.

Quotes are the efficient price, less and plus a cost, rounded outward to the cent
(Hasbrouck, 1999), and they give way only beyond a zone of hesitation (Robert and
Rosenbaum, 2011). A trade prints at the standing touch and takes from its size;
a side that is taken out gives way a cent and comes back with the next quote.
docs/design/synthetic-market.md gives the sources in full.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from console.venue.markets.daytime import MINUTE
from console.venue.markets.flow import Conditions, arrivals, excited_rate, path
from console.venue.markets.market import QuoteTick, Tick, TradeTick
from console.venue.markets.universe import Stock

_Floats = NDArray[np.float64]

TRADE_IDS_A_MINUTE = 10_000

_TRADE_SHARE = {True: 0.36, False: 0.12}
"""Share of excited events that are trades, in the regular session and outside it."""
_SIZE_SCALE = {True: 1.0, False: 0.4}
_NIGHT_COST, _NIGHT_COST_SCALE = 0.3, 1.8
"""What a quote keeps more outside the regular session: cents, and times the usual."""
_LONGEST_LAG = 900_000
"""How long after a trade its quote may come, in nanoseconds."""
_ONE_PRINT = 0.62
"""Chance that a trade is one print and not a sweep of several."""
_MOST_PRINTS = 6
_TAIL = 1.6
"""Exponent of the Pareto tail of trade sizes."""
_MOST_LOTS = 400
_ODD_LOT = 99
_SIZE_RENEWAL = 0.3
"""Chance that a side that stands shows another size."""
_ZONE = 0.3
"""How far beyond a cent the efficient price goes before a quote follows, in cents."""
_INSIDE = 0.35
"""Share of off-exchange prints between the quotes, where the spread leaves room."""
_OFF_EXCHANGE = "D"
_EXCHANGES = (_OFF_EXCHANGE, "Q", "P", "Z", "K", "V", "N", "Y")
_EXCHANGE_SHARES = np.cumsum([0.36, 0.2, 0.11, 0.1, 0.08, 0.07, 0.05, 0.03])
_SPELL_SECONDS, _SPELLS = 4, 15


def prints_a_second(rate: _Floats, *, is_regular: bool) -> _Floats:
    """Return how many prints a second come of `rate` book events a second."""
    return excited_rate(rate) * _TRADE_SHARE[is_regular] / _ONE_PRINT


def mean_print(stock: Stock, *, is_regular: bool) -> float:
    """Return the mean size of a print in shares, fitted to many minutes of ticks."""
    scale = stock.lot_scale * _SIZE_SCALE[is_regular]
    return 107 * (1 - 0.7 * stock.odd_lots) * (0.6 + 1.3 * scale)


def ticks_of_minute(
    stock: Stock,
    conditions: Conditions,
    rng: np.random.Generator,
    *,
    shift: float = 0.0,
    since: int = 0,
) -> list[Tick]:
    """Return the minute's ticks in time order; of the quotes before `since`, only the last ones.

    Args:
        stock: Whose minute it is.
        conditions: What the minute is like.
        rng: Seeded for this stock and minute alone.
        shift: What is added to the log price: how far the market has been moved.
        since: When listening begins: quotes that nobody will hear are not built.
    """
    touch = _Touch(stock.listing.symbol, conditions.begins_at, since - _LONGEST_LAG)
    for event in _events(stock, conditions, rng, shift):
        touch.play(event)
    return touch.ticks


class _Event(NamedTuple):
    """One thing that happens; prices in whole cents, sizes in shares."""

    at: int
    next_at: int
    lag: int
    bid: int
    lowest_bid: float
    highest_bid: float
    ask: int
    lowest_ask: float
    highest_ask: float
    bid_size: int
    ask_size: int
    renews_bid: bool
    renews_ask: bool
    prints: int
    is_buy: bool
    lots: float
    odd_lot: int
    exchange: int
    is_inside: bool


def _events(
    stock: Stock, conditions: Conditions, rng: np.random.Generator, shift: float
) -> Iterator[_Event]:
    """Draw the minute as columns, and hand it out as rows."""
    times, is_calm = arrivals(rng, conditions.rate)
    count = times.size
    is_trade = ~is_calm & (rng.random(count) < _TRADE_SHARE[conditions.is_regular])
    is_trade[0] = False
    is_buy, log_price = path(rng, conditions, is_trade)
    fair = 100 * np.exp(log_price + shift)
    cost = _cost(stock, conditions, rng, times)
    bid, ask = fair - cost, fair + cost
    at = conditions.begins_at + (times * 1e6).astype(np.int64) * 1_000
    prints = np.minimum(rng.geometric(_ONE_PRINT, count), _MOST_PRINTS)
    lots = rng.random(count) ** (-1 / _TAIL) * stock.lot_scale * _SIZE_SCALE[conditions.is_regular]
    odd_lot = 1 + (rng.random(count) ** 1.5 * _ODD_LOT).astype(np.int64)
    chance = rng.random(count)
    sizes = np.maximum(np.round(rng.lognormal(0.0, 0.7, (2, count)) * stock.depth), 1) * 100
    columns = (
        at,
        np.append(at[1:], conditions.begins_at + MINUTE - 1),
        rng.integers(_LONGEST_LAG // 20, _LONGEST_LAG, count),
        np.floor(bid).astype(np.int64),
        bid - 1 - _ZONE,
        bid + _ZONE,
        np.ceil(ask).astype(np.int64),
        ask - _ZONE,
        ask + 1 + _ZONE,
        *sizes.astype(np.int64),
        chance < _SIZE_RENEWAL,
        chance > 1 - _SIZE_RENEWAL,
        np.where(is_trade, prints, 0),
        is_buy,
        np.minimum(lots, _MOST_LOTS),
        np.where(rng.random(count) < stock.odd_lots, odd_lot, 0),
        np.searchsorted(_EXCHANGE_SHARES[:-1], rng.random(count)),
        rng.random(count) < _INSIDE,
    )
    return map(_Event._make, zip(*(column.tolist() for column in columns), strict=True))


def _cost(
    stock: Stock, conditions: Conditions, rng: np.random.Generator, times: _Floats
) -> _Floats:
    """Return what a quote keeps on either side, in cents: steady for seconds, at times wide."""
    spells = np.exp(rng.normal(0.0, 0.3, _SPELLS))
    spells[rng.random(_SPELLS) < 1 / _SPELLS] *= 2.5
    usual = stock.half_spread
    if not conditions.is_regular:
        usual = _NIGHT_COST + usual * _NIGHT_COST_SCALE
    return usual * spells[(times / _SPELL_SECONDS).astype(np.int64)]


class _Touch:
    """The best bid and offer of one stock as events change them; prices in whole cents."""

    def __init__(self, symbol: str, begins_at: int, unheard_until: int) -> None:
        self.ticks: list[Tick] = []
        self._symbol = symbol
        self._trade_id = begins_at // MINUTE * TRADE_IDS_A_MINUTE
        self._unheard_until = unheard_until
        self._bid = self._ask = 0
        self._bid_size = self._ask_size = 1

    def play(self, event: _Event) -> None:
        """Let one event happen: the prints of a trade first, then the quote that follows."""
        told_at = event.at
        if event.prints:
            self._trade(event)
            told_at = min(event.at + event.lag, event.next_at)
        self._requote(event)
        if event.next_at < self._unheard_until:
            return
        self.ticks.append(
            QuoteTick(
                self._symbol,
                told_at,
                self._bid / 100,
                self._bid_size,
                self._ask / 100,
                self._ask_size,
            )
        )

    def _trade(self, event: _Event) -> None:
        """Print at the touch, or off exchange between the quotes."""
        exchange = _EXCHANGES[event.exchange]
        cents = self._ask if event.is_buy else self._bid
        if event.is_inside and exchange == _OFF_EXCHANGE and self._ask - self._bid > 1:
            cents = (self._bid + self._ask) // 2
        for part in range(event.prints):
            size = 100 * max(int(event.lots / (1 + part)), 1)
            if event.odd_lot and not part:
                size = event.odd_lot
            self._trade_id += 1
            self.ticks.append(
                TradeTick(self._symbol, event.at, cents / 100, size, exchange, self._trade_id)
            )
            self._take(size, is_buy=event.is_buy)

    def _take(self, size: int, *, is_buy: bool) -> None:
        """Thin the side that was taken, by round lots."""
        lots = (size + 99) // 100 * 100
        if is_buy:
            self._ask_size = max(self._ask_size - lots, 0)
            return
        self._bid_size = max(self._bid_size - lots, 0)

    def _requote(self, event: _Event) -> None:
        """Follow the efficient price, once it has gone far enough; show sizes."""
        bid, ask = self._bid, self._ask
        if not event.lowest_bid <= bid <= event.highest_bid:
            bid = event.bid
        if not event.lowest_ask <= ask <= event.highest_ask:
            ask = event.ask
        if not self._bid_size:
            bid = min(bid, self._bid - 1)
        if not self._ask_size:
            ask = max(ask, self._ask + 1)
        bid = max(bid, 1)
        ask = max(ask, bid + 1)
        if bid != self._bid or event.renews_bid:
            self._bid_size = event.bid_size
        if ask != self._ask or event.renews_ask:
            self._ask_size = event.ask_size
        self._bid, self._ask = bid, ask
