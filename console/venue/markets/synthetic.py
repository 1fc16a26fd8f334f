"""A market that never was: seeded stocks that quote and trade around the clock.

What it tells is a function of seed and time alone, whatever the steps in which
it is asked; a restart on the same seed finds the same prices. Only `move` adds
to that. Minutes are played whole, ahead of their time, and told tick by tick.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from math import log
from operator import attrgetter

import numpy as np

from console.domain.market import Timeframe
from console.venue.markets.bars import BarBook, aggregate, bar_start, window
from console.venue.markets.daytime import MINUTE, SECOND, day_of, is_regular
from console.venue.markets.flow import Conditions
from console.venue.markets.intraday import TRADE_IDS_A_MINUTE, ticks_of_minute
from console.venue.markets.late import LatePrints
from console.venue.markets.market import Listing, MarketBar, QuoteTick, Tick, TradeTick
from console.venue.markets.moves import HIGHEST_PRICE, LOWEST_PRICE, PRICE_RANGE
from console.venue.markets.past import Past
from console.venue.markets.universe import UNIVERSE, Stock
from console.venue.markets.walk import Walk

LONGEST_TOLD = 15 * MINUTE
"""A longer sleep is told in bars, not ticks, except for its last minute."""

_SETTLED_AFTER = 5 * SECOND
"""How long the program that starts the market is left alone before work is done ahead."""

_TICK_STREAM = 4
_MOVE_IDS = 9_000

_at = attrgetter("at")


class SyntheticMarket:
    """A seeded market of well-known stocks, alive at any hour.

    It behaves as a market does (docs/design/synthetic-market.md says how far),
    and nothing in it can be forecast from prices alone.
    """

    def __init__(self, *, seed: int, now: int, stocks: Sequence[Stock] = UNIVERSE) -> None:
        self._seed = seed % 2**64
        self._stocks = stocks
        self._columns = {stock.listing.symbol: i for i, stock in enumerate(stocks)}
        self._walk = Walk(stocks, seed=self._seed, anchor=day_of(now).replace(day=1))
        self._built_at = now
        self._live_from = now - now % MINUTE
        self._past = Past(stocks, self._walk, seed=self._seed, until=self._live_from)
        self._book = BarBook(self._columns)
        self._begun = lru_cache(maxsize=None)(self._draw_begun)
        self._shifts = [0.0] * len(stocks)
        self._moves = 0
        self._quotes: dict[str, QuoteTick] = {}
        self._prints: dict[str, TradeTick] = {}
        self._late = LatePrints(self._columns, seed=self._seed, since=now)
        self._ahead: dict[int, list[Tick]] = {}
        self._told_until = self._live_from - 1
        self._minute = self._live_from
        self._ticks: list[Tick] = []
        self._times: list[int] = []
        self._next = 0
        self._load(self._live_from, since=now)
        self._collect(now)
        self._untold = self._standing(now)

    @property
    def listings(self) -> Sequence[Listing]:
        """What can be traded."""
        return [stock.listing for stock in self._stocks]

    @property
    def starts_at(self) -> int | None:
        """Nothing: it lives in the present."""
        return None

    def advance(self, now: int) -> Sequence[Tick]:
        """Return every tick after the last call and not later than `now`, in time order.

        The first call also tells what stood when the market was built. After a
        sleep longer than `LONGEST_TOLD` the ticks between are left out.
        """
        told, self._untold = self._untold, []
        if now - self._told_until > LONGEST_TOLD:
            told += self._sleep(now)
        told += self._collect(now)
        if not self._play_ahead() and now - self._built_at > _SETTLED_AFTER:
            self._past.draw_ahead()
        return told

    def late(self, now: int) -> Sequence[TradeTick]:
        """Return the prints of minutes that have ended, told late; the bars count them."""
        told = self._late.told(now, self._minute_bar)
        for trade in told:
            self._book.add_late(trade)
        return told

    def _minute_bar(self, symbol: str, minute: int) -> MarketBar | None:
        bars = self._book.bars(symbol, Timeframe.MIN_1, minute, minute)
        return bars[0] if bars else None

    def pass_over(self, until: int) -> Sequence[Tick]:  # noqa: ARG002 - the port's signature
        """Return nothing: it begins in the present, so there is nothing to pass over."""
        return []

    def move(self, symbol: str, price: float, now: int) -> Sequence[Tick]:
        """Move the market of `symbol` to `price` at once; return the ticks that tell of it.

        A quote stands around the price on the cent grid and one trade prints at
        it, after whatever was not told yet. Later ticks go on from there.

        Raises:
            KeyError: when nothing of that symbol is listed.
            ValueError: when the price is below two cents or above a million dollars.
        """
        column = self._columns[symbol]
        price = round(price, 2)
        if not LOWEST_PRICE <= price <= HIGHEST_PRICE:
            raise ValueError(f"{symbol} cannot move to {price}: {PRICE_RANGE}")
        told = list(self.advance(now))
        at = max(now, self._told_until)
        before = self._quotes[symbol]
        self._shifts[column] += log(price / ((before.bid + before.ask) / 2))
        quote = self._quote_around(before, price, at)
        self._moves += 1
        trade_id = at // MINUTE * TRADE_IDS_A_MINUTE + _MOVE_IDS + self._moves % 1_000
        print_ = TradeTick(symbol, at, price, 100, "V", trade_id)
        self._note([quote, print_])
        self._replay(column, symbol, at)
        return [*told, quote, print_]

    def bars(self, symbol: str, timeframe: Timeframe, start: int, end: int) -> Sequence[MarketBar]:
        """Return the bars that start in [start, end], oldest first, none later than the last tick.

        Raises:
            KeyError: when nothing of that symbol is listed.
        """
        column = self._columns[symbol]
        first, last = window(timeframe, start, end)
        joint = bar_start(self._live_from, timeframe)
        past = self._past.bars(column, timeframe, first, min(last, joint - 1))
        live = self._book.bars(symbol, timeframe, max(first, joint), last)
        if first <= joint <= last:
            begun = self._begun(column, timeframe, joint)
            live = aggregate(begun + live[:1], timeframe) + live[1:]
        return past + live

    def _draw_begun(self, column: int, timeframe: Timeframe, joint: int) -> list[MarketBar]:
        """Return what was done before the live ticks of the bar they fell into, if anything."""
        return aggregate(self._past.minutes(column, joint, self._live_from - 1), timeframe)

    def _collect(self, now: int) -> list[Tick]:
        """Take the ticks not later than `now` off the played minutes."""
        told: list[Tick] = []
        while self._minute + MINUTE <= now:
            told += self._ticks[self._next :]
            self._load(self._minute + MINUTE)
        end = bisect_right(self._times, now, lo=self._next)
        told += self._ticks[self._next : end]
        self._next = end
        self._told_until = max(now, self._told_until)
        self._note(told)
        return told

    def _standing(self, now: int) -> list[Tick]:
        """Return the last quote and print of every stock, from before the minute if need be."""
        for symbol, column in self._columns.items():
            if symbol not in self._quotes:
                coming = next(t for t in self._ticks if t.symbol == symbol)
                self._note([replace(coming, at=now)])
            if symbol not in self._prints:
                self._prints[symbol] = self._close_before(symbol, column)
        return sorted([*self._quotes.values(), *self._prints.values()], key=_at)

    def _close_before(self, symbol: str, column: int) -> TradeTick:
        (bar,) = self._past.minutes(column, self._live_from - MINUTE, self._live_from - 1)
        trade_id = self._live_from // MINUTE * TRADE_IDS_A_MINUTE - 1
        return TradeTick(symbol, self._live_from - 1, bar.close, 100, "V", trade_id)

    def _note(self, ticks: Sequence[Tick]) -> None:
        for tick in ticks:
            if isinstance(tick, TradeTick):
                self._book.add(tick)
                self._prints[tick.symbol] = tick
            else:
                self._quotes[tick.symbol] = tick

    def _sleep(self, now: int) -> list[Tick]:
        """Finish the minute begun, pass over whole ones in bars, wake in the last one."""
        told = self._collect(self._minute + MINUTE - 1)
        waking = now - now % MINUTE
        for symbol, column in self._columns.items():
            passed = self._past.minutes(
                column, self._minute + MINUTE, waking - 1, self._shifts[column]
            )
            self._book.extend(symbol, passed)
        self._ahead.clear()
        self._load(waking)
        return told

    def _load(self, minute: int, since: int = 0) -> None:
        """Make the minute that begins at `minute` the one being told."""
        played = [
            self._ahead.get(column) or self._play(column, minute, since)
            for column in range(len(self._stocks))
        ]
        self._ahead.clear()
        self._minute = minute
        self._set_ticks([tick for ticks in played for tick in ticks])

    def _set_ticks(self, ticks: list[Tick]) -> None:
        self._ticks = sorted(ticks, key=_at)
        self._times = [tick.at for tick in self._ticks]
        self._next = 0

    def _play_ahead(self) -> bool:
        """Play one stock's next minute, so that no call has to play them all; False when done."""
        for column in range(len(self._stocks)):
            if column not in self._ahead:
                self._ahead[column] = self._play(column, self._minute + MINUTE)
                return True
        return False

    def _replay(self, column: int, symbol: str, at: int) -> None:
        """Play what is left of one stock's minute again, where it has moved to."""
        self._ahead.pop(column, None)
        others = [tick for tick in self._ticks[self._next :] if tick.symbol != symbol]
        again = [tick for tick in self._play(column, self._minute, at) if tick.at > at]
        self._set_ticks(others + again)

    def _play(self, column: int, minute: int, since: int = 0) -> list[Tick]:
        rng = np.random.default_rng([self._seed, _TICK_STREAM, minute // MINUTE, column])
        shift = self._shifts[column]
        conditions = self._conditions(column, minute)
        return ticks_of_minute(self._stocks[column], conditions, rng, shift=shift, since=since)

    def _conditions(self, column: int, minute: int) -> Conditions:
        """Return what the walk has in store for one stock's minute."""
        day = day_of(minute)
        path = self._walk.day(day)
        row = (minute - path.begins_at) // MINUTE
        regular = bool(is_regular(day)[row])
        activity = float(path.activity[row, column])
        return Conditions(
            begins_at=minute,
            log_open=float(path.log_price[row, column]),
            log_close=float(path.log_price[row + 1, column]),
            variance=float(path.variance[row, column]),
            rate=self._stocks[column].rate * activity,
            is_regular=regular,
        )

    def _quote_around(self, before: QuoteTick, price: float, at: int) -> QuoteTick:
        half = max(round((before.ask - before.bid) * 50), 1)
        cents = round(price * 100)
        bid, ask = max(cents - half, 1), cents + half
        return QuoteTick(before.symbol, at, bid / 100, before.bid_size, ask / 100, before.ask_size)
