"""The closed minutes of one symbol: the newest hours at hand, older ones packed away in a file.

A venue that runs for weeks, or at many times the clock's speed, keeps every minute it has
told and yet does not grow: an old minute is asked for seldom, and is then read back.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from struct import Struct
from tempfile import TemporaryFile
from typing import BinaryIO
from weakref import finalize

from console.venue.markets.market import MarketBar

BLOCK = 240
"""Minutes that are packed away together."""

AT_HAND = 2 * BLOCK
"""Minutes kept unpacked; one more block than that and the oldest goes."""

_ROW = Struct("<qddddqqd")
_at: Callable[[MarketBar], int] = attrgetter("at")


class OldMinutes:
    """Where blocks of minutes lie: a file without a name, gone with the venue."""

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._end = 0

    def put(self, bars: Iterable[MarketBar]) -> int:
        """Write bars down, and return where.

        Raises:
            OSError: when the disk has no room.
        """
        if self._file is None:
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - open as long as we are
            finalize(self, self._file.close)
        packed = b"".join(
            _ROW.pack(b.at, b.open, b.high, b.low, b.close, b.volume, b.trade_count, b.vwap)
            for b in bars
        )
        place = self._end
        self._file.seek(place)
        if self._file.write(packed) != len(packed):
            raise OSError("the disk took only a part of the old minutes")
        self._end += len(packed)
        return place

    def read(self, place: int, count: int) -> list[MarketBar]:
        """Return bars as they were written down."""
        if self._file is None:
            return []
        self._file.seek(place)
        packed = self._file.read(count * _ROW.size)
        return [MarketBar(*row) for row in _ROW.iter_unpack(packed)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """One stretch of minutes in the file."""

    first_at: int
    last_at: int
    place: int


class Minutes:
    """Bars of a minute in order of time; only those `at_hand` may still change."""

    def __init__(self, old: OldMinutes) -> None:
        self.at_hand: list[MarketBar] = []
        self._old = old
        self._blocks: list[_Block] = []

    def append(self, bar: MarketBar) -> None:
        """Add a minute newer than all before it."""
        self.extend((bar,))

    def extend(self, bars: Iterable[MarketBar]) -> None:
        """Add minutes newer than all before them."""
        self.at_hand.extend(bars)
        while len(self.at_hand) >= AT_HAND + BLOCK:
            if not self._pack():
                return

    def _pack(self) -> bool:
        """Write the oldest block down; False when it must stay, since the disk is full."""
        oldest = self.at_hand[:BLOCK]
        try:
            place = self._old.put(oldest)
        except OSError:
            return False
        self._blocks.append(
            _Block(first_at=oldest[0].at, last_at=oldest[-1].at, place=place),
        )
        del self.at_hand[:BLOCK]
        return True

    def between(self, start: int, end: int) -> list[MarketBar]:
        """Return the minutes that start in [start, end], oldest first."""
        packed = [
            bar
            for block in self._blocks
            if block.first_at <= end and block.last_at >= start
            for bar in self._old.read(block.place, BLOCK)
            if start <= bar.at <= end
        ]
        first = bisect_left(self.at_hand, start, key=_at)
        return packed + self.at_hand[first : bisect_right(self.at_hand, end, key=_at)]

    def after(self, count: int) -> Iterator[MarketBar]:
        """Yield all but the oldest `count`."""
        packed = len(self._blocks) * BLOCK
        for number, block in enumerate(self._blocks[count // BLOCK :], count // BLOCK):
            yield from self._old.read(block.place, BLOCK)[max(count - number * BLOCK, 0) :]
        yield from self.at_hand[max(count - packed, 0) :]
