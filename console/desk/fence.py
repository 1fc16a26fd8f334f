"""The fence: the account's own suspension at the broker, which stops every other program too.

What counts is what the broker says when it is asked again, never that it was told.
"""

import asyncio
from collections.abc import Callable

from console.desk.connections import Connections
from console.desk.limits import Pace
from console.ports import Broker, BrokerError


class FenceFailed(Exception):  # noqa: N818 - reads as what it is
    """The fence does not stand as wished, or that is not known; the message says why."""


class Fence:
    """Sets and lifts the suspension, one change at a time, and reads it back."""

    def __init__(self, *, broker: Broker, connections: Connections, pace: Pace) -> None:
        self._broker = broker
        self._connections = connections
        self._deadline = pace.sweep_deadline
        self._turn = asyncio.Lock()
        self.stands: bool | None = None
        """What the broker last said of it; None while it has said nothing."""
        self._is_in_doubt = False
        """Whether a change has left and was not read back: it may still take effect."""
        self._changes: set[asyncio.Task[None]] = set()
        self.on_told: Callable[[bool], None] = lambda _stands: None
        """Called with each word of the broker on how it stands, whoever has asked."""

    async def put(self, *, is_set: bool) -> None:
        """Set or lift the fence, and read it back. FenceFailed when it is not so.

        Carried through once it has begun, also when nobody waits any more: what is on its
        way cannot be called back, and the next change must come after it.
        """
        change = asyncio.create_task(self._put_in_turn(is_set=is_set))
        self._changes.add(change)
        change.add_done_callback(self._end)
        await asyncio.shield(change)

    def _end(self, change: "asyncio.Task[None]") -> None:
        self._changes.discard(change)
        if not change.cancelled():
            change.exception()  # who waited for it has had it

    async def _put_in_turn(self, *, is_set: bool) -> None:
        async with self._turn:
            try:
                await self._put(is_set=is_set)
            except BrokerError as error:
                self.stands = None
                raise FenceFailed(str(error)) from error

    async def _put(self, *, is_set: bool) -> None:
        if await self._look() is is_set and not self._is_in_doubt:
            return
        self._is_in_doubt = True
        await self._connections.ask_within(self._deadline, self._broker.suspend(is_set))
        if await self._look() is not is_set:
            raise FenceFailed("the broker took it and says otherwise when it is asked again")
        self._is_in_doubt = False

    async def _look(self) -> bool:
        question = self._broker.is_suspended()
        self.stands = stands = await self._connections.ask_within(self._deadline, question)
        self.on_told(stands)
        return stands
