"""Closes the position of an exit, and sees each closing order to its end.

What is left when it has ended gets back the orders that were lifted.
"""

import contextlib
from decimal import Decimal

from console.desk.cancels import CancelDesk
from console.desk.closing_price import exit_order
from console.desk.guard import Guard
from console.desk.leave import Leave, sold
from console.desk.limits import Limits
from console.desk.orders import OrderDesk
from console.desk.sight import Left, Sight
from console.desk.store import Store
from console.desk.unknowns import UNANSWERED
from console.desk.workers import Sleep
from console.domain.orders import OrderRequest, OrderStatus
from console.domain.positions import Position
from console.domain.receipts import Outcome, Receipt
from console.ports import BrokerError, Clock

MOST_CLOSINGS = 2
"""Orders that close one position: the second is for what a list that lagged kept back."""


class ExitCloser:
    """Sells or buys back what an exit has freed. BrokerError when the broker is lost."""

    def __init__(
        self,
        *,
        sight: Sight,
        guard: Guard,
        store: Store,
        orders: OrderDesk,
        cancels: CancelDesk,
        clock: Clock,
        limits: Limits,
        sleep: Sleep,
    ) -> None:
        self._sight = sight
        self._guard = guard
        self._store = store
        self._orders = orders
        self._cancels = cancels
        self._clock = clock
        self._pace = limits.pace
        self._flatten = limits.flatten
        self._sleep = sleep

    async def close(self, leave: Leave) -> Receipt:
        """Sell what is certainly held; once more when a list lagged and that was not all.

        Unknown, with the order's name, while a closing order has no end: see it over.
        """
        for _ in range(MOST_CLOSINGS):
            try:
                position, qty = await self._sight.closable(leave.symbol, leave.worst, leave.sent)
                if position is None:
                    return Receipt(outcome=Outcome.ACCEPTED, detail=leave.words)
                request = await self._closing_order(position, qty)
            except Left as left:
                outcome = Outcome.ACCEPTED if leave.told else Outcome.DENIED
                return await self.protect(leave, outcome, str(left))
            answer = await self._orders.submit(request, leave.actor)
            if answer.order is not None:
                leave.sent.add(answer.order)
            if answer.outcome is Outcome.UNKNOWN and answer.order is not None:
                return answer
            if answer.outcome is not Outcome.ACCEPTED or answer.order is None:
                return await self.protect(leave, answer.outcome, answer.detail)
            receipt = await self._see_it_filled(leave, answer.order)
            status = self._store.state.orders[answer.order].status
            if status is not OrderStatus.FILLED or qty == abs(position.qty):
                return receipt
        return await self.protect(leave, Outcome.ACCEPTED, "the broker lists more than was sold")

    async def see_it_over(self, leave: Leave, key: str) -> Receipt:
        """Ask for a closing order, and cancel it, until it has ended; then protect the rest."""
        if self._store.state.orders[key].status in UNANSWERED:
            await self._until_answered(key)
            if not await self._is_over(leave, key):
                self._still_working(leave, key)
        pause = self._pace.retry_first
        while (order := self._store.state.orders[key]).is_open:
            if order.status is not OrderStatus.PENDING_CANCEL:
                await self._cancels.cancel([key], leave.actor)
            await self._sleep(pause)
            pause = min(pause * 2, self._pace.reconcile_every)
            with contextlib.suppress(BrokerError):
                await self._sight.look_up(key)
        return await self._settle(leave, key)

    async def protect(self, leave: Leave, outcome: Outcome, why: str) -> Receipt:
        """Put back what was lifted, for what is certainly left."""

        def certain(listed: Decimal) -> Decimal:
            orders, now = self._store.state.orders.values(), self._clock.monotonic()
            return leave.worst.closable(listed, orders, leave.sent, now)

        symbol, lifted, actor = leave.symbol, leave.lifted, leave.actor
        return await self._guard.protect(symbol, lifted, actor, outcome, why, certain=certain)

    async def _until_answered(self, key: str) -> None:
        while self._store.state.orders[key].status in UNANSWERED:
            await self._sleep(self._pace.flat_poll)

    async def _see_it_filled(self, leave: Leave, key: str) -> Receipt:
        if await self._is_over(leave, key):
            return await self._settle(leave, key)
        return self._still_working(leave, key)

    async def _is_over(self, leave: Leave, key: str) -> bool:
        """Wait for the fill; take back what is not filled in time; return whether it has ended."""
        if await self._is_closed(key):
            return True
        await self._cancels.cancel([key], leave.actor)
        return await self._is_closed(key)

    async def _is_closed(self, key: str) -> bool:
        until = self._clock.monotonic() + self._pace.flat_deadline
        while self._store.state.orders[key].is_open:
            if self._clock.monotonic() >= until:
                return False
            await self._sleep(self._pace.flat_poll)
        return True

    def _still_working(self, leave: Leave, key: str) -> Receipt:
        """Say aloud that a closing order has no end yet: its shares cannot be protected."""
        symbol = leave.symbol
        why = f"{self._store.state.orders[key].request} is neither filled nor proven canceled"
        if leave.lifted:
            self._guard.lost(symbol, [str(order.request) for order in leave.lifted], why)
        else:
            self._guard.tell(symbol, f"{symbol} is not exited yet: {why}.")
        then = "It is canceled and asked for until it has ended; then what is left is protected."
        detail = f"{symbol} is not exited yet: {why}. {then}"
        return Receipt(outcome=Outcome.UNKNOWN, detail=detail, order=key)

    async def _settle(self, leave: Leave, key: str) -> Receipt:
        """Return what a closing order that has ended did; put back what protects the rest."""
        order = self._store.state.orders[key]
        if order.status is OrderStatus.FILLED:
            leave.told.append(sold(order))
            return Receipt(outcome=Outcome.ACCEPTED, detail=leave.words, order=key)
        if order.status is OrderStatus.ABSENT:
            why = f"{order.request} never reached the broker"
            return await self.protect(leave, Outcome.REJECTED, why)
        why = f"the market took {order.filled_qty:f} of {order.request}"
        outcome = Outcome.ACCEPTED if order.filled_qty else Outcome.REJECTED
        return await self.protect(leave, outcome, why)

    async def _closing_order(self, position: Position, qty: Decimal) -> OrderRequest:
        """Return a limit through the market by no more than the collar. Left without a price."""
        quote = await self._sight.fresh_quote(position.symbol, position.closing_side)
        return exit_order(position, qty, quote, self._store.state.clock, self._flatten)
