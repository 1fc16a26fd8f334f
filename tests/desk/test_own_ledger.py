"""The desk's own ledger: each fill once, in any order, over restarts and splits."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.desk.ledger import Ledger, from_text
from console.domain.ledger import Holding
from console.domain.orders import Fill, Side
from console.domain.positions import Position
from console.domain.reconciliation import Subject
from tests.builders import at


def held(qty: str, average: str = "100", symbol: str = "AAPL") -> Position:
    return Position(
        symbol=symbol,
        qty=Decimal(qty),
        avg_entry_price=Decimal(average),
        qty_available=abs(Decimal(qty)),
    )


def traded(number: int, qty: int, price: str = "100", symbol: str = "AAPL") -> Fill:
    return Fill(
        execution_id=f"x-{number}",
        order="kc-t-1",
        symbol=symbol,
        side=Side.BUY if qty > 0 else Side.SELL,
        qty=Decimal(abs(qty)),
        price=Decimal(price),
        at=at(number),
    )


def booked(*fills: Fill, ledger: Ledger | None = None) -> Ledger:
    ledger = ledger or opened()
    for fill in fills:
        ledger.book(fill)
    return ledger


def opened(*positions: Position) -> Ledger:
    ledger = Ledger()
    ledger.begin(positions, ())
    return ledger


def plain(ledger: Ledger) -> dict[str, Holding]:
    return {symbol: replace(told, revision=0) for symbol, told in ledger.holdings.items()}


quantities = st.integers(-20, 20).filter(bool)
logs = st.lists(st.tuples(quantities, st.integers(90, 110).map(str)), max_size=12).map(
    lambda told: [traded(number, qty, price) for number, (qty, price) in enumerate(told)]
)


@given(logs, st.data())
def test_fills_told_in_any_order_and_again_make_one_ledger(fills, data):
    again = data.draw(st.lists(st.sampled_from(fills), max_size=5)) if fills else []
    shuffled = data.draw(st.permutations([*fills, *again]))

    assert plain(booked(*shuffled)) == plain(booked(*fills))


@given(logs, st.integers(0, 12))
def test_a_restart_between_any_two_fills_changes_nothing(fills, split):
    before = booked(*fills[:split])

    after = Ledger()
    after.take_up(from_text(before.to_text()), fills[:split])
    booked(*fills, ledger=after)

    assert plain(after) == plain(booked(*fills))


def test_a_holding_older_than_the_ledger_has_the_brokers_cost_and_no_entry():
    ledger = opened(held("10", "95"))

    booked(traded(1, 10, "105"), ledger=ledger)

    told = ledger.holdings["AAPL"]
    assert (told.qty, told.avg_cost, told.opened_at) == (Decimal(20), Decimal(100), None)


def test_fills_that_make_the_whole_position_tell_its_entry():
    ledger = Ledger()

    ledger.begin([held("10", "100")], [traded(1, 20, "100"), traded(2, -10, "103")])

    told = ledger.holdings["AAPL"]
    assert (told.opened_at, told.realized) == (at(1), Decimal(30))


def test_fills_that_make_a_part_of_the_position_leave_the_rest_unknown():
    ledger = Ledger()

    ledger.begin([held("15", "100")], [traded(1, -5, "103")])

    told = ledger.holdings["AAPL"]
    assert (told.qty, told.avg_cost, told.opened_at, told.realized) == (15, 100, None, None)


@pytest.mark.parametrize(("qty", "average"), [("20", "50"), ("5", "200"), ("30", "33.3333")])
def test_a_split_is_told_as_one_and_keeps_cost_and_entry(qty, average):
    ledger = booked(traded(1, 10, "100"))

    (found,) = ledger.differences([held(qty, average)]).values()
    ledger.adopt([held(qty, average)])

    assert found.subject is Subject.SPLIT
    assert ledger.holdings["AAPL"].qty == Decimal(qty)
    assert ledger.holdings["AAPL"].opened_at == at(1)
    assert ledger.differences([held(qty, average)]) == {}


def test_what_differs_otherwise_is_a_mismatch_and_the_broker_wins():
    ledger = booked(traded(1, 10, "100"), traded(2, -5, "101"))

    (found,) = ledger.differences([held("7", "99")]).values()
    ledger.adopt([held("7", "99")])

    assert found.subject is Subject.POSITION
    assert found.text == "Position in AAPL: we had 5, the broker has 7."
    told = ledger.holdings["AAPL"]
    assert (told.qty, told.avg_cost, told.realized) == (Decimal(7), Decimal(99), Decimal(5))


def test_what_is_gone_at_the_broker_is_flat_and_keeps_what_it_realized():
    ledger = booked(traded(1, 10, "100"), traded(2, -5, "101"))

    ledger.adopt([])

    told = ledger.holdings["AAPL"]
    assert (told.qty, told.cost, told.opened_at, told.realized) == (0, 0, None, Decimal(5))


def test_the_text_of_a_desk_that_kept_no_costs_is_read_and_completed():
    ledger = Ledger()
    ledger.take_up(from_text('{"AAPL": "10"}'), ())

    ledger.learn_costs([held("10", "95")])

    told = ledger.holdings["AAPL"]
    assert (told.qty, told.avg_cost, told.opened_at) == (Decimal(10), Decimal(95), None)


@pytest.mark.parametrize("text", ["[]", "{]", '{"AAPL": {}}', '{"AAPL": 10}', '{"AAPL": "ten"}'])
def test_what_is_no_ledger_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        from_text(text)
