"""Every order the exchange ever took, every fill, and what the open ones hold."""

from collections.abc import Iterable

from console.venue.open_orders import OpenOrders
from console.venue.orders import Fill, Order
from console.venue.rejections import malformed, not_found


class Blotter:
    """Orders by id in the order they came; each is its newest telling."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.fills: list[Fill] = []
        self.open_orders = OpenOrders()
        self._client_ids: dict[str, str] = {}

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
        self.orders[order.id] = order
        self._client_ids[order.terms.client_order_id] = order.id
        self.open_orders.put(order)

    def restore(self, orders: Iterable[Order], fills: Iterable[Fill]) -> None:
        """Take up the orders and fills of an earlier run."""
        self.fills.extend(fills)
        for order in orders:
            self.keep(order)
