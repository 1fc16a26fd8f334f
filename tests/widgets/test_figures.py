from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets import figures
from widgets.cells import UNKNOWN

FORMATS = (
    figures.price,
    figures.money,
    figures.signed,
    figures.percent,
    figures.qty,
    figures.volume,
    figures.spread,
    figures.tenths,
)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_not_known_is_a_dash_and_never_a_zero(format_, value):
    assert format_(value) == "—"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (figures.price(1234.5), "1,234.50"),
        (figures.price(0.4321), "0.4321"),
        (figures.price(Decimal("0.4321")), "0.4321"),
        (figures.signed(Decimal("-0.004")), "0.00"),
        (figures.signed(12.5), "+12.50"),
        (figures.percent(-1.234), "-1.23%"),
        (figures.percent(0.0), "0.00%"),
        (figures.qty(Decimal(100)), "100"),
        (figures.qty(Decimal("12.50")), "12.5"),
        (figures.qty(Decimal("1E+2")), "100"),
        (figures.volume(950), "950"),
        (figures.volume(12_345), "12.3K"),
        (figures.volume(999_960), "1.00M"),
        (figures.volume(1_200_000_000), "1.20B"),
        (figures.spread(0.02), "0.02"),
        (figures.spread(0.0003), "0.0003"),
        (figures.age(0.4), "<1s"),
        (figures.age(59.9), "59s"),
        (figures.age(3_700), "1h"),
        (figures.age(90_000), "1d"),
        (figures.countdown(7_985), "2:13:05"),
        (figures.countdown(184), "3:04"),
        (figures.countdown(-5), "0:00"),
        (figures.countdown(183_600), "2d 3h"),
        (figures.clock(datetime(2026, 7, 1, 13, 30, tzinfo=UTC)), "09:30:00"),
        (figures.clock(datetime(2026, 12, 1, 14, 30, tzinfo=UTC)), "09:30:00"),
    ],
)
def test_figures_read_as_traders_write_them(text, shown):
    assert text == shown


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9))
def test_a_change_carries_its_direction_without_colour(value):
    text = figures.signed(value)

    assert text[0] == "+" or text[0] == "-" or float(text) == 0
    assert figures.arrow(value) in {"▲", "▼", " "}


def test_an_unknown_change_has_no_direction():
    assert figures.change(figures.DASH, None) is UNKNOWN
