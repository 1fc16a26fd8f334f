"""Limit up, limit down: the price bands no trade leaves, and the pause of a market stuck at one.

After the Plan to Address Extraordinary Market Volatility (NMS Plan 4-631, as amended), for
stocks of tier 1: the reference is the mean trade of five minutes and moves by a percent or
more; before the close bands are twice as wide; fifteen seconds at
a band are a pause of five minutes.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from console.venue.markets.market import QuoteTick, Tick, TradeTick
from console.venue.wire.timestamps import MINUTE, SECOND

REFERENCE_SPAN = 5 * MINUTE
WIDER_BEFORE_CLOSE = 25 * MINUTE
"""How long before the close the bands are twice as wide: from 15:35 on whole days."""

LEAST_CHANGE = 0.01
LIMIT_STATE = 15 * SECOND
PAUSE = 5 * MINUTE
WIDTHS = ((3.0, 0.05), (0.75, 0.20), (0.0, 0.75))
"""How far the bands lie from references above so many dollars, as shares of them."""

CENTS_BELOW = 0.15
"""Dollars a band lies away at most below $0.75."""


class Verdict(StrEnum):
    """What comes of a look at the bands of a symbol."""

    MOVED = "moved"
    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(slots=True)
class Band:
    """The bands of one symbol."""

    reference: float = 0.0
    down: float = 0.0
    up: float = float("inf")
    trades: deque[tuple[int, float]] = field(default_factory=deque)
    total: float = 0.0
    limit_since: int | None = None
    paused_until: int | None = None
    is_moved: bool = False

    times: int = 1
    """How many times as wide as usual."""

    def center(self, price: float) -> None:
        """Set the bands around a price."""
        share = self.times * next(width for above, width in WIDTHS if price > above)
        away = (
            price * share if price >= WIDTHS[1][0] else min(price * share, CENTS_BELOW * self.times)
        )
        self.reference, self.is_moved = price, True
        self.down, self.up = max(round(price - away, 2), 0.0), round(price + away, 2)

    def count(self, trade: TradeTick) -> None:
        """Let a trade move the reference, if the mean has gone far enough."""
        self.trades.append((trade.at, trade.price))
        self.total += trade.price
        while self.trades[0][0] < trade.at - REFERENCE_SPAN:
            self.total -= self.trades.popleft()[1]
        mean = self.total / len(self.trades)
        if abs(mean / self.reference - 1) >= LEAST_CHANGE:
            self.center(round(mean, 2))


class Bands:
    """The bands of every symbol that has ticked."""

    def __init__(self) -> None:
        self._bands: dict[str, Band] = {}
        self._times = 1

    def of(self, symbol: str) -> Band:
        """Return the bands of a symbol."""
        return self._bands[symbol]

    def widen(self, closes_in: int) -> None:
        """Set the bands twice as wide when the close is near, as they were when it is past."""
        times = 2 if closes_in <= WIDER_BEFORE_CLOSE else 1
        if times == self._times:
            return
        self._times = times
        for band in self._bands.values():
            band.times = times
            if band.reference:
                band.center(band.reference)

    def within(self, ticks: Iterable[Tick]) -> list[Tick]:
        """Return ticks without the trades beyond a band and the quotes nobody may trade at."""
        return [kept for tick in ticks if (kept := self._within(tick))]

    def _within(self, tick: Tick) -> Tick | None:
        band = self._bands.setdefault(tick.symbol, Band(times=self._times))
        if isinstance(tick, QuoteTick):
            return _quote_within(band, tick)
        if not band.reference:
            band.center(tick.price)
        if not band.down <= tick.price <= band.up:
            return None
        band.count(tick)
        return tick

    def verdicts(self, now: int) -> Iterator[tuple[str, Verdict]]:
        """Yield what has come of the bands until now."""
        for symbol, band in self._bands.items():
            if band.is_moved:
                band.is_moved = False
                yield symbol, Verdict.MOVED
            if band.limit_since is not None and now - band.limit_since >= LIMIT_STATE:
                band.limit_since, band.paused_until = None, now + PAUSE
                yield symbol, Verdict.PAUSED
            if band.paused_until is not None and now >= band.paused_until:
                self._bands[symbol] = Band(times=self._times)
                yield symbol, Verdict.RESUMED


def _quote_within(band: Band, quote: QuoteTick) -> QuoteTick:
    """Return a quote as the bands let it stand; a market at a band is in a limit state."""
    if quote.bid <= 0 or quote.ask <= 0:
        return quote
    if not band.reference:
        band.center(round((quote.bid + quote.ask) / 2, 2))
    is_up, is_down = quote.bid >= band.up, quote.ask <= band.down
    if not (is_up or is_down):
        band.limit_since = None
    elif band.limit_since is None:
        band.limit_since = quote.at
    if quote.bid > band.up or quote.ask > band.up:
        quote = _below(quote, band.up)
    if quote.ask < band.down or quote.bid < band.down:
        quote = _above(quote, band.down)
    return quote


def _below(quote: QuoteTick, up: float) -> QuoteTick:
    bid = min(quote.bid, up)
    if quote.ask > up:
        return replace(quote, bid=bid, ask=0.0, ask_size=0)
    return replace(quote, bid=bid)


def _above(quote: QuoteTick, down: float) -> QuoteTick:
    ask = max(quote.ask, down) if quote.ask else 0.0
    if quote.bid < down:
        return replace(quote, ask=ask, bid=0.0, bid_size=0)
    return replace(quote, ask=ask)
