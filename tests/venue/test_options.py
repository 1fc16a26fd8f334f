"""The formulas of Black and Scholes, held against textbook values and laws."""

from datetime import date
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.venue.markets.options import RATE, Contract, implied, touch, value

TERMS = {
    "spot": st.floats(5, 1_000),
    "strike": st.floats(5, 1_000),
    "years": st.floats(0.01, 2),
    "volatility": st.floats(0.05, 1.5),
}


def test_an_option_at_the_money_is_worth_what_the_tables_say():
    call = value(spot=100, strike=100, years=1, volatility=0.2, is_call=True)

    assert call.price == pytest.approx(9.9251, abs=1e-4)
    assert call.delta == pytest.approx(0.6179, abs=1e-4)


@given(**TERMS)
def test_put_and_call_stand_in_parity(spot, strike, years, volatility):
    terms = {"spot": spot, "strike": strike, "years": years, "volatility": volatility}
    call, put = (value(**terms, is_call=flag) for flag in (True, False))

    discounted = strike * exp(-RATE * years)
    assert call.price - put.price == pytest.approx(spot - discounted, abs=1e-6 * spot)
    assert call.delta - put.delta == pytest.approx(1)
    assert call.gamma == put.gamma >= 0
    assert 0 <= call.price <= spot


@given(**TERMS)
def test_the_greeks_are_the_slopes_of_the_price(spot, strike, years, volatility):
    step = spot * 1e-4
    terms = {"strike": strike, "years": years, "volatility": volatility, "is_call": True}

    rise = value(spot=spot + step, **terms).price - value(spot=spot - step, **terms).price

    assert rise / (2 * step) == pytest.approx(value(spot=spot, **terms).delta, abs=1e-3)
    assert implied(volatility, spot=spot, strike=strike, years=years) >= volatility


@given(st.floats(0, 2_000))
def test_the_touch_holds_the_worth_between_whole_cents(price):
    bid, ask = touch(price)

    assert 0 <= bid <= price <= ask
    assert round(bid * 100) == pytest.approx(bid * 100)


def test_a_contract_is_named_as_the_clearing_house_names_it():
    contract = Contract(
        underlying="AAPL", expires_on=date(2026, 12, 18), is_call=True, strike_mills=250_000
    )

    assert contract.symbol == "AAPL261218C00250000"
    assert contract.name == "AAPL Dec 18 2026 250 Call"
