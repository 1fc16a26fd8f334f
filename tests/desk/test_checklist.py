"""The steps of a halt: each timed from the pull, each change told once."""

from console.desk.checklist import Checklist
from console.domain.halt import HaltStep, StepStatus
from tests.desk.fakes import FakeClock


class StoppedClock(FakeClock):
    """Stands still unless it is moved."""

    def monotonic(self) -> float:
        return self._moved


def test_it_lists_the_steps_in_the_order_in_which_they_come():
    names = [step.name for step in Checklist(StoppedClock()).steps]

    assert names == ["latch", "drain", "sweep", "proof", "flatten", "fence", "receipt"]


def test_a_step_that_has_ended_keeps_its_time_since_the_pull():
    clock = StoppedClock()
    checklist = Checklist(clock)
    clock.move(1.23456)
    checklist.tick("latch", StepStatus.DONE, "on the disk")
    checklist.tick("drain", StepStatus.FAILED, "2 sends got no answer")
    clock.move(1.0)

    latch, drain, *_ = checklist.steps

    assert latch == HaltStep(
        name="latch", status=StepStatus.DONE, detail="on the disk", elapsed_ms=1_234.6
    )
    assert (drain.status, drain.elapsed_ms) == (StepStatus.FAILED, 1_234.6)


def test_a_step_that_runs_or_waits_has_no_time_yet():
    checklist = Checklist(StoppedClock())
    for status in (StepStatus.DONE, StepStatus.RUNNING, StepStatus.WAITING):
        checklist.tick("fence", status)

    assert checklist.steps[5] == HaltStep(name="fence", status=StepStatus.WAITING)


def test_only_what_is_new_is_news_and_a_detail_stays_until_another_comes():
    checklist = Checklist(StoppedClock())

    news = [
        checklist.tick("sweep", StepStatus.RUNNING, "canceling"),
        checklist.tick("sweep", StepStatus.RUNNING, "canceling"),
        checklist.tick("sweep", StepStatus.RUNNING),
        checklist.tick("sweep", StepStatus.RUNNING, "2 are left"),
        checklist.tick("sweep", StepStatus.DONE),
    ]

    assert news == [True, False, False, True, True]
    assert checklist.steps[2].detail == "2 are left"


def test_a_pull_anew_forgets_what_was_and_counts_what_has_passed_already():
    clock = StoppedClock()
    checklist = Checklist(clock)
    checklist.tick("latch", StepStatus.DONE, "on the disk")
    clock.move(5.0)

    checklist.begin(already_s=2.0)
    clock.move(0.5)

    assert checklist.elapsed_ms == 2_500.0
    assert checklist.steps[0] == HaltStep(name="latch")
    checklist.begin()
    assert checklist.elapsed_ms == 0.0
