"""One virtual clock and one line of events for everything that happens in a simulation.

Each simulated process has an event loop of its own on it: nothing waits, time jumps to
the next event, and a process that is killed runs not one line more.
"""

import asyncio
import heapq
from asyncio import events
from collections import deque
from collections.abc import Callable
from contextvars import Context
from itertools import count
from typing import Any

MOST_STEPS_OF_AN_END = 20_000


class Timeline:
    """What happens next: what is due at once in the order of its asking, then by time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.steps = 0
        self._ready: deque[asyncio.Handle] = deque()
        self._later: list[tuple[float, int, asyncio.Handle]] = []
        self._numbers = count()
        self._outside = ProcessLoop(self)

    def soon(self, handle: asyncio.Handle) -> None:
        """Run a handle at this moment, after what was asked before."""
        self._ready.append(handle)

    def at(self, when: float, handle: asyncio.Handle) -> None:
        """Run a handle at a time; never in the past."""
        heapq.heappush(self._later, (max(when, self.now), next(self._numbers), handle))

    def after(self, seconds: float, act: Callable[..., object], *args: object) -> None:
        """Do something that belongs to no process: the wire, the venue, the world."""
        self.at(self.now + seconds, asyncio.Handle(act, args, self._outside))

    def step(self) -> bool:
        """Let the next thing happen; False when nothing ever will."""
        handle = self._next()
        if handle is None:
            return False
        loop: ProcessLoop = handle._loop  # type: ignore[attr-defined]
        if loop.is_dead:
            loop.leave_undone(handle)
            return True
        if handle.cancelled():
            return True
        self.steps += 1
        events._set_running_loop(loop)
        try:
            handle._run()
        finally:
            events._set_running_loop(None)
        return True

    def drain(self) -> None:
        """Let what is buried come to its end; what still waits is forgotten."""
        for _ in range(MOST_STEPS_OF_AN_END):
            if not self._ready:
                break
            self.step()
        self._ready.clear()
        self._later.clear()

    def _next(self) -> asyncio.Handle | None:
        if self._ready:
            return self._ready.popleft()
        if not self._later:
            return None
        self.now, _, handle = heapq.heappop(self._later)
        return handle


class ProcessLoop(asyncio.AbstractEventLoop):
    """The event loop of one simulated process."""

    def __init__(self, timeline: Timeline, disk_seconds: Callable[[], float] = float) -> None:
        self._timeline = timeline
        self._disk_seconds = disk_seconds
        self._disk_free_at = 0.0
        self.is_dead = False
        self._unfinished: list[asyncio.Task[Any]] = []
        self._undone: list[asyncio.Handle] = []
        self.troubles: list[str] = []
        """What nobody caught."""

    def time(self) -> float:
        return self._timeline.now

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._timeline.soon(handle)
        return handle

    call_soon_threadsafe = call_soon

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._timeline.at(when, handle)
        return handle

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(self, coro, *, name=None, context=None) -> "asyncio.Task[Any]":
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def run_in_executor(self, executor, func, *args) -> "asyncio.Future[Any]":
        """Do the work of a thread as one event, in the order of asking, after the disk's time."""
        future = self.create_future()
        self._disk_free_at = max(self._disk_free_at, self.time()) + self._disk_seconds()
        self.call_at(self._disk_free_at, _work, future, func, args)
        return future

    def delay_disk(self, seconds: float) -> None:
        """Have the thread be busy for so long."""
        self._disk_free_at = self.time() + seconds

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return self.is_dead

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.troubles.append(f"{context.get('message')}: {context.get('exception')!r}")

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Nothing: a canceled handle is passed over when its time comes."""

    def kill(self) -> None:
        """End the process as kill -9 does: where it stands."""
        self.is_dead = True
        # What is collected runs its `finally`: nothing of a dead process may run.
        self._unfinished = list(asyncio.all_tasks(self))

    def leave_undone(self, handle: asyncio.Handle) -> None:
        """Keep the step of a task that will not be done, to be closed with the rest."""
        if isinstance(getattr(handle._callback, "__self__", None), asyncio.Task):
            self._undone.append(handle)

    def bury(self) -> None:
        """Close what a killed process has left half done, so that nobody warns of it."""
        self.is_dead = False
        for handle in self._undone:
            self._timeline.soon(handle)
        for task in asyncio.all_tasks(self):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            task.cancel()


def _work(future: "asyncio.Future[Any]", func: Callable[..., object], args: Any) -> None:
    if future.cancelled():
        return
    try:
        future.set_result(func(*args))
    except Exception as error:  # noqa: BLE001 - a thread hands any failure to who waits for it
        future.set_exception(error)
