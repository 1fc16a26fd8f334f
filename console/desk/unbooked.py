"""Executions that nobody has told of: an order is more filled than its fills add up to.

A look-up, a sweep or a list of orders may know of a fill before the stream, or instead of it.
The ledger must not wait for the next comparison then.
"""

import logging
from datetime import timedelta

from console.desk.books import Books
from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.workers import Sleep, Workers
from console.domain.orders import Order
from console.ports import Broker, BrokerError

log = logging.getLogger(__name__)
OVERLAP = timedelta(minutes=2)
"""How far before an order was submitted its fills are asked for: clocks differ."""


class Unbooked:
    """Asks for the executions of an order when they do not follow by themselves."""

    def __init__(
        self,
        *,
        broker: Broker,
        books: Books,
        connections: Connections,
        workers: Workers,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._broker = broker
        self._books = books
        self._connections = connections
        self._workers = workers
        self._pace = pace
        self._sleep = sleep
        self._short: dict[str, Order] = {}
        books.on_short = self._see

    def _see(self, order: Order) -> None:
        is_waiting = bool(self._short)
        self._short[order.key] = order
        if not is_waiting:
            self._workers.run("fills not booked yet", self._ask())

    async def _ask(self) -> None:
        # The stream tells an order before its fill, and mostly a moment later.
        await self._sleep(self._pace.difference_grace)
        told, self._short = self._short.values(), {}
        short = [order.submitted_at for order in told if self._books.is_short(order.key)]
        if not short:
            return
        question = self._broker.fills_since(min(short) - OVERLAP)
        try:
            fills = await self._connections.ask_within(self._pace.send_deadline, question)
        except BrokerError as error:
            log.warning("fills are not booked before the next comparison: %s", error)
            return
        for fill in fills:
            self._books.tell_fill(fill, source="look-up")
