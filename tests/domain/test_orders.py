"""Orders and their requests."""

from dataclasses import replace
from decimal import Decimal
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given

from console.domain.orders import Order, OrderClass, OrderStatus, OrderType, TimeInForce
from console.domain.prices import dollars
from console.domain.tellings import newest
from tests.builders import buy, order, sell
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


D = Decimal
TRAILING = {"limit": None, "order_type": OrderType.TRAILING_STOP}
EXITS = {"take_profit": D(196), "stop_loss": D("187.5")}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (sell("0.50", extended_hours=True), "sell 0.50 AAPL @ 190.00 day ext"),
        (buy("1E+2", limit="5"), "buy 100 AAPL @ 5.00 day"),
        (buy("2", limit=None, notional=D("1E+3")), "buy $1000 AAPL mkt day"),
        (
            sell(limit=None, order_type=OrderType.STOP, stop_price=D(187)),
            "sell 10 AAPL stop 187.00 day",
        ),
        (
            buy(limit="196", order_type=OrderType.STOP_LIMIT, stop_price=D("195.5")),
            "buy 10 AAPL stop 195.50 @ 196.00 day",
        ),
        (sell(**TRAILING, trail_price=D("1.5")), "sell 10 AAPL trail 1.50 day"),
        (sell(**TRAILING, trail_percent=D("1E+1")), "sell 10 AAPL trail 10% day"),
        (
            sell(**TRAILING, trail_price=D(1), stop_price=D(187)),
            "sell 10 AAPL stop 187.00 trail 1.00 day",
        ),
        (
            sell(**TRAILING, trail_percent=D(1), stop_price=D(187)),
            "sell 10 AAPL stop 187.00 trail 1% day",
        ),
        (
            buy(limit="196", order_type=OrderType.MARKET, stop_price=D(187)),
            "buy 10 AAPL mkt stop 187.00 @ 196.00 day",
        ),
        (
            buy(order_class=OrderClass.BRACKET, **EXITS, stop_loss_limit=D(187)),
            "buy 10 AAPL @ 190.10 tp 196.00 sl 187.50/187.00 day",
        ),
        (
            buy(limit=None, order_class=OrderClass.OTO, stop_loss=D(187)),
            "buy 10 AAPL mkt sl 187.00 day",
        ),
        (
            sell(limit="196", order_class=OrderClass.OCO, **EXITS),
            "sell 10 AAPL oco tp 196.00 sl 187.50 day",
        ),
        (sell(limit="196", order_class=OrderClass.OCO), "sell 10 AAPL @ 196.00 oco day"),
        (sell(limit="196", order_class=OrderClass.BRACKET), "sell 10 AAPL @ 196.00 bracket day"),
    ],
)
def test_every_term_of_a_request_can_be_read(wanted, words):
    assert str(wanted) == words


def test_a_price_that_is_no_number_is_shown_as_that():
    assert (dollars(D("Infinity")), dollars(D("NaN")), dollars(D(5))) == ("Infinity", "NaN", "5.00")


@pytest.mark.parametrize("status", OrderStatus)
def test_what_is_closed_has_nothing_left_to_fill(status):
    told = order(status=status, filled="4")

    assert told.leaves_qty == (Decimal(0) if status.is_closed else Decimal(6))
    assert told.is_open is not status.is_closed
