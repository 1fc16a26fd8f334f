"""The replay of a recorded tape: every quote and print as it happened, on its own clock.

Ticks are built only for the stretch of time that is asked for, and bars only of
what has been told: the replay knows no more than the day did.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from console.domain.market import Timeframe
from console.venue.markets.bars import BarBook
from console.venue.markets.market import Listing, MarketBar, QuoteTick, Tick, TradeTick
from console.venue.markets.moves import HIGHEST_PRICE, LOWEST_PRICE, PRICE_RANGE
from console.venue.markets.passed import minute_bars, standing
from console.venue.markets.recording import TapeError, read_recording
from console.venue.wire.timestamps import MINUTE

__all__ = ["TapeError", "TapeMarket"]

_MOVE_SIZE = 100


class TapeMarket:
    """A recorded session, told again in its own time.

    Trade ids are the row numbers of the tape, from one.
    """

    def __init__(self, path: Path) -> None:
        self._recording = read_recording(path)
        self._at = self._recording.at
        self._listed = self._recording.listed
        self._next = 0
        self._told_until = self.starts_at - 1
        self._quotes: dict[str, QuoteTick] = {}
        self._shifts: dict[str, int] = {}
        self._moves = 0
        self._book = BarBook(self._listed)

    @property
    def listings(self) -> Sequence[Listing]:
        """What can be traded: the symbols of the tape, which gives them no longer names."""
        return [Listing(symbol=s, name=s, exchange="NYSE") for s in self._listed]

    @property
    def starts_at(self) -> int:
        """When the first tick of the tape happened."""
        return int(self._at[0])

    @property
    def ends_at(self) -> int:
        """When the last tick of the tape happened; later there is nothing more."""
        return int(self._at[-1])

    def advance(self, now: int) -> Sequence[Tick]:
        """Return every tick after the last call and not later than `now`, in time order."""
        end = max(int(np.searchsorted(self._at, now, side="right")), self._next)
        told = self._ticks(self._next, end)
        self._next = end
        self._told_until = max(now, self._told_until)
        self._note(told)
        return told

    def late(self, now: int) -> Sequence[TradeTick]:  # noqa: ARG002 - the port's signature
        """Return nothing: the tape was written in time order."""
        return []

    def pass_over(self, until: int) -> Sequence[Tick]:
        """Take up the tape after the minutes before `until`; return what stood there.

        Nothing of them is told, and their bars are those of the tape.
        """
        end = int(np.searchsorted(self._at, until - until % MINUTE, side="left"))
        if end <= self._next:
            return []
        for symbol, bars in minute_bars(self._recording, self._next, end).items():
            self._book.extend(symbol, bars)
        stood = standing(self._recording, end)
        for tick in stood:
            if isinstance(tick, QuoteTick):
                self._quotes[tick.symbol] = tick
        self._next = end
        return stood

    def move(self, symbol: str, price: float, now: int) -> Sequence[Tick]:
        """Move the market of `symbol` to `price` at once; return the ticks that tell of it.

        Every later tick of that symbol is off the tape by the same number of
        cents, and never below one. What the tape had until `now` is told first.

        Raises:
            KeyError: when nothing of that symbol is on the tape.
            ValueError: when the price is out of range, or the tape never quotes that symbol.
        """
        if symbol not in self._listed:
            raise KeyError(symbol)
        price = round(price, 2)
        if not LOWEST_PRICE <= price <= HIGHEST_PRICE:
            raise ValueError(f"{symbol} cannot move to {price}: {PRICE_RANGE}")
        told = list(self.advance(now))
        told += self._moved(symbol, round(price * 100), max(now, self._told_until))
        return told

    def bars(self, symbol: str, timeframe: Timeframe, start: int, end: int) -> Sequence[MarketBar]:
        """Return the bars of what has traded so far, that start in [start, end], oldest first.

        Raises:
            KeyError: when nothing of that symbol is on the tape.
        """
        return self._book.bars(symbol, timeframe, start, end)

    def _moved(self, symbol: str, cents: int, at: int) -> list[Tick]:
        before = self._standing(symbol)
        centre = round((before.bid + before.ask) * 50)
        half = max(round((before.ask - before.bid) * 50), 1)
        self._shifts[symbol] = self._shifts.get(symbol, 0) + cents - centre
        self._moves += 1
        bid, ask = max(cents - half, 1) / 100, (cents + half) / 100
        told: list[Tick] = [
            QuoteTick(symbol, at, bid, before.bid_size, ask, before.ask_size),
            TradeTick(symbol, at, cents / 100, _MOVE_SIZE, "V", self._at.size + self._moves),
        ]
        self._note(told)
        return told

    def _standing(self, symbol: str) -> QuoteTick:
        """Return the last quote told, or the tape's first one when none was."""
        if symbol in self._quotes:
            return self._quotes[symbol]
        first = self._recording.first_quote(symbol)
        if first is None:
            raise ValueError(f"the tape has no quote of {symbol}, so its market cannot be moved")
        return first

    def _note(self, ticks: Sequence[Tick]) -> None:
        for tick in ticks:
            if isinstance(tick, TradeTick):
                self._book.add(tick)
            else:
                self._quotes[tick.symbol] = tick

    def _ticks(self, begin: int, end: int) -> list[Tick]:
        """Return the ticks of the rows in [begin, end), where they have been moved to."""
        ticks = self._recording.ticks(begin, end)
        return [self._shifted(tick) for tick in ticks] if self._shifts else ticks

    def _shifted(self, tick: Tick) -> Tick:
        """Return the tick where its symbol has been moved to, on the cent grid."""
        cents = self._shifts.get(tick.symbol, 0)
        if not cents:
            return tick
        if isinstance(tick, TradeTick):
            return replace(tick, price=max(round(tick.price + cents / 100, 2), 0.01))
        bid = max(round(tick.bid + cents / 100, 2), 0.01)
        ask = max(round(tick.ask + cents / 100, 2), round(bid + 0.01, 2))
        return replace(tick, bid=bid, ask=ask)
