"""What goes wrong in one run: drawn from the seed, until everything heals."""

from collections.abc import Iterator
from random import Random

from tests.sim.timeline import Timeline
from tests.sim.wire import Fate, Journey, Request

BAD_FATES = tuple(fate for fate in Fate if fate is not Fate.ANSWERED)
LATEST_EFFECT = 4.0
"""Seconds after a 5xx within which its request may still take effect: less than the desk
waits before it calls an order absent. No client can guard against more than it waits for."""


class Faults:
    """The bad luck of one run: how likely each kind is, and when whole ways are down."""

    def __init__(self, timeline: Timeline, rng: Random) -> None:
        self._timeline = timeline
        self._rng = rng
        self.are_over = False
        self.fates = rng.sample(BAD_FATES, rng.randint(0, 5))
        self.badness = rng.choice([0.0, 0.03, 0.1, 0.3])
        self.slowness = rng.choice([0.0, 0.02, 0.05, 0.2])
        self.slow_connects = rng.choice([0.0, 0.05, 0.3])
        self.late_effects = rng.choice([0.0, 0.0, 0.1, 0.3])
        self.drop = rng.choice([0.0, 0.0, 0.1, 0.5])
        self.double = rng.choice([0.0, 0.1, 0.3])
        self.late = rng.choice([0.0, 0.1, 0.4])
        self.slow_cancels = rng.choice([0.0, 0.2, 0.6])
        self.slow_disk = rng.choice([0.0, 0.0, 0.01, 0.05])
        self._down: dict[str, float] = {}
        self._outage = Fate.NO_CONNECTION

    def heal(self) -> None:
        """Nothing goes wrong from now on."""
        self.are_over = True
        self._down.clear()

    def down(self, way: str, seconds: float) -> None:
        """Close a way: rest, streams, disk."""
        self._down[way] = self._timeline.now + seconds
        self._outage = self._rng.choice(
            [Fate.NO_CONNECTION, Fate.HANGS_BEFORE, Fate.FAILS_BEFORE, Fate.LOST_BEFORE]
        )

    def is_down(self, way: str) -> bool:
        """Whether a way is closed now."""
        return self._down.get(way, 0.0) > self._timeline.now

    def _happens(self, chance: float) -> bool:
        return not self.are_over and self._rng.random() < chance

    # REST

    def journey(self, request: Request) -> Journey:
        """Draw how one request fares."""
        rng = self._rng
        fate = Fate.ANSWERED
        if self.is_down("rest"):
            fate = self._outage
        elif self.fates and self._happens(self.badness):
            fate = rng.choice(self.fates)
        if fate is Fate.FAILS_LATE and not request.is_write:
            fate = Fate.FAILS_BEFORE  # only for an order does the desk wait that long
        if request.is_write and self._happens(self.late_effects):
            fate = Fate.FAILS_LATE
        slow = 3.0 if self._happens(self.slowness) else 0.02
        return Journey(
            fate=fate,
            connect=rng.uniform(0.0, 1.0) if self._happens(self.slow_connects) else 0.0,
            there=rng.uniform(0.0005, slow),
            back=rng.uniform(0.0005, slow),
            late=rng.uniform(0.0, LATEST_EFFECT),
        )

    # Streams

    def refuses_streams(self) -> bool:
        """Whether a connection is refused now."""
        return self.is_down("streams")

    def deliveries(self) -> Iterator[tuple[float, bool]]:
        """Yield when copies of one message arrive, and whether they keep their place in line."""
        rng = self._rng
        if self._happens(self.drop):
            return
        for _ in range(2 if self._happens(self.double) else 1):
            if self._happens(self.late):
                yield rng.uniform(0.05, 6.0), rng.random() < 0.5
            else:
                yield rng.uniform(0.0005, 0.03), True

    # Venue and disk

    def cancel_seconds(self) -> float:
        """Return how long a cancel stays pending."""
        return self._rng.uniform(0.1, 8.0) if self._happens(self.slow_cancels) else 0.0

    def disk_seconds(self) -> float:
        """Return how long the disk takes for one thing."""
        if self._happens(self.slow_disk):
            return self._rng.uniform(0.2, 7.0)
        return self._rng.uniform(0.0002, 0.004)

    def read_seconds(self) -> float:
        """Return how long the journal takes to tell a new desk what was."""
        return self._rng.uniform(0.5, 5.0) if self._happens(0.15) else 0.002

    def disk_trouble(self) -> str:
        """Return why nothing can be written now; empty when it can."""
        return "the disk is full" if self.is_down("disk") else ""
