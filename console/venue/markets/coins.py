"""Two coins against the dollar that never were: every print a function of pair and time alone.

Day closes follow a mean-reverting walk, minutes a Brownian bridge between them, prints
stand on it a spread apart. Bars are made of the very prints that are told. The same
on every start and every seed; nothing of it is a quotation. Bars of days and longer
begin at midnight in Chicago, as Alpaca's do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from console.venue.wire.timestamps import DAY, MINUTE, SECOND, nanoseconds, utc_date

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]

FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2040, 1, 1)
CHICAGO = ZoneInfo("America/Chicago")
DAY_VOLATILITY = 0.025
REVERSION = 0.004
HISTORY = 400 * DAY
"""How far back bars and prints are told."""

PRINTS = 8
"""Places for prints in a minute; the first and the last are always taken."""

TAKEN = 0.6
_MINUTES = 1_440


@dataclass(frozen=True, slots=True, kw_only=True)
class Coin:
    """A pair and its character: level and half spread in dollars, median print in coins."""

    pair: str
    level: float
    half_spread: float
    size: float


COINS = (
    Coin(pair="BTC/USD", level=95_000.0, half_spread=6.0, size=0.01),
    Coin(pair="ETH/USD", level=3_300.0, half_spread=0.35, size=0.2),
)


@dataclass(frozen=True, slots=True)
class CoinPrint:
    """A trade, and the quote it met."""

    at: int
    id: int
    price: float
    size: float
    is_buy: bool
    bid: float
    ask: float
    bid_size: float
    ask_size: float


@dataclass(frozen=True, slots=True)
class CoinBar:
    """Open, high, low, close, volume in coins, trade count and VWAP."""

    at: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    trade_count: int
    vwap: float


@dataclass(frozen=True, slots=True)
class _Tape:
    """The prints of some days as columns, in time order."""

    at: _Ints
    price: _Floats
    size: _Floats
    is_buy: NDArray[np.bool_]

    def between(self, start: int, end: int) -> "_Tape":
        rows = slice(*np.searchsorted(self.at, [start, end + 1]))
        return _Tape(self.at[rows], self.price[rows], self.size[rows], self.is_buy[rows])


class Coins:
    """The market of the coins."""

    def __init__(self, coins: Sequence[Coin] = COINS) -> None:
        self._coins = {coin.pair: coin for coin in coins}
        self._closes = {coin.pair: _closes(number, coin) for number, coin in enumerate(coins)}
        self._numbers = {coin.pair: number for number, coin in enumerate(coins)}
        self._day = lru_cache(maxsize=128)(self._draw)
        self._whole_day = lru_cache(maxsize=2_048)(self._draw_whole_day)

    @property
    def pairs(self) -> tuple[str, ...]:
        """What is quoted."""
        return tuple(self._coins)

    def prints(self, pair: str, start: int, end: int) -> list[CoinPrint]:
        """Return the prints in [start, end], oldest first."""
        coin, tape = self._coins[pair], self._tape(pair, start, end)
        width = 2 * coin.half_spread
        return [
            CoinPrint(
                at,
                at // MINUTE * 100 + at % MINUTE // (MINUTE // 100),
                price,
                size,
                is_buy,
                round(price - width if is_buy else price, 2),
                round(price if is_buy else price + width, 2),
                round(size * 3, 9),
                round(size * 2, 9),
            )
            for at, price, size, is_buy in zip(
                tape.at.tolist(),
                tape.price.tolist(),
                tape.size.tolist(),
                tape.is_buy.tolist(),
                strict=True,
            )
        ]

    def last(self, pair: str, now: int) -> CoinPrint:
        """Return the newest print."""
        return self.prints(pair, now - 3 * MINUTE, now)[-1]

    def bars(self, pair: str, step: int, start: int, end: int, now: int) -> list[CoinBar]:
        """Return bars of `step` nanoseconds that start in [start, end], of prints until now."""
        first = -(-start // step) * step
        tape = self._tape(pair, first, min(end // step * step + step - 1, now))
        if not tape.at.size:
            return []
        slots = tape.at // step
        edges = np.flatnonzero(np.diff(slots, prepend=slots[0] - 1))
        return _aggregate(tape, edges, (slots[edges] * step).tolist())

    def days(self, pair: str, start: int, now: int) -> list[CoinBar]:
        """Return daily bars from the day of `start` in Chicago until now."""
        first = max(datetime.fromtimestamp(start // SECOND, CHICAGO).date(), FIRST_DAY)
        today = datetime.fromtimestamp(now // SECOND, CHICAGO).date()
        past = (self._whole_day(pair, first + timedelta(i)) for i in range((today - first).days))
        begun = _together(_midnight(today), self._tape(pair, _midnight(today), now))
        return [bar for bar in (*past, begun) if bar]

    def _draw_whole_day(self, pair: str, day: date) -> CoinBar | None:
        end = _midnight(day + timedelta(days=1)) - 1
        return _together(_midnight(day), self._tape(pair, _midnight(day), end))

    def _tape(self, pair: str, start: int, end: int) -> _Tape:
        first = max(utc_date(max(start, 0)), FIRST_DAY)
        last = min(utc_date(max(end, 0)), LAST_DAY - timedelta(days=1))
        days = [self._day(pair, first + timedelta(days=i)) for i in range((last - first).days + 1)]
        if not days:
            nothing = np.zeros(0)
            return _Tape(nothing.astype(np.int64), nothing, nothing, nothing.astype(np.bool_))
        if len(days) == 1:
            return days[0].between(start, end)
        joined = _Tape(
            np.concatenate([day.at for day in days]),
            np.concatenate([day.price for day in days]),
            np.concatenate([day.size for day in days]),
            np.concatenate([day.is_buy for day in days]),
        )
        return joined.between(start, end)

    def _draw(self, pair: str, day: date) -> _Tape:
        coin, number = self._coins[pair], self._numbers[pair]
        rng = np.random.default_rng([9, number, day.toordinal()])
        place = (day - FIRST_DAY).days
        begin, end = self._closes[pair][place : place + 2]
        steps = rng.standard_normal(_MINUTES * PRINTS)
        steps *= DAY_VOLATILITY / np.sqrt(steps.size)
        steps += (end - begin - steps.sum()) / steps.size
        mid = np.exp(begin + np.cumsum(steps))
        offsets = np.sort(rng.integers(0, MINUTE, (_MINUTES, PRINTS)), axis=1)
        minutes = nanoseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))
        at = (minutes + np.arange(_MINUTES)[:, None] * MINUTE + offsets).ravel()
        is_buy = rng.random(at.size) < 0.5  # noqa: PLR2004 - a fair coin
        taken = rng.random((_MINUTES, PRINTS)) < TAKEN
        taken[:, [0, -1]] = True
        size = np.maximum(np.round(coin.size * rng.lognormal(0, 1.1, at.size), 9), 1e-9)
        price = np.round(mid + np.where(is_buy, coin.half_spread, -coin.half_spread), 2)
        kept = taken.ravel()
        return _Tape(at[kept], price[kept], size[kept], is_buy[kept])


def _closes(number: int, coin: Coin) -> _Floats:
    """Return the log price at the end of the day before the first, and of every day after."""
    shocks = np.random.default_rng([8, number]).standard_normal((LAST_DAY - FIRST_DAY).days + 1)
    level, closes = float(np.log(coin.level)), []
    price = level
    for shock in shocks.tolist():
        price += REVERSION * (level - price) + DAY_VOLATILITY * shock
        closes.append(price)
    return np.array(closes)


def _midnight(day: date) -> int:
    return nanoseconds(datetime(day.year, day.month, day.day, tzinfo=CHICAGO))


def _together(start: int, tape: _Tape) -> CoinBar | None:
    """Return one bar for all prints, or None when there are none."""
    if not tape.at.size:
        return None
    (bar,) = _aggregate(tape, np.zeros(1, dtype=np.int64), [start])
    return bar


def _aggregate(tape: _Tape, edges: _Ints, starts: Sequence[int]) -> list[CoinBar]:
    """Return one bar for the prints from each edge to the next."""
    ends = np.append(edges[1:], tape.at.size)
    volume = np.add.reduceat(tape.size, edges)
    turnover = np.add.reduceat(tape.size * tape.price, edges)
    high, low = np.maximum.reduceat(tape.price, edges), np.minimum.reduceat(tape.price, edges)
    return list(
        map(
            CoinBar,
            starts,
            tape.price[edges].tolist(),
            high.tolist(),
            low.tolist(),
            tape.price[ends - 1].tolist(),
            np.round(volume, 9).tolist(),
            (ends - edges).tolist(),
            np.round(np.clip(turnover / volume, low, high), 6).tolist(),
        )
    )
