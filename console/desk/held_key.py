"""A halt key that is held down: its repeats are one pull, and its letting go is another look.

Each repeat arrives as a pull of its own, thirty a second. Beginning anew at each would
put the proof off for as long as the key is held.
"""

import asyncio
from collections.abc import Awaitable, Callable

from console.desk.workers import Sleep, Workers
from console.domain.permissions import Actor
from console.ports import Clock


async def _nothing() -> None:
    return


class HeldKey:
    """Tells a repeat of the same hand from a second pull."""

    def __init__(self, *, workers: Workers, clock: Clock, within: float, sleep: Sleep) -> None:
        self._workers = workers
        self._clock = clock
        self._within = within
        self._sleep = sleep
        self._hand: tuple[int, int | None, str] | None = None
        self._at = 0.0
        self._waiting: asyncio.Task[None] | None = None
        self.on_let_go: Callable[[], Awaitable[None]] = _nothing
        """Called once the repeats have ended."""

    def press(self, actor: Actor) -> bool:
        """Note a pull; return whether it is a repeat of the one before."""
        hand, now = (actor.uid, actor.pid, actor.via), self._clock.monotonic()
        is_repeat = hand == self._hand and now - self._at < self._within
        self._hand, self._at = hand, now
        if is_repeat and (self._waiting is None or self._waiting.done()):
            self._waiting = self._workers.run("held halt key", self._wait())
        return is_repeat

    async def _wait(self) -> None:
        while (left := self._at + self._within - self._clock.monotonic()) > 0:
            await self._sleep(left)
        await self.on_let_go()
