"""The mid that stood when an order was decided, as this console saw it.

Nobody tells it, so it is written down when an order is first heard of, which is right after
it was sent. An order that is heard of later, or without a live quote, has none.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from console.domain.orders import Order
from console.domain.state import TradingState
from widgets.freshness import live_mid

WITHIN_SECONDS = 1.0
"""How long after it was sent an order may be heard of for its mid to count."""


class DecisionMids:
    """Looks at each state once; kept while the console runs."""

    def __init__(self) -> None:
        self.by_order: dict[str, Decimal] = {}
        """In dollars, by client order id."""
        self._orders: Mapping[str, Order] | None = None

    def follow(self, state: TradingState, now: datetime) -> None:
        """Write down the mids of the orders that are new since the last state."""
        known, self._orders = self._orders, state.orders
        if known is state.orders:
            return
        for key in state.orders.keys() - (known or {}).keys():
            order = state.orders[key]
            age = abs((now - order.submitted_at).total_seconds())
            mid = live_mid(order.request.symbol, state, now)
            if mid is not None and age <= WITHIN_SECONDS and not order.is_foreign:
                self.by_order[key] = Decimal(str(round(mid, 6)))
