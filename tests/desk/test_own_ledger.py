"""The desk's own ledger: each fill once, in any order, over restarts and splits."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.desk.ledger import Ledger, from_text, holdings_of
from console.domain.fills import Fill
from console.domain.ledger import Holding, exchange_day
from console.domain.orders import Side
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
    assert told.realized is None


@pytest.mark.parametrize("text", ["[]", "{]", '{"AAPL": {}}', '{"AAPL": 10}', '{"AAPL": "ten"}'])
def test_what_is_no_ledger_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        from_text(text)


def test_a_fill_that_was_counted_makes_no_holding_a_second_time():
    ledger = opened()

    first, again = ledger.book(traded(1, 10)), ledger.book(traded(1, 10))

    assert (first.qty, again) == (10, None)


def test_fills_that_are_in_what_was_held_at_the_start_are_not_counted_again():
    began, taken_up = Ledger(), Ledger()
    began.begin([held("10", "100")], [traded(1, 10)])
    taken_up.take_up({"AAPL": Holding(symbol="AAPL", qty=Decimal(10))}, [traded(1, 10)])

    assert (began.book(traded(1, 10)), taken_up.book(traded(1, 10))) == (None, None)


def test_what_was_counted_before_the_ledger_began_is_not_counted_again():
    began, taken_up = booked(traded(1, 10), ledger=Ledger()), booked(traded(1, 10), ledger=Ledger())
    began.begin([held("10")], [])
    taken_up.take_up({}, [])

    assert (began.book(traded(1, 10)), taken_up.book(traded(1, 10))) == (None, None)


def test_a_fraction_of_a_share_splits_and_keeps_its_entry_as_whole_shares_do():
    half = replace(traded(1, 1, "100"), qty=Decimal("0.5"))
    split, changed = booked(half), booked(half)

    (found,) = split.differences([held("0.75", "66.6667")]).values()
    changed.adopt([held("0.75", "100")])

    assert found.subject is Subject.SPLIT
    assert changed.holdings["AAPL"].opened_at == at(1)


def test_a_position_that_the_broker_lists_as_flat_is_a_mismatch_and_no_split():
    (found,) = booked(traded(1, 10, "100")).differences([held("0")]).values()

    assert found.subject is Subject.POSITION


def test_each_telling_of_a_holding_has_a_larger_number_than_the_last():
    ledger = opened()

    numbers = [ledger.book(traded(n, 1)).revision for n in range(3)]

    assert numbers == [1, 2, 3]


def test_a_position_without_fills_has_realized_nothing_and_one_with_some_nobody_knows_what():
    ledger = Ledger()
    ledger.begin([held("10", "95"), held("7", "50", "MSFT")], [traded(1, 5, symbol="MSFT")])
    ledger_flat = Ledger()
    ledger_flat.begin([], [traded(1, -5), traded(2, 2)])

    plain_, known = ledger.holdings["AAPL"], ledger.holdings["MSFT"]
    assert (plain_.realized, plain_.day, plain_.cost) == (0, None, 950)
    assert (known.realized, known.day, known.cost) == (None, exchange_day(at(1)), 350)
    assert ledger_flat.holdings["AAPL"].cost == 0


def test_a_ledger_is_open_only_once_there_is_something_to_reckon_from():
    ledger = Ledger()
    before = ledger.is_open

    ledger.begin([], [])

    assert (before, ledger.is_open) == (False, True)


@pytest.mark.parametrize(
    ("qty", "opened_at"), [("7", at(1)), ("12", at(1)), ("-7", None), ("0", None)]
)
def test_a_quantity_that_is_taken_over_keeps_the_entry_on_the_same_side_only(qty, opened_at):
    ledger = booked(traded(1, 10, "100"))

    ledger.adopt([held(qty, "90")])

    told = ledger.holdings["AAPL"]
    assert (told.qty, told.opened_at) == (Decimal(qty), opened_at)
    assert told.cost == abs(Decimal(qty)) * 90


def test_what_agrees_is_kept_with_our_own_cost_and_what_was_not_known_is_learned():
    ledger = booked(traded(1, 10, "100"))
    ledger.take_up(from_text('{"MSFT": "4"}'), ())

    ledger.adopt([held("10", "97"), held("4", "50", "MSFT"), held("3", "20", "SPY")])

    costs = {symbol: told.cost for symbol, told in ledger.holdings.items()}
    assert costs == {"AAPL": 1000, "MSFT": 200, "SPY": 60}


def test_a_cost_is_learned_only_where_ours_is_unknown_and_the_quantity_is_the_same():
    ledger = booked(traded(1, 10, "100"))
    ledger.take_up(from_text('{"MSFT": "4", "SPY": "3"}'), ())

    ledger.learn_costs([held("10", "97"), held("5", "50", "MSFT"), held("3", "20", "SPY")])
    ledger.learn_costs([held("1", "1", "F")])

    costs = {symbol: told.cost for symbol, told in ledger.holdings.items()}
    assert costs == {"AAPL": 1000, "MSFT": None, "SPY": 60}


def test_a_fill_told_late_after_a_cost_was_learned_is_reckoned_on_top_of_it():
    ledger = Ledger()
    ledger.take_up(from_text('{"AAPL": "10"}'), ())
    ledger.book(traded(5, 10, "110"))
    ledger.learn_costs([held("20", "100")])

    booked(traded(9, 10, "130"), traded(7, 10, "120"), ledger=ledger)

    told = ledger.holdings["AAPL"]
    assert (told.qty, told.cost) == (40, 2000 + 1300 + 1200)


def test_two_fills_of_one_moment_are_both_counted_in_whichever_order_they_come():
    one, other = traded(1, 10, "100"), replace(traded(2, -10, "104"), at=at(1))

    ends = [booked(*told).holdings["AAPL"].realized for told in ((one, other), (other, one))]

    assert ends == [40, 40]


def test_differences_are_told_by_symbol_and_only_where_there_are_any():
    ledger = booked(traded(1, 10), traded(2, 5, symbol="MSFT"), traded(3, 1, symbol="F"))

    found = ledger.differences([held("10"), held("4", symbol="MSFT"), held("2", symbol="SPY")])

    assert {symbol: told.text for symbol, told in found.items()} == {
        "F": "Position in F: we had 1, the broker has 0.",
        "MSFT": "Position in MSFT: we had 5, the broker has 4.",
        "SPY": "Position in SPY: we had 0, the broker has 2.",
    }
    assert list(found) == ["F", "MSFT", "SPY"]
    assert {told.done for told in found.values()} == {
        "The broker's quantity and average were taken over."
    }


@pytest.mark.parametrize(
    ("ours", "qty", "average", "is_split"),
    [
        ("1000", "20", "50.05", True),
        ("1000", "20", "50.06", False),
        ("1000", "20", "49.95", True),
        ("1000", "20", "49.94", False),
        ("1000", "-10", "100", False),
        ("0", "20", "0", False),
        (None, "20", "50", False),
    ],
)
def test_a_split_is_what_costs_the_same_to_a_thousandth_and_lies_on_the_same_side(
    ours, qty, average, is_split
):
    ledger = Ledger()
    cost = None if ours is None else Decimal(ours)
    ledger.take_up({"AAPL": Holding(symbol="AAPL", qty=Decimal(10), cost=cost)}, ())

    (found,) = ledger.differences([held(qty, average)]).values()

    assert (found.subject is Subject.SPLIT) is is_split
    assert found.text.endswith("It cost the same: a split.") is is_split


def test_what_outlives_the_desk_is_what_is_held_and_what_the_newest_day_realized():
    yesterday, today = exchange_day(at(-86_400)), exchange_day(at(0))
    kept = {
        "A": Holding(symbol="A", qty=Decimal(5), day=yesterday, opened_at=at(1)),
        "B": Holding(symbol="B", realized=Decimal(7), day=today),
        "D": Holding(symbol="D", qty=Decimal(-2), cost=None, realized=None),
    }
    old = {"C": Holding(symbol="C", realized=Decimal(3), day=yesterday)}
    ledger = Ledger()
    ledger.take_up({**old, **kept}, ())

    assert from_text(ledger.to_text()) == kept
    assert list(json.loads(ledger.to_text())) == ["A", "B", "D"]


def test_what_is_held_is_told_by_symbol_without_what_is_flat():
    assert holdings_of([held("10"), held("0", symbol="F")]) == {"AAPL": 10}


def test_a_ledger_that_cannot_be_read_is_shown_as_it_was_found():
    with pytest.raises(ValueError, match=r"these are no holdings: '\[\]'"):
        from_text("[]")
