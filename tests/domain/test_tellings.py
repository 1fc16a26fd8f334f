"""What is known of an order after it was told in several ways."""

from dataclasses import replace
from functools import reduce
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from console.domain.events import OrderUpdated
from console.domain.orders import LegRole, OrderClass, OrderStatus
from console.domain.state import TradingState, apply
from console.domain.tellings import newest
from tests.builders import order, sell
from tests.strategies import orders

ties = st.fixed_dictionaries(
    {
        "group": st.sampled_from([None, "g-1"]),
        "parent": st.sampled_from([None, "b-1"]),
        "role": st.sampled_from([None, LegRole.STOP_LOSS]),
        "replaces": st.sampled_from([None, "b-0"]),
        "is_foreign": st.booleans(),
    }
)
tied_orders = st.builds(lambda told, tie: replace(told, **tie), orders(), ties)


@given(st.lists(tied_orders, min_size=2, max_size=4))
def test_whatever_order_tellings_come_in_the_same_is_known_at_the_end(tellings):
    tellings = [replace(told, request=tellings[0].request) for told in tellings]

    ends = {repr(reduce(newest, told)) for told in permutations([*tellings, tellings[0]])}

    assert len(ends) == 1


@given(tied_orders, tied_orders)
def test_what_ties_an_order_to_others_is_never_forgotten(one, two):
    known = newest(one, replace(two, request=one.request))

    for name in ("group", "parent", "role", "replaces"):
        assert getattr(known, name) == (getattr(one, name) or getattr(two, name))
    assert known.is_foreign == (one.is_foreign and two.is_foreign)


def test_what_is_no_news_leaves_the_same_object():
    known = order(group="g-1", parent="b-1", role=LegRole.STOP_LOSS)

    assert newest(known, replace(known)) is known
    assert newest(known, replace(known, group=None, parent=None, role=None)) is known


def test_legs_told_with_their_order_stand_for_themselves():
    exit_ = sell(key="leg-1", order_class=OrderClass.BRACKET)
    leg = order("leg-1", OrderStatus.HELD, wanted=exit_, parent="b-kc-t-1")

    state = apply(TradingState(), OrderUpdated(order(legs=(leg,))))

    assert state.orders["leg-1"] == leg
    assert state.orders["kc-t-1"].legs == ()


def test_whose_an_order_is_does_not_decide_which_of_two_tellings_stands():
    theirs = order(is_foreign=True, reason="a")
    ours = order(is_foreign=False, reason="b")
    tellings = (theirs, ours, ours)

    ends = {repr(reduce(newest, told)) for told in permutations(tellings)}

    assert ends == {repr(ours)}


def test_our_own_word_that_an_order_is_absent_yields_to_the_broker_that_has_it():
    absent = order(status=OrderStatus.ABSENT, broker_id=None, updated=9)
    there = order(status=OrderStatus.NEW, updated=1)

    assert newest(absent, there).status is OrderStatus.NEW
    assert newest(there, absent).status is OrderStatus.NEW


def test_our_own_word_on_an_order_that_the_broker_has_named_is_no_word_of_the_brokers():
    lost = order(status=OrderStatus.UNKNOWN, updated=9)
    there = order(status=OrderStatus.NEW, updated=1)

    assert newest(lost, there).status is OrderStatus.NEW
    assert newest(there, lost).status is OrderStatus.NEW
