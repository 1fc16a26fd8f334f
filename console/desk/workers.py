"""Background tasks whose death is noticed: said aloud, logged, and started again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
log = logging.getLogger(__name__)

RESTART_AFTER = 1.0
"""Seconds before a worker that died is started again."""


class Workers:
    """The desk's tasks, ended together."""

    def __init__(self, *, on_death: Callable[[str, Exception], None], sleep: Sleep) -> None:
        self._on_death = on_death
        self._sleep = sleep
        self._tasks: set[asyncio.Task[Any]] = set()

    def keep(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work` for as long as the desk lives, again whenever it dies."""
        self.run(name, self._keep(name, work))

    def run(self, name: str, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Run `work` once in a task of the desk's own; the caller may wait for it or not."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._bury)
        return task

    async def stop(self) -> None:
        """Cancel everything and wait until it has ended."""
        while self._tasks:
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:
                log.exception("%s died and is started again", name)
                self._on_death(name, error)
            await self._sleep(RESTART_AFTER)

    def _bury(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Exception):
            log.error("%s died", task.get_name(), exc_info=error)
            self._on_death(task.get_name(), error)
