"""The open orders, by symbol and side, and what they hold: shares and buying power."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from console.domain.orders import Side
from console.venue.orders import ZERO, Order


class OpenOrders:
    """An index that costs the same however many orders are open."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._sides: defaultdict[tuple[str, Side], dict[str, Order]] = defaultdict(dict)
        self.reserved = ZERO
        """Buying power that all open orders hold together."""

    def __iter__(self) -> Iterator[Order]:
        return iter(list(self._orders.values()))

    def __len__(self) -> int:
        return len(self._orders)

    def put(self, order: Order) -> None:
        """Take the newest telling of an order; one that is closed leaves."""
        side = self._sides[order.terms.symbol, order.terms.side]
        if known := self._orders.pop(order.id, None):
            self.reserved -= known.reserved
            del side[order.id]
        if order.is_open:
            self._orders[order.id] = order
            side[order.id] = order
            self.reserved += order.reserved

    def of(self, symbol: str, side: Side) -> list[Order]:
        """Return the open orders of one symbol and side."""
        return list(self._sides[symbol, side].values())

    def held_qty(self, symbol: str, side: Side, price: Decimal | None) -> Decimal:
        """Return the shares that closing orders hold; `price` values those in dollars."""
        closing = (o for o in self._sides[symbol, side].values() if not o.intent.opens)
        return sum((held(order, price) for order in closing), ZERO)


def held(order: Order, price: Decimal | None) -> Decimal:
    """Return how many shares one closing order holds."""
    if order.terms.notional is None:
        return order.leaves_qty
    return order.wants(price) if price else ZERO
