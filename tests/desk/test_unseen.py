"""What was executed since the positions were asked for, counted until they show it."""

import logging
from decimal import Decimal
from types import SimpleNamespace

import pytest

from console.desk.store import Store
from console.desk.unseen import UnseenFills
from console.domain.events import OrderUpdated, PositionsReported
from console.domain.orders import OrderStatus, Side
from tests.builders import at, order

PART = OrderStatus.PARTIALLY_FILLED


class Hearing:
    """Unseen fills at a time that the test says."""

    def __init__(self, filled: str = "0") -> None:
        self.seconds, self.store = 0.0, Store()
        self.store.apply(OrderUpdated(order(status=PART, filled=filled)))
        clock = SimpleNamespace(now=lambda: at(self.seconds))
        self.unseen = UnseenFills(store=self.store, clock=clock)
        self.unseen.start()

    def hear(self, filled: str, seconds: float, updated: float | None = None) -> None:
        self.seconds = seconds
        told = order(status=PART, filled=filled, updated=seconds if updated is None else updated)
        self.store.apply(OrderUpdated(told))

    def ask(self, seconds: float) -> None:
        self.store.apply(PositionsReported(positions=(), at=at(seconds)))

    @property
    def qty(self) -> Decimal:
        return self.unseen.qty("AAPL", Side.BUY)


def test_only_what_came_after_the_start_is_unseen():
    hearing = Hearing(filled="3")

    hearing.hear("5", 1)

    assert hearing.qty == 2


def test_several_fills_of_an_order_add_up_and_positions_take_in_those_before_them():
    hearing = Hearing()
    for seconds, filled in ((1, "2"), (2, "5"), (3, "9")):
        hearing.hear(filled, seconds)
    assert hearing.qty == 9

    hearing.ask(2.5)

    assert hearing.qty == 4
    hearing.ask(3.5)
    assert hearing.qty == 0


def test_a_fill_of_the_moment_of_the_question_is_in_its_answer():
    heard_before, heard_after = Hearing(), Hearing()

    heard_before.hear("5", 1)
    heard_before.ask(1)
    heard_after.ask(1)
    heard_after.hear("5", 1)

    assert (heard_before.qty, heard_after.qty) == (0, 0)


@pytest.mark.parametrize(("age", "unseen"), [(5, 5), (6, 0)])
def test_old_news_were_in_the_positions_before_we_heard_of_them(age, unseen, caplog):
    hearing = Hearing()
    hearing.ask(9)

    with caplog.at_level(logging.ERROR):
        hearing.hear("5", 10, updated=10 - age)

    assert hearing.qty == unseen
    assert not caplog.records
