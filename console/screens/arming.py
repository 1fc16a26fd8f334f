"""A command between the first Enter and the last: what exactly is armed, and may it go now?

Pure, with the time given: the beat that swallows repeated keys and the test whether
the market moved are decided here, the screen only asks.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from console.domain.market import Quote
from console.domain.orders import Order, Side
from console.domain.receipts import Preview
from console.domain.tickets import ExitCommand, FlatCommand, ReplaceCommand, Ticket

BEAT_SECONDS = 0.25
"""How long after arming another Enter is taken for a repeated key."""

MOVED_PERCENT = 0.2
"""How far the quote may move between arming and sending before it is shown again."""

STALE_SECONDS = 2.0
"""From which age on a quote is stale."""

Armable = Ticket | ReplaceCommand | FlatCommand | ExitCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """One command, fixed: the next Enter sends exactly this."""

    command: Armable
    symbol: str
    summary: str
    """What will be sent, in the order language's words."""
    at: float
    """When it was armed, on the monotonic clock."""
    quote: Quote | None
    """The quote it was armed, or last confirmed, against."""
    was_stale: bool
    preview: Preview | None = None
    orders: tuple[Order, ...] = ()
    difference: str = ""
    """What changed in the market since; shown, and confirmed by one more Enter."""

    def is_in_beat(self, monotonic: float) -> bool:
        """Whether an Enter now is too soon to be meant."""
        return monotonic - self.at < BEAT_SECONDS

    def seen_again(self, quote: Quote | None, now: datetime, monotonic: float) -> "Armed | None":
        """Return it anew with the difference to show, or None when there is none."""
        is_stale = quote is None or quote.age(now) > STALE_SECONDS
        difference = _moved(self.quote, quote, self.side)
        if not difference and is_stale and not self.was_stale:
            difference = _aged(self.symbol, quote, now)
        if not difference:
            return None
        return replace(self, quote=quote, was_stale=is_stale, at=monotonic, difference=difference)

    @property
    def side(self) -> Side | None:
        """The side it trades on, where it says one."""
        match self.command:
            case Ticket(side=side):
                return side
            case ReplaceCommand():
                return self.orders[0].request.side if self.orders else None
            case FlatCommand() | ExitCommand():
                return None
            case _ as never:
                assert_never(never)


def touch(quote: Quote, side: Side | None) -> float:
    """Return the price one would trade at: the ask for a buy, the bid for a sell, else the mid."""
    if side is None:
        return quote.mid
    return quote.ask if side is Side.BUY else quote.bid


def _moved(then: Quote | None, now: Quote | None, side: Side | None) -> str:
    if then is None or now is None:
        return ""
    before, after = touch(then, side), touch(now, side)
    if before <= 0 or abs(after - before) / before * 100 <= MOVED_PERCENT:
        return ""
    name = {None: "mid", Side.BUY: "ask", Side.SELL: "bid"}[side]
    percent = (after - before) / before * 100
    return (
        f"The {name} of {now.symbol} moved from {before:,.2f} to {after:,.2f} ({percent:+.2f}%) "
        "since arming."
    )


def _aged(symbol: str, quote: Quote | None, now: datetime) -> str:
    if quote is None:
        return f"There is no quote of {symbol} any more."
    return f"The quote of {symbol} went stale since arming: it is {quote.age(now):.0f} s old."
