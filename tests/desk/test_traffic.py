"""A minute of orders: counted to the second, and each rejection once."""

from types import SimpleNamespace

import pytest

from console.desk.store import Store
from console.desk.traffic import MINUTE, Traffic
from console.domain.events import OrderUpdated
from console.domain.orders import OrderStatus
from tests.builders import buy, order

REJECTED, CANCELED = OrderStatus.REJECTED, OrderStatus.CANCELED


class Counted:
    """Traffic at a time that the test says."""

    def __init__(self) -> None:
        self.seconds, self.store = 100.0, Store()
        self.traffic = Traffic(
            store=self.store, clock=SimpleNamespace(monotonic=lambda: self.seconds)
        )

    def tell(self, *orders) -> None:
        self.store.apply(*(OrderUpdated(one) for one in orders))


def test_only_what_the_broker_rejects_from_now_on_counts_and_once():
    counted = Counted()
    counted.tell(order("old", REJECTED), order("new"), order("other"))
    counted.traffic.start()

    counted.tell(order("old", REJECTED, updated=1), order("new", REJECTED, updated=1))
    counted.tell(order("new", REJECTED, updated=2), order("other", REJECTED, updated=2))

    assert counted.traffic.rejected == 2


def test_a_rejection_of_another_program_does_not_count():
    counted = Counted()
    counted.traffic.start()

    counted.tell(order("theirs", REJECTED, is_foreign=True))

    assert counted.traffic.rejected == 0


def test_a_minute_is_over_to_the_second():
    counted = Counted()
    counted.traffic.start()
    counted.traffic.note(buy(key="a"), is_sent=True)
    counted.tell(order("a", REJECTED))

    before = (counted.traffic.sent, counted.traffic.rejected)
    counted.seconds += MINUTE

    assert before == (1, 1)
    assert (counted.traffic.sent, counted.traffic.rejected) == (0, 0)


def test_what_was_asked_for_up_to_the_re_arm_is_acknowledged():
    counted = Counted()
    counted.traffic.note(buy(key="a"), is_sent=False)

    counted.traffic.acknowledge()

    assert counted.traffic.asked == 0


@pytest.mark.parametrize(("filled", "age"), [("0", None), ("0.5", 3.0), ("1", 3.0)])
def test_a_canceled_order_of_which_something_was_filled_still_stands(filled, age):
    counted = Counted()
    counted.traffic.note(buy(key="a"), is_sent=True)
    counted.tell(order("a", CANCELED, filled=filled))

    counted.seconds += 3

    assert counted.traffic.age_of_twin(buy(key="b")) == age
