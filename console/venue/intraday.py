"""One minute of one stock, event by event: arrivals, signs, quotes and prints.

Arrivals excite each other (Hawkes); buyers follow buyers, and only the surprise
in a trade's sign moves the efficient price (Madhavan, Richardson and Roomans,
1997), so order flow is predictable and returns are not. Quotes are the efficient price,
less and plus a cost, rounded outward to the cent (Hasbrouck, 1999), and give way
only beyond a zone of hesitation (Robert and Rosenbaum, 2011).
docs/design/synthetic-market.md gives the sources in full.
"""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from console.venue.daytime import MINUTE
from console.venue.market import QuoteTick, Tick, TradeTick
from console.venue.universe import Stock

_Floats = NDArray[np.float64]

TRADE_IDS_A_MINUTE = 10_000
EXCHANGES = ("D", "Q", "P", "Z", "K", "V", "N", "Y")
_EXCHANGE_SHARES = np.cumsum([0.36, 0.2, 0.11, 0.1, 0.08, 0.07, 0.05, 0.03])

BRANCHING = 0.62
"""How many events one event brings about, on average."""
_WARM_UP = 12.0
_REACTION, _ECHO = 0.05, 2.5
"""Mean delays in seconds of the fast and of the slow half of the offspring."""

_SIGN_MEMORY = 0.55
_IMPACT = 1.2
_TAIL = 1.6
_MOST_LOTS = 400
_ZONE = 0.3
"""How far beyond a cent the efficient price goes before a quote follows, in cents."""
_INSIDE = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What one minute is like for one stock."""

    begins_at: int
    log_open: float
    log_close: float
    variance: float
    rate: float
    """Book events a second."""
    trade_share: float
    size_scale: float
    spread_scale: float


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """Everything random about the minute, one entry an event."""

    at: list[int]
    cents: list[float]
    half_spread: list[float]
    prints: list[int]
    is_buy: list[bool]
    lots: list[float]
    odd: list[float]
    depth: list[float]
    lag: list[int]
    exchange: list[int]
    chance: list[float]


TRADE_SHARE = {True: 0.28, False: 0.12}
"""Share of book events that are trades, in the regular session and outside it."""
SIZE_SCALE = {True: 1.0, False: 0.6}
SPREAD_SCALE = {True: 1.0, False: 1.8}
_ONE_PRINT = 0.62
"""Chance that a trade is one print and not a sweep of several."""


def prints_a_second(stock: Stock, *, is_regular: bool) -> float:
    """Return how many prints a second the stock has where activity is one."""
    return stock.rate * TRADE_SHARE[is_regular] / _ONE_PRINT


def mean_print(stock: Stock, *, is_regular: bool) -> float:
    """Return the mean size of a print in shares, measured over many minutes."""
    scale = stock.lot_scale * SIZE_SCALE[is_regular]
    return 100 * (1 - 0.7 * stock.odd_lots) * (0.6 + 1.3 * scale)


def ticks_of_minute(
    stock: Stock, conditions: Conditions, rng: np.random.Generator, *, shift: float = 0.0
) -> list[Tick]:
    """Return the minute's ticks in time order.

    Args:
        stock: Whose minute it is.
        conditions: What the minute is like.
        rng: Seeded for this stock and minute alone.
        shift: What is added to the log price: how far the market has been moved.
    """
    return _Book(stock, conditions).play(_draw(stock, conditions, rng, shift))


def arrivals(rng: np.random.Generator, rate: float) -> _Floats:
    """Return sorted times in [0, 60) seconds at which something happens.

    A Hawkes process grown as families of events from a while before the minute,
    over one calm event each second that keeps every quote fresh.
    """
    calm = np.arange(60) + rng.uniform(0.3, 0.7, 60)
    founders = max(rate - 1.0, 0.1) * (1 - BRANCHING) * (60 + _WARM_UP)
    parents = rng.uniform(-_WARM_UP, 60.0, rng.poisson(founders))
    families = [calm]
    while parents.size:
        families.append(parents)
        children = np.repeat(parents, rng.poisson(BRANCHING, parents.size))
        delay = np.where(rng.random(children.size) < 0.5, _REACTION, _ECHO)  # noqa: PLR2004 - half
        children += rng.exponential(1.0, children.size) * delay
        parents = children[children < 60]  # noqa: PLR2004 - the minute's end
    times = np.concatenate(families)
    return np.sort(times[times >= 0])


def _draw(stock: Stock, conditions: Conditions, rng: np.random.Generator, shift: float) -> _Draws:
    times = arrivals(rng, conditions.rate)
    count = times.size
    is_trade = rng.random(count) < conditions.trade_share
    prints = np.where(is_trade, rng.geometric(_ONE_PRINT, count), 0)
    signs = _signs(rng, is_trade)
    lots = rng.random(count) ** (-1 / _TAIL) * stock.lot_scale * conditions.size_scale
    return _Draws(
        at=(conditions.begins_at + (times * 1e6).astype(np.int64) * 1_000).tolist(),
        cents=_cents(conditions, rng, signs, shift).tolist(),
        half_spread=_half_spreads(stock, conditions, rng, times).tolist(),
        prints=np.minimum(prints, 6).tolist(),
        is_buy=(signs > 0).tolist(),
        lots=np.minimum(lots, _MOST_LOTS).tolist(),
        odd=np.where(rng.random(count) < stock.odd_lots, rng.random(count), 0.0).tolist(),
        depth=(rng.lognormal(0.0, 0.7, count) * stock.depth).tolist(),
        lag=rng.integers(40_000, 900_000, count).tolist(),
        exchange=np.searchsorted(_EXCHANGE_SHARES[:-1], rng.random(count)).tolist(),
        chance=rng.random(count).tolist(),
    )


def _signs(rng: np.random.Generator, is_trade: NDArray[np.bool_]) -> _Floats:
    """Return +1 where a buyer takes, -1 where a seller does, 0 elsewhere, in runs."""
    turns = np.where(rng.random(is_trade.size) < (1 - _SIGN_MEMORY) / 2, -1, 1)
    first = 1 if rng.random() < 0.5 else -1  # noqa: PLR2004 - a fair coin
    runs = first * np.cumprod(np.where(is_trade, turns, 1))
    return np.where(is_trade, runs, 0).astype(np.float64)


def _cents(
    conditions: Conditions, rng: np.random.Generator, signs: _Floats, shift: float
) -> _Floats:
    """Return the efficient price after each event, bridged to where the minute ends."""
    taken = signs[signs != 0]
    surprise = np.zeros(signs.size)
    surprise[signs != 0] = taken - _SIGN_MEMORY * np.concatenate([np.zeros(1), taken[:-1]])
    steps = rng.standard_normal(signs.size) + _IMPACT * surprise
    steps *= np.sqrt(conditions.variance / max(float(steps @ steps), 1e-12))
    path = np.cumsum(steps)
    target = conditions.log_close - conditions.log_open
    path += (target - path[-1]) * np.arange(1, signs.size + 1) / signs.size
    return 100.0 * np.exp(conditions.log_open + shift + path)


def _half_spreads(
    stock: Stock, conditions: Conditions, rng: np.random.Generator, times: _Floats
) -> _Floats:
    """Return the cost kept on either side, in cents: steady for seconds, at times much wider."""
    spells = np.exp(rng.normal(0.0, 0.3, 16))
    spells[rng.random(16) < 0.06] *= 2.5  # noqa: PLR2004 - one spell of four seconds in sixteen
    return stock.half_spread * conditions.spread_scale * spells[(times / 4).astype(np.int64)]


class _Book:
    """The touch as the minute's events change it; prices in whole cents."""

    def __init__(self, stock: Stock, conditions: Conditions) -> None:
        self._stock = stock
        self._symbol = stock.listing.symbol
        self._ends_at = conditions.begins_at + MINUTE - 1
        self._trade_id = conditions.begins_at // MINUTE * TRADE_IDS_A_MINUTE
        self._bid = self._ask = 0
        self._bid_size = self._ask_size = 0
        self._ticks: list[Tick] = []

    def play(self, draws: _Draws) -> list[Tick]:
        """Run the minute and return its ticks."""
        self._requote(draws, 0)
        self._tell(draws.at[0])
        for event in range(1, len(draws.at)):
            told_at = draws.at[event]
            if draws.prints[event]:
                self._trade(draws, event)
                last = draws.at[event + 1] if event + 1 < len(draws.at) else self._ends_at
                told_at = min(told_at + draws.lag[event], last)
            self._requote(draws, event)
            self._tell(told_at)
        return self._ticks

    def _tell(self, at: int) -> None:
        self._ticks.append(
            QuoteTick(
                self._symbol,
                at,
                self._bid / 100,
                self._bid_size * 100,
                self._ask / 100,
                self._ask_size * 100,
            )
        )

    def _trade(self, draws: _Draws, event: int) -> None:
        """Print at the touch, or off exchange between the quotes, and thin the side taken."""
        is_buy, at = draws.is_buy[event], draws.at[event]
        cents = self._ask if is_buy else self._bid
        exchange = EXCHANGES[draws.exchange[event]]
        if exchange == "D" and self._ask - self._bid > 1 and draws.chance[event] < _INSIDE:
            cents = (self._bid + self._ask) // 2
        lots = draws.lots[event]
        for part in range(draws.prints[event]):
            size = max(int(lots / (1 + part)), 1) * 100
            if draws.odd[event] and part % 2 == 0:
                size = 1 + int(draws.odd[event] ** 1.5 * 99)
            self._trade_id += 1
            self._ticks.append(
                TradeTick(self._symbol, at, cents / 100, size, exchange, self._trade_id)
            )
            self._take(is_buy=is_buy, lots=max(size // 100, 1))

    def _take(self, *, is_buy: bool, lots: int) -> None:
        if is_buy:
            self._ask_size = max(self._ask_size - lots, 0)
            return
        self._bid_size = max(self._bid_size - lots, 0)

    def _requote(self, draws: _Draws, event: int) -> None:
        """Let the touch follow the efficient price; what was taken out gives way a cent."""
        fair, cost = draws.cents[event], draws.half_spread[event]
        bid = _settle(self._bid, fair - cost, floor(fair - cost))
        ask = _settle(self._ask, fair + cost, ceil(fair + cost))
        if not self._bid_size:
            bid = min(bid, self._bid - 1) if self._bid else bid
        if not self._ask_size:
            ask = max(ask, self._ask + 1) if self._ask else ask
        bid = max(bid, 1)
        self._resize(draws, event, bid=bid, ask=max(ask, bid + 1))

    def _resize(self, draws: _Draws, event: int, *, bid: int, ask: int) -> None:
        """Draw the size of a side that moved; of one that stands, now and then."""
        depth, chance = draws.depth[event], draws.chance[event]
        if bid != self._bid or chance < 0.3:  # noqa: PLR2004 - three in ten
            self._bid_size = max(round(depth * (0.6 + chance)), 1)
        if ask != self._ask or chance > 0.7:  # noqa: PLR2004 - and another three
            self._ask_size = max(round(depth * (1.6 - chance)), 1)
        self._bid, self._ask = bid, ask


def _settle(standing: int, wanted: float, rounded: int) -> int:
    """Return the standing price while the wanted one is within the zone around its cent."""
    low, high = (wanted - 1, wanted) if rounded <= wanted else (wanted, wanted + 1)
    if low - _ZONE <= standing <= high + _ZONE:
        return standing
    return rounded
