"""What the stream told, held against what the source says over REST: who is silent, and who muted.

Only the market's own times are compared, so a tape in a time of its own is judged like any
other. A false alarm is worse than a late find: a symbol is mute only when the source tells
of something newer, nothing at all of its kind came meanwhile over the same connection, the
stream has told younger things of others, and what is late has had time to come.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.domain.market import Quote, Trade
from console.ports import Tick

SETTLED_AFTER = 3.0
"""Seconds from a subscription on after which all that is made must be told."""

FAR = timedelta(seconds=60)
"""A wider gap than this is not passed on the word of one date."""

Kind = type[Quote] | type[Trade]


@dataclass(frozen=True, slots=True)
class Voice:
    """One symbol's quotes or trades."""

    symbol: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Owed:
    at: datetime
    """When the market made what the stream has not told."""
    known_since: float


class Evidence:
    """The stream's word and the source's, for each symbol's quotes and trades."""

    def __init__(self, tolerance: float) -> None:
        """Let the stream be late, and out of order, by `tolerance` seconds."""
        self._tolerance = tolerance
        self._late = timedelta(seconds=tolerance)
        self._front: datetime | None = None
        """The youngest thing that the connection has told of any symbol."""
        self._leap: datetime | None = None
        """The last thing that was dated far beyond it."""
        self._told: dict[Kind, dict[str, datetime]] = {Quote: {}, Trade: {}}
        self._silent: dict[Kind, dict[str, datetime]] = {Quote: {}, Trade: {}}
        """What the source had told when it was asked first in the silence that lasts."""
        self._owed: dict[Voice, _Owed] = {}
        self._since: dict[str, float] = {}

    def begin(self, symbols: Iterable[str], now: float) -> None:
        """Know nothing of these symbols any more: they are subscribed from `now` on."""
        for symbol in symbols:
            self._since[symbol] = now
            for kind in self._told:
                self._told[kind].pop(symbol, None)
                self._silent[kind].pop(symbol, None)
                self._owed.pop(Voice(symbol, kind), None)

    def begin_anew(self, now: float) -> None:
        """Know nothing of any symbol: this is another connection."""
        self._front = self._leap = None
        self._since = dict.fromkeys(self._since, now)
        self._owed.clear()
        for kind in self._told:
            self._told[kind].clear()
            self._silent[kind].clear()

    def end(self, symbols: Iterable[str]) -> None:
        """Judge these symbols no more."""
        gone = list(symbols)
        self.begin(gone, 0.0)
        for symbol in gone:
            self._since.pop(symbol, None)

    def hear(self, ticks: Iterable[Tick]) -> None:
        """Take in what the stream told."""
        for tick in ticks:
            kind, symbol, at = type(tick), tick.symbol, tick.at
            told = self._told[kind]
            known = told.get(symbol)
            if known is None or at > known:
                told[symbol] = at
                if self._front is None or at > self._front:
                    self._advance(at)
            if self._silent[kind].pop(symbol, None) is not None:
                self._owed.pop(Voice(symbol, kind), None)

    def _advance(self, at: datetime) -> None:
        """Move the front; over a wide gap only two together, for one date may be a mistake."""
        if self._front is not None and at - self._front > FAR:
            leap, self._leap = self._leap, at
            if leap is None or abs(at - leap) > FAR:
                return
        self._front, self._leap = at, None

    def compare(self, ticks: Iterable[Tick], *, asked: float, now: float) -> None:
        """Take in what the source told when it was asked at `asked`."""
        for tick in ticks:
            since = self._since.get(tick.symbol)
            if since is not None and asked >= since + SETTLED_AFTER:
                self._compare(tick, now)

    def _compare(self, tick: Tick, now: float) -> None:
        kind, symbol = type(tick), tick.symbol
        silent = self._silent[kind]
        before = silent.get(symbol)
        if before is None:
            silent[symbol] = max(tick.at, self._told[kind].get(symbol, tick.at))
        elif tick.at > before + self._late:
            self._owed.setdefault(Voice(symbol, kind), _Owed(tick.at, now))

    def mute(self, now: float) -> set[Voice]:
        """Return whose news the stream keeps back for certain."""
        if self._front is None:
            return set()
        front = self._front - self._late
        due = now - self._tolerance
        return {
            voice
            for voice, owed in self._owed.items()
            if owed.at <= front and owed.known_since <= due
        }

    def has_told(self, voice: Voice) -> bool:
        """Whether anything of it came since it was subscribed."""
        return voice.symbol in self._told[voice.kind]
