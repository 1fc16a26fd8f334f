"""How often a connection that stands but does not tell may be opened anew. Promise S4."""

import random
from collections.abc import Callable

LONGEST_WAIT = 60.0
LIVED = 30.0
"""Seconds for which data must flow to count as a new beginning: one word after each try
does not."""
_MOST_SPREAD = 1.5


class Reopenings:
    """Waits that grow with each try in vain, spread so that a floor's desks do not march."""

    def __init__(
        self,
        first: float,
        *,
        longest: float = LONGEST_WAIT,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Wait `first` seconds before the first two tries, twice as long before each later one."""
        self._first = first
        self._longest = max(first, longest)
        self._chance = chance
        self.tries = 0
        self._flows_since: float | None = None
        self.wait = first
        """Seconds to wait before the next try."""

    def spend(self) -> None:
        """A try is made: the next one waits longer."""
        whole = min(self._first * 2.0 ** min(self.tries, 16), self._longest)
        self.tries += 1
        self._flows_since = None
        self.wait = whole * (1 + (_MOST_SPREAD - 1) * self._chance())

    def flow(self, now: float) -> None:
        """Data came; once it has come for long enough the next trouble is a new one."""
        if not self.tries:
            return
        if self._flows_since is None:
            self._flows_since = now
        elif now - self._flows_since >= LIVED:
            self.begin_anew()

    def begin_anew(self) -> None:
        """Forget the tries: whatever comes now is new."""
        self.tries, self.wait, self._flows_since = 0, self._first, None
