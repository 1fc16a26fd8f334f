"""The open orders, by symbol and side, and what they hold: shares and buying power."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from console.domain.orders import OrderStatus, Side
from console.venue.trading.asset_classes import class_of
from console.venue.trading.orders import ZERO, Order, Role


class OpenOrders:
    """An index that costs the same however many orders are open."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._sides: defaultdict[tuple[str, Side], dict[str, Order]] = defaultdict(dict)
        self.reserved = ZERO
        """Buying power that all open orders hold together."""
        self.reserved_in_full = ZERO
        """The part of it that no money may be borrowed for: coins are paid for in full."""

    def __iter__(self) -> Iterator[Order]:
        return iter(list(self._orders.values()))

    def __len__(self) -> int:
        return len(self._orders)

    def put(self, order: Order) -> None:
        """Take the newest telling of an order; one that is closed leaves."""
        known = self._orders.get(order.id)
        self._reserve(order, order.reserved - (known.reserved if known else ZERO))
        side = self._sides[order.terms.symbol, order.terms.side]
        if order.is_open:
            self._orders[order.id] = side[order.id] = order
        elif known:
            del self._orders[order.id], side[order.id]

    def _reserve(self, order: Order, dollars: Decimal) -> None:
        if not dollars:
            return
        self.reserved += dollars
        if not class_of(order.terms.symbol).is_marginable:
            self.reserved_in_full += dollars

    def of(self, symbol: str, side: Side) -> list[Order]:
        """Return the open orders of one symbol and side."""
        return list(self._sides[symbol, side].values())

    def held_qty(self, symbol: str, side: Side, price: Decimal | None) -> Decimal:
        """Return the shares that closing orders hold; `price` values those in dollars."""
        return sum((held(order, price) for order in self.holders(symbol, side)), ZERO)

    def holders(self, symbol: str, side: Side) -> list[Order]:
        """Return the open orders that hold shares for a sale or a buying back.

        These are the closing orders, and the entries filled in part, whose shares are
        for their own legs. A leg that stands by holds what its twin already does.
        """
        closing = [o for o in self._sides[symbol, side].values() if _closes(o)]
        entries = self._sides[symbol, side.opposite].values()
        return closing + [o for o in entries if o.role is Role.ENTRY and o.filled_qty]


def _closes(order: Order) -> bool:
    return not order.intent.opens and order.status is not OrderStatus.HELD


def held(order: Order, price: Decimal | None) -> Decimal:
    """Return how many shares one order holds that others may not sell."""
    if order.role is Role.ENTRY:
        return order.filled_qty
    if order.terms.notional is None:
        return order.leaves_qty
    return order.wants(price) if price else ZERO
