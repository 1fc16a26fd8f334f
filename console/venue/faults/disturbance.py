"""What faults do to the messages of a stream between the exchange and its listeners."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from console.venue.faults.orders import Delay, Drop, Duplicate, Moment, Mute, Reorder, Stream
from console.venue.faults.standing import Faults, Standing

T = TypeVar("T")


class Disturbance(Generic[T]):
    """One stream's messages on their way: dropped, doubled, held back.

    Args:
        stream: Which stream's faults are meant.
        faults: Those that stand.
        about: Says the symbol and the type of a message.
        send: Tells messages to whoever listens.
    """

    def __init__(
        self,
        *,
        stream: Stream,
        faults: Faults,
        about: Callable[[T], tuple[str, str]],
        send: Callable[[Sequence[T]], None],
    ) -> None:
        self._stream = stream
        self._faults = faults
        self._about = about
        self._send = send
        self._last_due = 0.0
        self._late: deque[list[T]] = deque()

    def pass_on(self, messages: Sequence[T]) -> None:
        """Send messages as the faults of this moment have it."""
        if self._faults.strike(self._stream, Moment.EVENTS, Mute):
            return
        standing = self._faults.of_events(self._stream)
        at_once: list[T] = []
        for message in messages:
            self._place(message, standing, at_once)
        if at_once:
            self._send(at_once)

    def _place(self, message: T, standing: Sequence[Standing], at_once: list[T]) -> None:
        copies, lag, is_ordered = 1, 0.0, True
        for fault in standing:
            rule = fault.rule
            if not isinstance(rule, Drop | Duplicate | Reorder | Delay):
                continue
            if not rule.matches(*self._about(message)) or not fault.strikes():
                continue
            match rule:
                case Drop():
                    copies = 0
                case Duplicate():
                    copies *= 2
                case Reorder():
                    lag, is_ordered = lag + rule.seconds, False
                case Delay():
                    lag += fault.seconds(rule.seconds, rule.jitter)
        if lag and copies:
            self._send_later([message] * copies, lag, is_ordered=is_ordered)
            return
        at_once += [message] * copies

    def _send_later(self, messages: list[T], lag: float, *, is_ordered: bool) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + lag
        if not is_ordered:
            loop.call_at(due, self._send, messages)
            return
        self._last_due = max(due, self._last_due)
        self._late.append(messages)
        # timers of one moment go off in any order, so each takes what is first in line
        loop.call_at(self._last_due, lambda: self._send(self._late.popleft()))
