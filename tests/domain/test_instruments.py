"""Ticks: the price steps of Regulation NMS."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from console.domain.instruments import is_on_tick, tick_size, to_tick

prices = st.decimals(Decimal("0.0001"), Decimal(1_000_000), allow_nan=False, allow_infinity=False)


def test_a_tick_is_a_cent_from_a_dollar_up_and_a_hundredth_of_it_below():
    assert tick_size(Decimal("1.00")) == Decimal("0.01")
    assert tick_size(Decimal("0.9999")) == Decimal("0.0001")
    assert is_on_tick(Decimal("0.9999"))
    assert not is_on_tick(Decimal("190.105"))


@given(prices)
def test_a_rounded_price_is_on_its_tick_and_at_most_half_a_tick_away(price):
    rounded = to_tick(price)

    assert is_on_tick(rounded)
    assert abs(rounded - price) <= tick_size(price) / 2


@given(prices)
def test_rounding_twice_is_rounding_once(price):
    assert to_tick(to_tick(price)) == to_tick(price)


def test_a_float_is_rounded_as_it_is_written():
    assert to_tick(0.1 + 0.2) == Decimal("0.3000")
    assert to_tick(190.105) == Decimal("190.10")
