"""An event loop whose time jumps to the next timer instead of waiting for it.

A desk among fakes waits for nothing but its own deadlines: under this loop it passes them at
once, and a slow machine runs past none. Time stands still while a thread works, and goes on as
the clock on the wall does while a socket is open.
"""

import asyncio
import selectors
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 120.0
"""Real seconds that a thread may work, or that nothing may happen at all."""
MOST_SECONDS = 600.0
"""Virtual seconds after which a test that still waits will wait for ever."""
TURN = 0.0001
"""What a busy turn of the loop costs, so that tasks that never rest do not stop the time."""
MORNING = 1_000.0
"""Where time begins: no desk is started at nought."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """The loop of one test among fakes."""

    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)
        self._jumping.own = len(self._jumping.get_map())

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        future = super().run_in_executor(executor, func, *args)
        self._jumping.at_work += 1
        future.add_done_callback(self._see_the_end)
        return future

    async def shutdown_default_executor(self, *args: Any, **given: Any) -> None:
        # From Python 3.12 on it gives the threads five minutes of the loop's time.
        self._jumping.at_work += 1
        try:
            await super().shutdown_default_executor(*args, **given)
        finally:
            self._jumping.at_work -= 1

    def _see_the_end(self, _future: "asyncio.Future[Any]") -> None:
        self._jumping.at_work -= 1


class JumpingSelector(selectors.DefaultSelector):
    """Waits for what is real, and jumps over all other waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = MORNING
        self.own = 0
        """Sockets by which the loop wakes itself."""
        self.at_work = 0
        """Calls that a thread has not answered."""
        self._horizon = MORNING + MOST_SECONDS

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            self.now += TURN
            return found
        if self.at_work or timeout is None:
            return self._wait()
        if len(self.get_map()) > self.own:
            return self._pass_truly(timeout)
        self._jump(timeout)
        return []

    def _wait(self) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(PATIENCE)
        if not found:
            raise RuntimeError(f"nothing happened in {PATIENCE:.0f} real seconds")
        return found

    def _pass_truly(self, timeout: float) -> list[tuple[selectors.SelectorKey, int]]:
        began = time.monotonic()
        found = super().select(timeout)
        self.now += time.monotonic() - began
        return found

    def _jump(self, seconds: float) -> None:
        self.now += seconds
        if self.now > self._horizon:
            self._horizon = self.now + MOST_SECONDS
            raise RuntimeError(f"still waiting after {MOST_SECONDS:.0f} virtual seconds")
