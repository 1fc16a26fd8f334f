"""Positions and account, asked for after every fill and every few seconds."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from console.desk.books import Books
from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.store import Store
from console.desk.workers import Sleep
from console.domain.events import AccountReported
from console.ports import Broker, BrokerError, Clock

T = TypeVar("T")
log = logging.getLogger(__name__)


class Money:
    """Keeps what we hold and what we are worth fresh between reconciliations."""

    def __init__(
        self,
        *,
        broker: Broker,
        store: Store,
        books: Books,
        connections: Connections,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._broker = broker
        self._store = store
        self._books = books
        self._connections = connections
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._changed = asyncio.Event()

    def change(self) -> None:
        """Something was executed: ask soon."""
        self._changed.set()

    async def work(self) -> None:
        """Ask when something changed and every few seconds, for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.refresh_every):
                    await self._changed.wait()
                    await self._sleep(self._pace.refresh_after_fill)
            self._changed.clear()
            try:
                await self.refresh()
            except BrokerError as error:
                # Nothing follows from a question without an answer: the old figures stay.
                log.warning("positions and account could not be had: %s", error)
            await self._sleep(self._pace.refresh_gap)

    async def refresh(self) -> None:
        """Ask once. BrokerError when the broker could not tell."""
        asked_at = self._clock.now()
        positions, account = await asyncio.gather(
            self._question(self._broker.positions), self._question(self._broker.account)
        )
        self._books.tell_positions(positions, asked_at)
        # Orders sent after the question are not in the answer: its age counts from there.
        self._store.apply(AccountReported(replace(account, at=asked_at)))

    async def _question(self, question: Callable[[], Awaitable[T]]) -> T:
        # Begun only when it is awaited: a desk that stops meanwhile leaves nothing behind.
        return await self._connections.ask_within(self._pace.send_deadline, question())
