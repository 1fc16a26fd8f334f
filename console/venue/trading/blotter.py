"""Every order the exchange ever took, every fill, and what the open ones hold."""

from collections import defaultdict
from collections.abc import Iterable

from console.domain.orders import OrderStatus
from console.venue.trading.accounts import Activity
from console.venue.trading.open_orders import OpenOrders
from console.venue.trading.orders import Fill, Order
from console.venue.trading.rejections import malformed, not_found


class Blotter:
    """Orders by id in the order they came; each is its newest telling."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.fills: list[Fill] = []
        self.activities: list[Activity] = []
        self.open_orders = OpenOrders()
        self._client_ids: dict[str, str] = {}
        self._groups: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def order(self, order_id: str) -> Order:
        """Return one order.

        Raises:
            Rejection: when there is none of that id.
        """
        if order_id not in self.orders:
            raise not_found(f"order not found for {order_id}")
        return self.orders[order_id]

    def order_of_client(self, client_order_id: str) -> Order:
        """Return the order the client named so.

        Raises:
            Rejection: when there is none of that name.
        """
        if client_order_id not in self._client_ids:
            raise not_found(f"order not found for {client_order_id}")
        return self.orders[self._client_ids[client_order_id]]

    def check_client_id(self, client_order_id: str) -> None:
        """Check that a name is new: no order, finished ones included, may share it.

        Raises:
            Rejection: when it is taken.
        """
        if client_order_id in self._client_ids:
            raise malformed("client_order_id must be unique")

    def keep(self, order: Order) -> None:
        """Take the newest telling of an order."""
        if order.id not in self.orders:
            self._client_ids[order.terms.client_order_id] = order.id
        self.orders[order.id] = order
        self.open_orders.put(order)
        if order.group_id:
            self._groups[order.group_id][order.id] = None

    def mates(self, order: Order) -> list[Order]:
        """Return the open orders that came with one and depend on it, or it on them."""
        return [mate for mate in self._group(order) if mate.is_open and mate.id != order.id]

    def legs(self, order: Order) -> list[Order]:
        """Return the orders that came with a parent, as they are now."""
        return [
            leg
            for leg in self._group(order)
            if leg.parent_id == order.id and leg.status is not OrderStatus.REPLACED
        ]

    def _group(self, order: Order) -> Iterable[Order]:
        if order.group_id is None:
            return ()
        return [self.orders[member] for member in self._groups[order.group_id]]

    def restore(self, orders: Iterable[Order], fills: Iterable[Fill]) -> None:
        """Take up the orders and fills of an earlier run."""
        self.fills.extend(fills)
        for order in orders:
            self.keep(order)
