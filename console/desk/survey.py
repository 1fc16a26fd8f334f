"""Everything a comparison needs, asked of the broker at once: whole, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from console.desk.connections import Connections
from console.desk.ledger import holdings_of
from console.desk.limits import Pace
from console.desk.store import Store
from console.domain.account import Account
from console.domain.fills import Fill
from console.domain.market import MarketClock
from console.domain.orders import Order
from console.domain.positions import Position
from console.ports import Broker, Clock

T = TypeVar("T")
MOST_TRIES = 3
"""How often the first positions are asked for until no fill has come between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the broker said, and what we held open when it was asked."""

    open_orders: Sequence[Order]
    recent_orders: Sequence[Order]
    fills: Sequence[Fill]
    positions: Sequence[Position]
    account: Account
    clock: MarketClock
    asked_at: datetime
    ours: tuple[Order, ...]

    @property
    def orders(self) -> tuple[Order, ...]:
        """Every order the broker told of."""
        return (*self.recent_orders, *self.open_orders)

    @property
    def missing(self) -> tuple[Order, ...]:
        """What we held open, by the broker's word, and it did not tell of."""
        told = {order.key for order in self.orders}
        return tuple(
            order for order in self.ours if order.key not in told and not order.status.is_ours
        )


class Survey:
    """Asks the broker for all it knows. One question without an answer spoils the whole."""

    def __init__(
        self, *, broker: Broker, store: Store, connections: Connections, clock: Clock, pace: Pace
    ) -> None:
        self._broker = broker
        self._store = store
        self._connections = connections
        self._clock = clock
        self._pace = pace

    async def answers(self) -> MarketClock:
        """Ask the smallest question there is. BrokerError when not even that is answered."""
        return await self._question(self._broker.clock)

    async def take(self, since: datetime, *, is_first: bool) -> Snapshot:
        """Ask everything; the first time positions twice, to fit the fills. BrokerError."""
        for _ in range(MOST_TRIES):
            asked_at, broker, ours = self._clock.now(), self._broker, self._store.state.open_orders
            opened, recent, fills, before, account, clock = await asyncio.gather(
                self._question(broker.open_orders),
                self._question(partial(broker.orders_since, since)),
                self._question(partial(broker.fills_since, since)),
                self._question(broker.positions),
                self._question(broker.account),
                self._question(broker.clock),
            )
            after = await self._question(broker.positions) if is_first else before
            if holdings_of(before) == holdings_of(after):
                break
        return Snapshot(
            open_orders=opened,
            recent_orders=recent,
            fills=fills,
            positions=after,
            account=account,
            clock=clock,
            asked_at=asked_at,
            ours=ours,
        )

    async def _question(self, question: Callable[[], Awaitable[T]]) -> T:
        return await self._connections.ask_within(self._pace.reconcile_deadline, question())
