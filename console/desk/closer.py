"""Takes one position to nothing: frees it, prices it, sends, waits for the fill, again.

Each order is a limit through the touch, never more than is held, and the next one is
sent only when the last is over. What cannot be closed is left, and why is said.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from console.desk.cancels import CancelDesk
from console.desk.closing_price import RanAway, closing_limit, slice_qty, touch_of
from console.desk.cord import Cord, Grant
from console.desk.limits import Limits
from console.desk.market_hours import opening, takes_limits
from console.desk.orders import OrderDesk
from console.desk.sight import Left, Sight
from console.desk.store import Store
from console.desk.workers import Sleep, Workers
from console.desk.worst_holding import WorstHolding
from console.domain.exposure import reduces
from console.domain.flatten import CloseStatus
from console.domain.market import MarketClock
from console.domain.orders import Order, OrderRequest, OrderType
from console.domain.permissions import Actor
from console.domain.positions import Position
from console.domain.receipts import Outcome, Receipt
from console.ports import BrokerError, Clock

Say = Callable[[CloseStatus, str, Decimal], None]
ZERO = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Job:
    """One position that is being closed."""

    symbol: str
    qty: Decimal
    at_market: bool
    actor: Actor
    is_granted: bool
    """Whether the confirmation holds although trading is halted."""
    say: Say
    worst: WorstHolding
    """How much of it is certainly there."""
    is_stopped: bool = False
    first_touch: Decimal | None = None
    sent: list[str] = field(default_factory=list)
    """The closing orders so far, by key."""
    answer: Receipt | None = None
    """What the broker, or our own gate, said to the last of them."""


class Closer:
    """Closes one position at a time; it knows nothing of the others."""

    def __init__(
        self,
        *,
        sight: Sight,
        store: Store,
        orders: OrderDesk,
        cancels: CancelDesk,
        cord: Cord,
        workers: Workers,
        clock: Clock,
        limits: Limits,
        sleep: Sleep,
    ) -> None:
        self._sight = sight
        self._store = store
        self._orders = orders
        self._cancels = cancels
        self._cord = cord
        self._workers = workers
        self._clock = clock
        self._limits = limits
        self._pace = limits.pace
        self._sleep = sleep

    async def close(self, job: Job) -> None:
        """Close the position as far as it can be; tell the end of it with `say`."""
        try:
            await self._see_a_way(job)
            canceled = await self._free(job)
            await self._close(job, canceled)
        except Left as left:
            job.say(CloseStatus.LEFT, str(left), self._still_held(job))
        except BrokerError as error:
            job.say(CloseStatus.LEFT, f"the broker: {error}", self._still_held(job))

    async def _see_a_way(self, job: Job) -> None:
        """Left when nothing can be sent now: what stays held keeps the stops that protect it."""
        position = await self._sight.position(job.symbol)
        if position is None:
            return
        clock = await self._open_market()
        if not (job.at_market and clock.is_open):
            await self._sight.fresh_quote(job.symbol, position.closing_side)

    async def _free(self, job: Job) -> int:
        """Cancel the symbol's own orders and wait for the proof; return how many there were."""
        working = await self._sight.working(job.symbol)
        if not working:
            return 0
        job.say(CloseStatus.FREEING, f"canceling {_orders(len(working))}", job.qty)
        await self._cancels.cancel([order.key for order in working], job.actor)
        if left := await self._sight.until_gone(job.symbol):
            held = f"{_orders(len(left))} of {job.symbol} are not proven canceled after "
            raise Left(f"{held}{self._pace.flat_deadline:g} s; the position was left as it is")
        await self._sight.learn_ends(working)
        return len(working)

    async def _close(self, job: Job, canceled: int) -> None:
        for _ in range(self._limits.flatten.most_tries * self._limits.flatten.most_slices):
            position, qty = await self._sight.closable(job.symbol, job.worst, set(job.sent))
            if position is None:
                job.say(CloseStatus.CLOSED, _closed(job, canceled), ZERO)
                return
            request = await self._priced(position, qty, job)
            receipt = await self._send(request, job)
            order = await self._outcome(request, receipt, job)
            if order.filled_qty == ZERO:
                self._count_empty(job)
        raise Left("its closing orders were filled bit by bit and never whole: confirm again")

    def _count_empty(self, job: Job) -> None:
        orders = (self._store.state.orders.get(key) for key in job.sent)
        empty = sum(order is not None and not order.filled_qty for order in orders)
        if empty >= self._limits.flatten.most_tries:
            raise Left(
                f"{empty} closing orders rested {self._limits.flatten.reprice_after:g} s each "
                "without a fill: the symbol may be halted"
            )

    def _still_held(self, job: Job) -> Decimal:
        position = self._store.state.position_of(job.symbol)
        return ZERO if position is None else position.qty

    # ── the order ───────────────────────────────────────────────────────────

    async def _priced(self, position: Position, qty: Decimal, job: Job) -> OrderRequest:
        """Return the next closing order. Left when nothing can be sent now."""
        if position.qty_available < qty:
            held = f"{abs(position.qty) - position.qty_available:f} of {abs(position.qty):f}"
            raise Left(f"{held} shares are held by orders that the broker does not list")
        clock = await self._open_market()
        if job.at_market and clock.is_open:
            return self._request(position, qty, None, clock)
        quote = await self._sight.fresh_quote(position.symbol, position.closing_side)
        touch = touch_of(quote, position.closing_side)
        job.first_touch = job.first_touch or touch
        try:
            limit = closing_limit(
                touch, job.first_touch, position.closing_side, self._limits.flatten
            )
        except RanAway as far:
            raise Left(str(far)) from None
        part = slice_qty(qty, quote, position.closing_side, self._limits.flatten)
        return self._request(position, part, limit, clock)

    async def _open_market(self) -> MarketClock:
        """Return the session. Left when the market takes no order in it."""
        clock = await self._sight.market_clock()
        if not clock.is_open and not takes_limits(clock):
            raise Left(f"the market is closed until {opening(clock)}")
        return clock

    def _request(
        self, position: Position, qty: Decimal, limit: Decimal | None, clock: MarketClock
    ) -> OrderRequest:
        return OrderRequest(
            client_order_id=self._orders.next_id(),
            symbol=position.symbol,
            side=position.closing_side,
            qty=qty,
            order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            limit_price=limit,
            extended_hours=limit is not None and not clock.is_open,
        )

    async def _send(self, request: OrderRequest, job: Job) -> Receipt:
        """Send through the one gate and the one sender, with a grant if trading is halted."""
        key = request.client_order_id
        job.sent.append(key)
        job.say(CloseStatus.CLOSING, str(request), self._still_held(job))
        if job.is_granted:
            self._cord.grant(
                Grant(request=request, objection=lambda: self._objection(request, job))
            )
        try:
            # In a task of its own: what has begun to be sent is not broken off with the job.
            submitting = self._workers.run("closing order", self._orders.submit(request, job.actor))
            job.answer = await asyncio.shield(submitting)
        finally:
            self._cord.withdraw(key)
        return job.answer

    def _objection(self, request: OrderRequest, job: Job) -> str:
        """Return why a granted order may not leave after all."""
        if job.is_stopped:
            return "The flatten was stopped."
        state = self._store.state
        others = [order for order in state.open_orders if order.key != request.client_order_id]
        if reduces(request, state.position_of(request.symbol), others):
            return ""
        return "It would no longer only reduce the position."

    async def _outcome(self, request: OrderRequest, receipt: Receipt, job: Job) -> Order:
        """Wait until the order is over, canceling it when it rests too long. Left otherwise."""
        if receipt.outcome in (Outcome.DENIED, Outcome.FORBIDDEN):
            raise Left(receipt.detail)
        if receipt.outcome is Outcome.REJECTED:
            raise Left(await self._why_rejected(receipt))
        key = request.client_order_id
        if not await self._is_over(key, self._limits.flatten.reprice_after):
            await self._cancels.cancel([key], job.actor)
            if not await self._is_over(key, self._pace.flat_deadline):
                raise Left(f"{request} is neither filled nor proven canceled; look at its order")
        return self._store.state.orders[key]

    async def _is_over(self, key: str, seconds: float) -> bool:
        """Wait for the end of an order; ask the broker once when the stream has told none."""
        until = self._clock.monotonic() + seconds
        while self._clock.monotonic() < until:
            if not self._store.state.orders[key].is_open:
                return True
            await self._sleep(self._pace.flat_poll)
        if not self._store.state.orders[key].status.is_ours:
            await self._sight.look_up(key)
        return not self._store.state.orders[key].is_open

    async def _why_rejected(self, receipt: Receipt) -> str:
        try:
            is_fenced = await self._sight.is_suspended()
        except BrokerError:
            is_fenced = False
        if not is_fenced:
            return receipt.detail
        return (
            "the broker refuses to close while the account is suspended: flatten again and "
            "let the fence be lifted for it"
        )


def _closed(job: Job, canceled: int) -> str:
    told = f"{job.symbol} is flat"
    if job.sent:
        told += f", closed by {_orders(len(job.sent))}"
    return told + (f"; {_orders(canceled)} canceled" if canceled else "")


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count} orders"
