"""The machine's own clock, made to go forward only.

What was told last is known by its time. Were the time set back by an hour, nothing new
would count for an hour, and what is old would look young. So a clock that is set back is
not followed: time goes on from where it was, until the desk is started anew.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

log = logging.getLogger(__name__)
WORTH_TELLING = 1.0
"""Seconds the clock must be set back by before it is logged."""


class SystemClock:
    """UTC from the operating system, and its monotonic seconds."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._ticks = ticks
        self._anchor = wall(), ticks()
        self._told = 0.0

    def set_back(self) -> float:
        """Seconds by which the machine's clock lies behind this one, 0 while they agree."""
        return max((self.now().timestamp() - self._wall()), 0.0)

    def now(self) -> datetime:
        """UTC, aware, never before what it said last."""
        wall, ticks = self._wall(), self._ticks()
        was, ticked = self._anchor
        steady = was + (ticks - ticked)
        if wall >= steady:
            # the usual case, and after a sleep, which the ticks have not seen
            self._anchor = wall, ticks
            steady = wall
        elif steady - wall - self._told > WORTH_TELLING:
            self._told = steady - wall
            log.error(
                "the clock was set back by %.0f s; this desk goes on by the time before: "
                "end it with `killcord desk --stop` and start it anew",
                self._told,
            )
        return datetime.fromtimestamp(steady, UTC)

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return self._ticks()
