"""Flat: cancel a symbol's orders, wait for the proof, close what is held."""

from decimal import Decimal

from console.desk.books import Books
from console.desk.cancels import CancelDesk
from console.desk.connections import Connections
from console.desk.cord import Cord
from console.desk.limits import Limits
from console.desk.orders import OrderDesk
from console.desk.recorder import Recorder
from console.desk.store import Store
from console.desk.workers import Sleep
from console.domain.instruments import to_tick
from console.domain.orders import Order, OrderRequest, OrderType, Side
from console.domain.permissions import Actor, Capability
from console.domain.positions import Position
from console.domain.receipts import Outcome, Receipt
from console.ports import Broker, BrokerError, Clock


class FlatDesk:
    """Takes a symbol's position to nothing."""

    def __init__(
        self,
        *,
        broker: Broker,
        store: Store,
        books: Books,
        orders: OrderDesk,
        cancels: CancelDesk,
        cord: Cord,
        recorder: Recorder,
        connections: Connections,
        clock: Clock,
        limits: Limits,
        sleep: Sleep,
    ) -> None:
        self._broker = broker
        self._store = store
        self._books = books
        self._orders = orders
        self._cancels = cancels
        self._cord = cord
        self._recorder = recorder
        self._connections = connections
        self._clock = clock
        self._pace = limits.pace
        self._stale_after = limits.stale_after
        self._sleep = sleep
        self._closing: set[str] = set()

    async def flat(self, symbol: str, actor: Actor) -> Receipt:
        """Cancel the working orders of a symbol, wait for proof, close the position."""
        if refusal := self._refusal(symbol, actor):
            body = {"symbol": symbol, "detail": refusal.detail}
            self._recorder.note(f"flat.{refusal.outcome.value}", actor, body)
            return refusal
        self._closing.add(symbol)
        try:
            await self._recorder.try_write("flat.intended", actor, {"symbol": symbol})
            receipt = await self._go_flat(symbol, actor)
        except BrokerError as error:
            detail = f"{symbol} could not be made flat: {error}. Look at its orders and position."
            receipt = Receipt(outcome=Outcome.UNKNOWN, detail=detail)
        finally:
            self._closing.discard(symbol)
        body = {"symbol": symbol, "outcome": receipt.outcome.value, "detail": receipt.detail}
        await self._recorder.try_write("flat.answered", actor, body)
        return receipt

    def _refusal(self, symbol: str, actor: Actor) -> Receipt | None:
        if not actor.may(Capability.TRADE):
            detail = f"{actor} may not trade at this desk."
            return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)
        if objection := self._cord.objection():
            return Receipt(outcome=Outcome.DENIED, detail=objection)
        if symbol in self._closing:
            detail = f"{symbol} is being made flat already; wait for it."
            return Receipt(outcome=Outcome.DENIED, detail=detail)
        return None

    async def _go_flat(self, symbol: str, actor: Actor) -> Receipt:
        working = await self._working(symbol)
        if working:
            await self._cancels.cancel([order.key for order in working], actor)
            left = await self._wait_until_canceled(symbol)
            if left:
                detail = (
                    f"{len(left)} orders of {symbol} are not proven canceled after "
                    f"{self._pace.flat_deadline:g} s; the position was left as it is."
                )
                return Receipt(outcome=Outcome.UNKNOWN, detail=detail)
        position = await self._position(symbol)
        if position is None:
            canceled = f"; {len(working)} orders canceled" if working else ""
            return Receipt(outcome=Outcome.ACCEPTED, detail=f"{symbol} is flat{canceled}.")
        request = self._closing_order(position)
        if request is None:
            detail = f"The market is closed and {symbol} has no fresh quote to price the exit by."
            return Receipt(outcome=Outcome.DENIED, detail=detail)
        return await self._orders.submit(request, actor)

    async def _wait_until_canceled(self, symbol: str) -> tuple[Order, ...]:
        """Return the orders of the symbol that are still open when the time is over."""
        until = self._clock.monotonic() + self._pace.flat_deadline
        left = await self._working(symbol)
        while left and self._clock.monotonic() < until:
            await self._sleep(self._pace.flat_poll)
            left = await self._working(symbol)
        return left

    async def _working(self, symbol: str) -> tuple[Order, ...]:
        """Return the open orders of a symbol: the broker's, and ours without an answer."""
        told = await self._connections.ask_within(
            self._pace.send_deadline, self._broker.open_orders()
        )
        for order in told:
            self._books.tell_order(order, source="flat")
        listed = tuple(order for order in told if order.request.symbol == symbol)
        unanswered = tuple(
            order
            for order in self._store.state.open_orders
            if order.request.symbol == symbol and order.status.is_ours
        )
        return listed + unanswered

    async def _position(self, symbol: str) -> Position | None:
        positions = await self._connections.ask_within(
            self._pace.send_deadline, self._broker.positions()
        )
        self._books.tell_positions(positions, self._clock.now())
        return next((held for held in positions if held.symbol == symbol and held.qty), None)

    def _closing_order(self, position: Position) -> OrderRequest | None:
        """Return a market order in regular hours, else a limit at the touch, if there is one."""
        clock, qty = self._store.state.clock, abs(position.qty)
        side, symbol = position.closing_side, position.symbol
        client_order_id = self._orders.next_id()
        if clock is not None and clock.is_open:
            return OrderRequest(
                client_order_id=client_order_id,
                symbol=symbol,
                side=side,
                qty=qty,
                order_type=OrderType.MARKET,
            )
        touch = self._touch(symbol, side)
        if touch is None:
            return None
        return OrderRequest(
            client_order_id=client_order_id,
            symbol=symbol,
            side=side,
            qty=qty,
            limit_price=touch,
            extended_hours=True,
        )

    def _touch(self, symbol: str, side: Side) -> Decimal | None:
        quote = self._store.state.quotes.get(symbol)
        if quote is None or quote.age(self._clock.now()) > self._stale_after:
            return None
        touch = quote.ask if side is Side.BUY else quote.bid
        return to_tick(touch) if touch > 0 else None
