"""Average cost, realized P&L and the time of entry, from nothing but fills."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.fills import Fill
from console.domain.ledger import Holding, book_all, exchange_day, realized_on
from console.domain.orders import Side
from tests.builders import at

FLAT = Holding(symbol="AAPL")


def traded(*fills: tuple[str, str, str]) -> list[Fill]:
    """Fills a second apart: side, quantity, price."""
    return [
        Fill(
            execution_id=f"x-{number}",
            order="kc-t-1",
            symbol="AAPL",
            side=Side(side),
            qty=Decimal(qty),
            price=Decimal(price),
            at=at(number),
        )
        for number, (side, qty, price) in enumerate(fills)
    ]


def test_a_second_purchase_is_averaged_in_and_the_entry_stays():
    held = book_all(FLAT, traded(("buy", "10", "100"), ("buy", "30", "104")))

    assert (held.qty, held.avg_cost) == (Decimal(40), Decimal(103))
    assert held.opened_at == at(0)
    assert held.realized == 0


def test_a_sale_realizes_over_the_average_and_leaves_it():
    held = book_all(FLAT, traded(("buy", "10", "100"), ("buy", "10", "110"), ("sell", "5", "120")))

    assert held.realized == Decimal(75)
    assert (held.qty, held.avg_cost) == (Decimal(15), Decimal(105))


@pytest.mark.parametrize(("side", "other", "gain"), [("buy", "sell", -20), ("sell", "buy", 20)])
def test_a_holding_that_is_closed_has_neither_cost_nor_entry(side, other, gain):
    held = book_all(FLAT, traded((side, "10", "100"), (other, "10", "98")))

    assert (held.qty, held.cost, held.avg_cost, held.opened_at) == (0, 0, None, None)
    assert held.realized == gain


def test_an_order_through_flat_closes_one_holding_and_opens_another():
    held = book_all(FLAT, traded(("buy", "10", "100"), ("sell", "15", "90")))

    assert held.realized == Decimal(-100)
    assert (held.qty, held.avg_cost, held.opened_at) == (Decimal(-5), Decimal(90), at(1))


def test_what_was_not_known_stays_unknown_until_it_is_closed():
    old = Holding(symbol="AAPL", qty=Decimal(10), cost=None)

    part = book_all(old, traded(("sell", "4", "100")))
    through = book_all(old, traded(("sell", "15", "100")))

    assert (part.cost, part.opened_at, part.realized) == (None, None, None)
    assert (through.qty, through.avg_cost, through.opened_at) == (Decimal(-5), Decimal(100), at(0))
    assert realized_on(exchange_day(at(0)), [through, FLAT]) is None


def test_a_new_day_of_the_exchange_begins_at_nothing_realized():
    # 03:59 and 04:01 UTC in summer lie on both sides of New York's midnight
    late = datetime(2026, 7, 7, 3, 59, tzinfo=UTC)
    early = datetime(2026, 7, 7, 4, 1, tzinfo=UTC)
    bought, sold, again = traded(("buy", "2", "10"), ("sell", "1", "12"), ("sell", "1", "13"))

    def told(fill, moment):
        return Fill(**{name: getattr(fill, name) for name in FIELDS} | {"at": moment})

    before = book_all(FLAT, [told(bought, late), told(sold, late)])
    after = book_all(before, [told(again, early)])

    assert before.realized_on(exchange_day(late)) == 2
    assert before.realized_on(exchange_day(early)) == 0
    assert after.realized_on(exchange_day(early)) == 3


def test_a_fraction_of_a_share_is_added_to_and_taken_off_like_whole_ones():
    held = book_all(
        FLAT, traded(("buy", "0.5", "100"), ("buy", "0.5", "104"), ("sell", "1", "110"))
    )

    assert (held.qty, held.cost, held.realized) == (0, 0, 8)


def test_what_several_symbols_realized_on_a_day_adds_up():
    day = exchange_day(at(0))
    gain, loss, old = (
        Holding(symbol=symbol, realized=Decimal(realized), day=when)
        for symbol, realized, when in (
            ("AAPL", 7, day),
            ("F", -5, day),
            ("MSFT", 100, exchange_day(at(-86_400))),
        )
    )

    assert realized_on(day, [gain, loss, gain, old]) == 9
    assert realized_on(day, []) == 0


FIELDS = ("execution_id", "order", "symbol", "side", "qty", "price")
prices = st.integers(1, 10_000).map(lambda cents: str(Decimal(cents) / 100))
trades = st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 50).map(str), prices)


@given(st.lists(trades, max_size=30))
def test_no_cent_is_lost_between_cash_cost_and_what_was_realized(told):
    fills = traded(*told)

    held = book_all(FLAT, fills)

    cash = sum((-fill.qty * fill.side.sign * fill.price for fill in fills), Decimal(0))
    open_cost = (held.cost or Decimal(0)) * (1 if held.qty > 0 else -1)
    assert held.qty == sum((fill.qty * fill.side.sign for fill in fills), Decimal(0))
    assert abs(held.realized - (cash + open_cost)) < Decimal("1e-15")
