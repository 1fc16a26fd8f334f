"""Who trades at which price: the touch with its size, and orders in price-time priority.

Our orders trade against the market only, at its best bid and offer, and take no
more than the size it shows; what was taken is gone until the next quote. An order
that rests also trades, at its own limit, when the tape prints through that limit.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from console.domain.orders import OrderType, Side
from console.venue.markets.market import QuoteTick
from console.venue.shown import Shown
from console.venue.trading.orders import ZERO, Order
from console.venue.view import exact

FIRST = Decimal("-Infinity")
"""Market orders come before every price."""


@dataclass(slots=True)
class Touch:
    """The standing bid and offer of one symbol, and how much of each is left to take."""

    bid: Decimal
    bid_left: Decimal
    ask: Decimal
    ask_left: Decimal

    @classmethod
    def of(cls, quote: QuoteTick) -> "Touch":
        """Return the fresh touch of a quote."""
        return cls(
            exact(quote.bid), Decimal(quote.bid_size), exact(quote.ask), Decimal(quote.ask_size)
        )

    def against(self, side: Side) -> tuple[Decimal, Decimal]:
        """Return price and size that an order of `side` meets; no price is no size."""
        price, left = (self.ask, self.ask_left) if side is Side.BUY else (self.bid, self.bid_left)
        return (price, left) if price > 0 else (price, ZERO)

    def take(self, side: Side, qty: Decimal) -> None:
        """Use up what an order of `side` took."""
        if side is Side.BUY:
            self.ask_left -= qty
        else:
            self.bid_left -= qty


class Depth:
    """An order book of several prices; what is taken is gone, the best price first."""

    def __init__(self, shown: Shown) -> None:
        self._sides = {
            Side.BUY: [[price, size] for price, size in shown.asks],
            Side.SELL: [[price, size] for price, size in shown.bids],
        }

    def against(self, side: Side) -> tuple[Decimal, Decimal]:
        """Return the best price left that an order of `side` meets, and the size there."""
        levels = self._sides[side]
        while levels and levels[0][1] <= 0:
            levels.pop(0)
        return (levels[0][0], levels[0][1]) if levels else (ZERO, ZERO)

    def take(self, side: Side, qty: Decimal) -> None:
        """Use up what an order of `side` took at the best price."""
        self._sides[side][0][1] -= qty


Priority = tuple[Decimal, int, str]


class Queue:
    """The orders of one symbol that may trade, each side by price, then by time."""

    __slots__ = ("_sides", "waiting")

    def __init__(self) -> None:
        self._sides: dict[Side, list[Priority]] = {Side.BUY: [], Side.SELL: []}
        self.waiting: dict[str, None] = {}
        """Stops not yet set off, in the order they came."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing works here."""
        return not (self.waiting or self._sides[Side.BUY] or self._sides[Side.SELL])

    def put(self, order: Order) -> None:
        """Let an order work: among the stops, or in line for the touch."""
        if order.is_waiting:
            self.waiting[order.id] = None
        else:
            insort(self._sides[order.terms.side], priority(order))

    def drop(self, order: Order) -> None:
        """Take an order out; one that is not here does no harm."""
        self.waiting.pop(order.id, None)
        line = self._sides[order.terms.side]
        place = priority(order)
        if place in line:
            line.remove(place)

    def line(self, side: Side) -> Iterable[str]:
        """Return the ids of one side, first come first."""
        return [place[2] for place in self._sides[side]]


def priority(order: Order) -> Priority:
    """Return what orders a side: the most willing price, then the earliest."""
    worst = order.worst_price
    if worst is None:
        return (FIRST, order.seq, order.id)
    return (-worst if order.terms.side is Side.BUY else worst, order.seq, order.id)


def trailed(order: Order, price: Decimal) -> Order:
    """Return a trailing stop after a trade at `price`: its best price moves, never back."""
    if order.terms.type is not OrderType.TRAILING_STOP or order.hwm is None:
        return order
    best = max(order.hwm, price) if order.terms.side is Side.SELL else min(order.hwm, price)
    return order if best == order.hwm else msgspec.structs.replace(order, hwm=best)


def is_set_off(order: Order, price: Decimal) -> bool:
    """Whether a trade at `price` sets off a stop."""
    stop = order.stop_price
    if stop is None:
        return False
    return price <= stop if order.terms.side is Side.SELL else price >= stop


def is_printed_through(order: Order, price: Decimal) -> bool:
    """Whether the tape went beyond the limit of a resting order, so it must have traded."""
    limit = order.worst_price
    if limit is None:
        return False
    return price < limit if order.terms.side is Side.BUY else price > limit
