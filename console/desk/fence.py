"""The fence: the account's own suspension at the broker, which stops every other program too.

What counts is what the broker says when it is asked again, never that it was told.
"""

import asyncio

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

    async def put(self, *, is_set: bool) -> None:
        """Set or lift the fence, and read it back. FenceFailed when it is not so."""
        async with self._turn:
            try:
                await self._put(is_set=is_set)
            except BrokerError as error:
                self.stands = None
                raise FenceFailed(str(error)) from error

    async def _put(self, *, is_set: bool) -> None:
        if await self._look() is is_set:
            return
        await self._connections.ask_within(self._deadline, self._broker.suspend(is_set))
        if await self._look() is not is_set:
            raise FenceFailed("the broker took it and says otherwise when it is asked again")

    async def _look(self) -> bool:
        question = self._broker.is_suspended()
        self.stands = await self._connections.ask_within(self._deadline, question)
        return self.stands
