"""Orders and their requests."""

from dataclasses import replace
from decimal import Decimal
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given

from console.domain.orders import Order, OrderStatus, OrderType, TimeInForce
from console.domain.tellings import newest
from tests.builders import buy, order
from tests.strategies import orders


@given(orders(), orders(), orders())
def test_the_newest_word_is_a_maximum_over_a_total_order(one, two, three):
    def best(*tellings: Order) -> str:
        known = tellings[0]
        for told in tellings[1:]:
            known = newest(known, told)
        return repr(known)

    assert best(one, two) == best(two, one)
    assert best(one, two, three) == best(three, one, two) == best(two, three, one)
    assert newest(one, one) is one


def test_quantities_that_are_equal_but_written_otherwise_have_one_newest_word_too():
    short, long = order(filled="1"), order(filled="1.0")
    between = replace(short, reason="because")
    tellings = [short, long, between]

    newest_words = {repr(reduce(newest, told)) for told in permutations(tellings)}

    assert len(newest_words) == 1


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"qty": "0"}, "the quantity must be more than 0"),
        ({"qty": "-5"}, "the quantity must be more than 0"),
        ({"limit": "0"}, "the limit price must be more than 0"),
        ({"limit": None, "order_type": OrderType.LIMIT}, "a limit order needs a limit price"),
        ({"limit": None, "order_type": OrderType.STOP}, "a stop order needs a stop price"),
        ({"order_type": OrderType.STOP_LIMIT}, "a stop limit order needs a stop price"),
        ({"limit": None, "order_type": OrderType.TRAILING_STOP}, "needs a trail"),
    ],
)
def test_terms_that_make_no_order_are_told_in_a_sentence(terms, sentence):
    with pytest.raises(ValueError, match=sentence):
        buy(**terms)


def test_a_request_reads_as_the_trader_would_write_it():
    assert str(buy("100", limit="190.10")) == "buy 100 AAPL @ 190.10 day"
    market = buy("5", limit=None, time_in_force=TimeInForce.IOC)
    assert str(market) == "buy 5 AAPL mkt ioc"
    assert str(buy("1", limit="263.2")) == "buy 1 AAPL @ 263.20 day"
    assert str(buy("1", limit="0.1234")) == "buy 1 AAPL @ 0.1234 day"


@pytest.mark.parametrize("status", OrderStatus)
def test_what_is_closed_has_nothing_left_to_fill(status):
    told = order(status=status, filled="4")

    assert told.leaves_qty == (Decimal(0) if status.is_closed else Decimal(6))
    assert told.is_open is not status.is_closed
