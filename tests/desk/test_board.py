"""What everybody sees of a halt: told at once, each telling newer than the last."""

from console.desk.board import Board
from console.desk.cord import Cord
from console.desk.latch import Latched
from console.desk.store import Store
from console.domain.events import OrderUpdated
from console.domain.halt import StepStatus
from console.domain.orders import OrderStatus
from tests.builders import NOON, order
from tests.desk.fakes import FakeClock


class Told:
    """A board beside a cord that was pulled."""

    def __init__(self, folder) -> None:
        self.store, self.clock, self.cord = Store(), FakeClock(), Cord(folder / "HALT")
        self.cord.said = Latched(id="h-1", reason="smoke", by="ann", at=NOON.isoformat())
        self.board = Board(cord=self.cord, store=self.store, clock=self.clock, profile="paper")

    @property
    def halt(self):
        return self.store.state.halt


async def test_a_halt_that_begins_has_no_past(tmp_path):
    told = Told(tmp_path)
    told.board.is_question_open, told.board.receipt = True, "proven"

    told.board.begin(())
    told.board.tick("latch", StepStatus.DONE)

    step = told.halt.steps[0]
    assert (told.halt.is_question_open, told.halt.is_confirmed) == (False, False)
    assert (step.status, step.detail, step.elapsed_ms) == (StepStatus.DONE, "", 0.0)


async def test_it_says_for_which_account_it_holds(tmp_path):
    told = Told(tmp_path)

    told.board.tell()

    assert told.halt.covers
    assert told.halt.covers == told.board.covers


async def test_the_end_of_an_order_is_timed_from_the_pull_and_only_once(tmp_path):
    told = Told(tmp_path)
    told.board.begin({"a"})
    for key in ("a", "b"):
        told.store.apply(OrderUpdated(order(key)))
    told.clock.move(0.25)
    told.store.apply(OrderUpdated(order(key="a", status=OrderStatus.CANCELED, updated=1)))
    told.clock.move(1.0)

    told.board.tell()

    (line,) = told.halt.orders
    assert (line.order, line.status, line.elapsed_ms) == ("a", "canceled", 250.0)


async def test_each_telling_is_newer_than_those_of_a_former_desk_and_than_the_last(tmp_path):
    told = Told(tmp_path)
    noon = int(NOON.timestamp() * 1_000)

    told.board.tell()
    first = told.store.state.halt_revision
    told.board.tell_lifted()

    assert first == noon
    assert told.store.state.halt_revision == noon + 1
    assert told.halt is None
