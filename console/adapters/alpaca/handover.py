"""From a stream's thread to the desk's event loop, in batches: one wake-up however many."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Handover(Generic[T]):
    """A tray that one thread fills and one event loop empties.

    A desk that does not come to empty it loses the oldest beyond `most`, which are
    counted in `lost`; without `most` nothing is ever lost.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        take: Callable[[Sequence[T]], None],
        most: int | None = None,
    ) -> None:
        self.lost = 0
        self._loop = loop
        self._take = take
        self._lock = threading.Lock()
        self._tray = deque[T](maxlen=most)
        self._is_called = False

    def put(self, items: Sequence[T]) -> None:
        """Add to the tray, from any thread, and call the loop unless it has been."""
        if not items:
            return
        with self._lock:
            before = len(self._tray)
            self._tray.extend(items)
            self.lost += before + len(items) - len(self._tray)
            must_call, self._is_called = not self._is_called, True
        if must_call:
            self.call(self._empty)

    def call(self, function: Callable[..., None], *values: object) -> None:
        """Run `function` on the loop; a loop that has ended hears no more."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *values)

    def _empty(self) -> None:
        with self._lock:
            batch = list(self._tray)
            self._tray.clear()
            self._is_called = False
        if batch:
            self._take(batch)
