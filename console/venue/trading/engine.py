"""Working orders against the tape: which order trades on which tick, at what price.

The engine knows no account and writes no history; it tells the party an order belongs to
of each execution and of each stop that moved, and looks orders up where the party keeps
them. All parties stand in one line by price and time, and share what the touch shows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from msgspec.structs import replace

from console.domain.orders import Side
from console.venue.markets.market import QuoteTick, Tick, TradeTick
from console.venue.shown import Shown
from console.venue.trading.matching import (
    Depth,
    Queue,
    Touch,
    is_printed_through,
    is_set_off,
    trailed,
)
from console.venue.trading.orders import Order
from console.venue.view import MarketView, exact

OnFill = Callable[[Order, Decimal, Decimal, int], None]
"""Called with the order, shares, price and time of an execution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whose orders they are: where they are kept, and who hears what happens to them."""

    orders: Mapping[str, Order]
    may_trade: Callable[[Order, int], bool]
    on_fill: OnFill
    on_stop: Callable[[Order, int], None]


class Engine:
    """The orders that work, symbol by symbol; symbols without any cost nothing."""

    def __init__(self, *, view: MarketView) -> None:
        self._view = view
        self._parties: dict[str, Party] = {}
        self._ranks = count()
        self.halted: set[str] = set()
        """Symbols in which orders are taken and nothing trades."""
        self.may_close_suspended = False
        """Whether accounts that have suspended trading may still close positions."""
        self._queues: dict[str, Queue] = {}
        self._touches: dict[str, Touch | Depth] = {}

    def next_rank(self) -> int:
        """Return the place in time of an order that comes now, among all parties."""
        return next(self._ranks)

    def count_from(self, rank: int) -> None:
        """Let ranks go on from where an earlier run left them."""
        self._ranks = count(max(rank, self.next_rank()))

    def put(self, order: Order, party: Party) -> None:
        """Let an order work."""
        self._parties[order.id] = party
        self._queues.setdefault(order.terms.symbol, Queue()).put(order)

    def drop(self, order: Order) -> bool:
        """Take an order out, and say whether it worked; one that did not does no harm."""
        works = self._parties.pop(order.id, None) is not None
        queue = self._queues.get(order.terms.symbol)
        if queue is None:
            return works
        queue.drop(order)
        if queue.is_empty:
            del self._queues[order.terms.symbol]
        return works

    def on_ticks(self, ticks: Iterable[Tick]) -> None:
        """Take note of ticks, one by one, and trade what each allows."""
        for tick in ticks:
            self._view.see(tick)
            is_quote = isinstance(tick, QuoteTick)
            if is_quote:
                self._touches.pop(tick.symbol, None)
            if tick.symbol not in self._queues:
                continue
            if isinstance(tick, TradeTick):
                self._print(tick.symbol, exact(tick.price), Decimal(tick.size), tick.at)
            else:
                self.match_both(tick.symbol, tick.at)

    def on_shown(self, shown: Shown) -> None:
        """Take note of a moment of another market, and trade what its book and print allow."""
        self._view.shown[shown.symbol] = shown
        self._touches[shown.symbol] = Depth(shown)
        self.match_both(shown.symbol, shown.at)
        if shown.last_size and shown.symbol in self._queues:
            self._print(shown.symbol, shown.last, shown.last_size, shown.at)

    def fits(self, order: Order) -> bool:
        """Whether the touch would fill all of an order at once."""
        touch = self._touch(order.terms.symbol)
        if touch is None:
            return False
        price, left = touch.against(order.terms.side)
        return left > 0 and order.accepts(price) and order.wants(price) <= left

    def match(self, symbol: str, side: Side, now: int) -> None:
        """Give one side of a symbol what the touch still shows, first come first."""
        touch = self._touch(symbol)
        queue = self._queues.get(symbol)
        if touch is None or queue is None:
            return
        for order_id in queue.line(side):
            if not self._serve(order_id, touch, side, now):
                return

    def _serve(self, order_id: str, touch: Touch | Depth, side: Side, now: int) -> bool:
        """Give one order what it takes; False when there is nothing for who stands behind it."""
        while party := self._parties.get(order_id):  # else it ended with another of its group
            order = party.orders[order_id]
            price, left = touch.against(side)
            if left <= 0 or not order.accepts(price):
                return False
            qty = min(left, order.wants(price))
            if qty <= 0 or not party.may_trade(order, now):
                return True
            touch.take(side, qty)
            party.on_fill(order, qty, price, now)
        return True

    def match_both(self, symbol: str, now: int) -> None:
        """Give both sides of a symbol what the touch shows."""
        for side in Side:
            self.match(symbol, side, now)

    def _touch(self, symbol: str) -> Touch | Depth | None:
        touch = self._touches.get(symbol)
        if touch is None and (quote := self._view.quotes.get(symbol)):
            touch = self._touches[symbol] = Touch.of(quote)
        return touch

    def _print(self, symbol: str, price: Decimal, size: Decimal, now: int) -> None:
        """Let a trade fill the resting limits it went through, and set off stops."""
        queue = self._queues[symbol]
        waiting = [*queue.waiting]
        for side in Side:
            self._fill_printed(queue, side, price, size, now)
        set_off = [order_id for order_id in waiting if self._set_off(order_id, price, now)]
        if set_off:
            self.match_both(symbol, now)

    def _fill_printed(
        self, queue: Queue, side: Side, price: Decimal, size: Decimal, now: int
    ) -> None:
        """Fill at the orders' own limits, together no more than the print's size."""
        left = size
        for order_id in queue.line(side):
            party = self._parties.get(order_id)
            if party is None:
                continue  # it ended with another of its group
            order = party.orders[order_id]
            limit = order.worst_price
            if limit is None or left <= 0 or not is_printed_through(order, price):
                return
            qty = min(left, order.wants(limit))
            if qty > 0 and party.may_trade(order, now):
                left -= qty
                party.on_fill(order, qty, limit, now)

    def _set_off(self, order_id: str, price: Decimal, now: int) -> bool:
        """Move a trailing stop along, and set off a stop that the price has reached."""
        party = self._parties.get(order_id)
        if party is None:
            return False  # it ended with another of its group
        order = party.orders[order_id]
        if not party.may_trade(order, now):
            return False
        moved = trailed(order, price)
        if is_set_off(moved, price):
            self.drop(moved)
            moved = replace(moved, is_triggered=True, updated_at=now)
            self.put(moved, party)
        if moved is not order:
            party.on_stop(moved, now)
        return moved.is_triggered
