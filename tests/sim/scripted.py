"""A world in which a test says what goes wrong, one request at a time; else nothing does."""

from pathlib import Path
from random import Random

from tests.sim.faults import Faults
from tests.sim.timeline import Timeline
from tests.sim.wire import Fate, Journey, Request
from tests.sim.world import World

SOON = 0.01


class ScriptedFaults(Faults):
    """Every request fares well but in an outage, and the next writes, whose fates were said."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(timeline, Random(0))
        self.are_over = True
        self.fates_of_writes: list[Fate] = []
        self.outage = Fate.ANSWERED
        self.cancels_take = 0.0
        self.reading_takes = 0.002
        self.disk_takes = 0.0

    def heal(self) -> None:
        super().heal()
        self.fates_of_writes.clear()
        self.outage = Fate.ANSWERED
        self.cancels_take = self.disk_takes = 0.0

    def journey(self, request: Request) -> Journey:
        fate = self.outage
        if request.method != "GET" and self.fates_of_writes:
            fate = self.fates_of_writes.pop(0)
        return Journey(fate=fate, connect=0.0, there=SOON, back=SOON, late=2.0)

    def read_seconds(self) -> float:
        return self.reading_takes

    def disk_seconds(self) -> float:
        return self.disk_takes or super().disk_seconds()

    def cancel_seconds(self) -> float:
        return self.cancels_take


class ScriptedWorld(World):
    """A venue with a market, a desk that trades, and no luck, good or bad."""

    def __init__(self, folder: Path) -> None:
        super().__init__(0, folder)
        self.faults = ScriptedFaults(self.timeline)
        self.venue.slow_cancel = self.faults.cancel_seconds
        self.timeline.after(0.1, self._market)
        self.start_desk()
        self.let_pass(2.0)

    def delay_latch(self, seconds: float) -> None:
        """Have the thread that writes the latch be busy for so long."""
        assert self._loop is not None
        self._loop.delay_disk(seconds)
