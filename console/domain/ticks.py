"""Every tick of a stretch of the stream, as it is handed to who wants them all."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.domain.market import Quote, Trade

QUOTE, TRADE = "q", "t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """Quotes and prints since they were asked for last, in the order in which they came."""

    quotes: tuple[Quote, ...] = ()
    trades: tuple[Trade, ...] = ()
    order: str = ""
    """A letter a tick: which of the two is next."""
    missed: int = 0
    """How many came that could not be kept until they were asked for."""
    has_more: bool = False
    """Whether more wait already."""

    def __iter__(self) -> Iterator[Quote | Trade]:
        """Return the ticks one by one."""
        quotes, trades = iter(self.quotes), iter(self.trades)
        for letter in self.order:
            yield next(quotes) if letter == QUOTE else next(trades)


def ticks_of(told: list[Quote | Trade], *, missed: int = 0, has_more: bool = False) -> Ticks:
    """Return the ticks as they are handed over."""
    return Ticks(
        quotes=tuple(tick for tick in told if isinstance(tick, Quote)),
        trades=tuple(tick for tick in told if isinstance(tick, Trade)),
        order="".join(QUOTE if isinstance(tick, Quote) else TRADE for tick in told),
        missed=missed,
        has_more=has_more,
    )
