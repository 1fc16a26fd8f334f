"""The desk's time goes forward, whatever is done to the machine's clock."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from console.adapters.system_clock import SystemClock


class Machine:
    """A machine whose clocks do as they are told."""

    def __init__(self) -> None:
        self.wall = 1_700_000_000.0
        self.ticks = 50.0
        self.clock = SystemClock(lambda: self.wall, lambda: self.ticks)

    def run(self, seconds: float) -> None:
        self.wall += seconds
        self.ticks += seconds


def test_it_says_the_machines_time():
    machine = Machine()
    machine.run(1.5)

    assert machine.clock.now() == datetime.fromtimestamp(machine.wall, UTC)


def test_after_a_sleep_it_is_as_late_as_the_machine_says():
    machine = Machine()
    machine.wall += 3_600

    assert machine.clock.now() == datetime.fromtimestamp(machine.wall, UTC)


def test_set_back_it_goes_on_at_its_own_pace_and_says_so(caplog):
    machine = Machine()
    before = machine.clock.now()

    machine.wall -= 3_600
    machine.run(5)
    machine.clock.now()

    assert machine.clock.now() - before == timedelta(seconds=5)
    assert [record.message[:37] for record in caplog.records] == [
        "the clock was set back by 3600 s; thi"
    ]


@given(st.lists(st.tuples(st.floats(-5_000, 5_000), st.floats(0, 100))))
def test_it_never_goes_back_and_never_slower_than_time(steps):
    machine = Machine()
    for jump, pace in steps:
        before = machine.clock.now()
        machine.wall += jump
        machine.run(pace)

        passed = (machine.clock.now() - before).total_seconds()
        assert passed >= pace - 1e-3
