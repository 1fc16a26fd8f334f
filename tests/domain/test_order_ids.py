"""The names of our orders."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from console.domain.order_ids import OrderIds, epoch_of, is_ours, short_number, witness_of
from tests.builders import NOON


def test_a_name_is_never_given_twice():
    ids = OrderIds("3f2a17")

    assert [ids.next(), ids.next()] == ["kc-3f2a17-1", "kc-3f2a17-2"]


@given(st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0, 10**9))
def test_a_name_bears_witness_of_the_audit_and_stays_short(head, tenths):
    ids = OrderIds(epoch_of(NOON + timedelta(milliseconds=100 * tenths)), lambda: head)

    names = [ids.next() for _ in range(3)]

    assert all(head.startswith(witness_of(name)) for name in names)
    assert len({short_number(name) for name in names}) == len(names)
    assert all(len(name) <= 48 for name in names)


def test_a_name_without_a_witness_has_none():
    assert witness_of("kc-3f2a17-12") is None
    assert witness_of("5a2f1c8e-0000-4000-8000-000000000000") is None


def test_the_short_number_is_what_a_trader_types():
    assert short_number("kc-3f2a17-12") == "3f2a17-12"
    assert short_number("kc-3f2a17-12-9b1c44d0e2aa") == "3f2a17-12"
    assert short_number("5a2f1c8e-0000-4000-8000-000000000000") == "5a2f1c8e"
    assert is_ours("kc-3f2a17-12")
    assert not is_ours("5a2f1c8e")


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_every_tenth_of_a_second_has_its_own_epoch(tenths, later):
    first = NOON + timedelta(milliseconds=100 * tenths)

    assert epoch_of(first) != epoch_of(first + timedelta(milliseconds=100 * later))


def test_an_epoch_is_the_tenths_of_a_second_since_2024_in_digits_and_letters():
    first = datetime(2024, 1, 1, tzinfo=UTC)
    tenths = {0: "0", 1: "1", 9: "9", 10: "a", 35: "z", 36: "10", -5: "0"}

    told = {n: epoch_of(first + timedelta(milliseconds=100 * n)) for n in tenths}

    assert told == tenths
