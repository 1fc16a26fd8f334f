"""Requests in threads, each with a total deadline; what is urgent has a lane of its own."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from alpaca.common.exceptions import APIError
from alpaca.common.rest import RESTClient

from console.adapters.alpaca.answers import CutOff, Withheld
from console.adapters.alpaca.budget import Budget, HeldBack
from console.adapters.alpaca.warmth import Warmth
from console.adapters.alpaca.wire import Wire

T = TypeVar("T")

_LATEST_BEGIN = 0.75
"""The part of its deadline after which a request that still waits is not begun at all."""


class Lane:
    """A few threads with a connection each; a full lane holds up no other."""

    def __init__(
        self,
        name: str,
        open_client: Callable[[], RESTClient],
        *,
        workers: int,
        deadline: float,
        may_send: Callable[[str], bool] = lambda _: True,
        budget: Budget | None = None,
        keep: float = 0.0,
        is_patient: bool = False,
    ) -> None:
        """Make a lane that leaves the part `keep` of the budget's limit to other lanes.

        A patient one waits within its deadline for the next minute, another one does not.
        """
        self.deadline = deadline
        self._budget = budget or Budget()
        self._keep = keep
        self._is_patient = is_patient
        self._may_send = may_send
        self._open_client = open_client
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=f"alpaca {name}")
        self._lock = threading.Lock()
        self._wires = list[Wire]()
        self._mine = threading.local()
        self._warmth: Warmth | None = None

    def keep_warm(self, url: str) -> None:
        """Have a connection to `url` stand open in every thread there is, at least in one."""
        self._pool.submit(self._wire)
        self._warmth = Warmth(self._known_wires, url)

    async def ask(
        self, send: Callable[[RESTClient], T], *, within: float | None = None, order: str = ""
    ) -> T:
        """Run `send` with a thread's own client; cut it off when the deadline has passed.

        `order` is the client order id of what is sent, by which `may_send` is asked.

        Raises:
            HeldBack: when the budget does not let it through.
            TimeoutError: when no whole answer came in time.
            CutOff: when its turn did not even come.
            Exception: whatever `send` raises.
        """
        seconds = await self._have_turn(self.deadline if within is None else within)
        call = _Call(send, begin_within=seconds * _LATEST_BEGIN, order=order)
        answer = self._pool.submit(call.run, self._wire)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(answer)
        except TimeoutError:
            if not call.cut():
                raise CutOff from None
            raise
        finally:
            call.cut()

    async def _have_turn(self, seconds: float) -> float:
        """Wait until the budget lets a request through; return what is left of its time."""
        time_of = asyncio.get_running_loop().time
        ends_at = time_of() + seconds
        while wait := self._budget.wait(self._keep):
            if not self._is_patient or wait >= ends_at - time_of():
                raise HeldBack
            await asyncio.sleep(wait)
        return ends_at - time_of()

    async def close(self) -> None:
        """Cut what is under way, and end the threads."""
        if self._warmth is not None:
            await asyncio.to_thread(self._warmth.stop)
        wires = self._known_wires()
        for wire in wires:
            wire.cut()
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)
        for wire in wires:
            wire.close()

    def _known_wires(self) -> list[Wire]:
        with self._lock:
            return list(self._wires)

    def _wire(self) -> Wire:
        """Return the calling thread's own."""
        wire: Wire | None = getattr(self._mine, "wire", None)
        if wire is None:
            wire = self._mine.wire = Wire(
                self._open_client(), may_send=self._may_send, budget=self._budget, keep=self._keep
            )
            with self._lock:
                self._wires.append(wire)
        return wire


class _Call(Generic[T]):
    """One request, from waiting for a thread to its answer."""

    def __init__(self, send: Callable[[RESTClient], T], *, begin_within: float, order: str) -> None:
        self._send = send
        self._order = order
        self._begin_until = time.monotonic() + begin_within
        self._lock = threading.Lock()
        self._wire: Wire | None = None
        self._is_cut = False
        self._has_begun = False

    def run(self, wire_of_thread: Callable[[], Wire]) -> T:
        wire = wire_of_thread()
        with self._lock:
            if self._is_cut or time.monotonic() > self._begin_until:
                raise CutOff
            self._has_begun = True
            self._wire = wire
            wire.begin(self._order)
        try:
            wire.ask_leave()
            return self._send(wire.client)
        except (APIError, HeldBack, Withheld):
            raise
        except BaseException:
            wire.close()
            raise
        finally:
            with self._lock:
                self._wire = None
                wire.rest()

    def cut(self) -> bool:
        """End it, if it is still under way, and keep it from beginning; return whether it had."""
        with self._lock:
            self._is_cut = True
            if self._wire is not None:
                self._wire.cut()
            return self._has_begun
