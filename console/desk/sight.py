"""What a closing order is decided by, asked of the broker and the market when it is needed."""

from collections.abc import Awaitable, Collection, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from console.desk.books import Books
from console.desk.connections import Connections
from console.desk.limits import Limits
from console.desk.store import Store
from console.desk.unknowns import Unknowns
from console.desk.workers import Sleep
from console.desk.worst_holding import WorstHolding, fills_shown
from console.domain.market import MarketClock, Quote
from console.domain.orders import Order, Side
from console.domain.positions import Position
from console.ports import Broker, Clock

T = TypeVar("T")


class Left(Exception):  # noqa: N818 - reads as what it is
    """A position is left as it is; the message says why."""


class Sight:
    """Looks at one symbol's orders, holding and quote. BrokerError when it cannot be told."""

    def __init__(
        self,
        *,
        broker: Broker,
        store: Store,
        books: Books,
        unknowns: Unknowns,
        connections: Connections,
        clock: Clock,
        limits: Limits,
        sleep: Sleep,
    ) -> None:
        self._broker = broker
        self._store = store
        self._books = books
        self._unknowns = unknowns
        self._connections = connections
        self._clock = clock
        self._limits = limits
        self._pace = limits.pace
        self._sleep = sleep

    async def working(self, symbol: str) -> tuple[Order, ...]:
        """Return the open orders of a symbol: the broker's, and ours without an answer."""
        told = await self._ask(self._broker.open_orders())
        for order in told:
            self._books.tell_order(order, source="flatten")
        listed = tuple(order for order in told if order.request.symbol == symbol)
        unanswered = tuple(
            order
            for order in self._store.state.open_orders
            if order.request.symbol == symbol and order.status.is_ours
        )
        return listed + unanswered

    async def until_gone(
        self, symbol: str, keys: Collection[str] | None = None
    ) -> tuple[Order, ...]:
        """Wait until orders, all of the symbol or `keys`, are proven over; return what is left."""
        until = self._clock.monotonic() + self._pace.flat_deadline
        while True:
            working = await self.working(symbol)
            left = tuple(order for order in working if keys is None or order.key in keys)
            if not left or self._clock.monotonic() >= until:
                return left
            await self._sleep(self._pace.flat_poll)

    async def learn_ends(self, orders: Iterable[Order]) -> None:
        """Ask for the ends that the stream has not told: how much was filled must be known."""
        for order in orders:
            if self._store.state.orders[order.key].is_open:
                await self.look_up(order.key)

    async def positions(self) -> tuple[Position, ...]:
        """Return everything held now."""
        asked_at = self._clock.now()
        positions = await self._ask(self._broker.positions())
        self._books.tell_positions(positions, asked_at)
        return tuple(held for held in positions if held.qty)

    async def position(self, symbol: str) -> Position | None:
        """Return what is held of a symbol now."""
        return next((held for held in await self.positions() if held.symbol == symbol), None)

    async def closable(
        self, symbol: str, worst: WorstHolding, own: set[str]
    ) -> tuple[Position | None, Decimal]:
        """Return what is held and how much of it to close now; None when nothing is held.

        A list of holdings may lag behind a fill: it is asked again until it shows what we
        know. Left when it never does.
        """
        until = self._clock.monotonic() + self._pace.flat_deadline
        while True:
            position = await self.position(symbol)
            if position is None:
                return None, Decimal(0)
            if worst.is_turned_by(position.qty):
                raise Left(f"it turned round meanwhile, to {position.qty:f}: confirm again")
            now = self._clock.monotonic()
            qty = worst.closable(position.qty, self._store.state.orders.values(), own, now)
            if qty:
                return position, qty
            if now >= until:
                raise Left(
                    f"the broker lists {position.qty:f} still, beyond what was confirmed and "
                    "closed: confirm again if that is true"
                )
            await self._sleep(self._pace.flat_poll)

    def shown(self) -> Mapping[str, Decimal]:
        """Return how much of each order a list of holdings that is asked for now surely shows."""
        until = self._clock.now() - timedelta(seconds=self._limits.flatten.positions_lag)
        return fills_shown(self._store.state, until)

    def worst_of(self, symbol: str, qty: Decimal, shown: Mapping[str, Decimal]) -> WorstHolding:
        """Return what is certainly held; `shown` is of before the holding was asked for."""
        lag = self._limits.flatten.positions_lag
        return WorstHolding(symbol=symbol, qty=qty, shown=shown, lag=lag)

    async def look_up(self, key: str) -> None:
        """Ask for one order and take in the broker's word."""
        await self._unknowns.look_up(key)

    async def is_suspended(self) -> bool:
        """Return whether the broker holds the account suspended by its user."""
        return await self._ask(self._broker.is_suspended())

    async def market_clock(self) -> MarketClock:
        """Return the newest word on the session."""
        known = self._store.state.clock
        return await self._ask(self._broker.clock()) if known is None else known

    async def fresh_quote(self, symbol: str, side: Side) -> Quote:
        """Wait for a quote to price by. Left when none is young enough."""
        until = self._clock.monotonic() + self._limits.flatten.quote_patience
        while True:
            quote = self._store.state.quotes.get(symbol)
            why = self._not_priced(quote, side)
            if quote is not None and not why:
                return quote
            if self._clock.monotonic() >= until:
                raise Left(f"{why}: it cannot be priced")
            await self._sleep(self._pace.quote_poll)

    def _not_priced(self, quote: Quote | None, side: Side) -> str:
        if quote is None:
            return "it has no quote"
        if (quote.ask if side is Side.BUY else quote.bid) <= 0:
            return f"its quote has no {'ask' if side is Side.BUY else 'bid'}"
        age = quote.age(self._clock.now())
        return f"its quote is {age:.0f} s old" if age > self._limits.stale_after else ""

    async def _ask(self, question: Awaitable[T]) -> T:
        return await self._connections.ask_within(self._pace.send_deadline, question)
