"""Bounded memory for ticks."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from console.desk.rings import Ring, Rings
from console.domain.conditions import counts_for
from tests.builders import at, quote, trade


@given(st.integers(1, 200), st.integers(0, 500))
def test_a_ring_holds_the_newest_rows_oldest_first(capacity, rows):
    ring = Ring(columns=2, capacity=capacity)
    for number in range(rows):
        ring.append(number, -number)

    first, second = ring.columns()

    kept = list(range(max(rows - capacity, 0), rows))
    assert len(ring) == len(kept)
    assert first.tolist() == kept
    assert second.tolist() == [-number for number in kept]


def test_what_was_read_does_not_change_afterwards():
    ring = Ring(columns=1, capacity=4)
    ring.append(1.0)

    (read,) = ring.columns()
    ring.append(2.0)

    assert read.tolist() == [1.0]


def test_trades_and_quotes_are_kept_apart_by_symbol():
    rings = Rings(capacity=10)
    rings.add(quote("AAPL", made_at=at(1)))
    rings.add(trade("MSFT", price=400.0, made_at=at(2)))

    assert [len(column) for column in rings.quotes("AAPL")] == [1] * 5
    assert rings.trades("MSFT")[1].tolist() == [400.0]
    assert [len(column) for column in rings.trades("AAPL")] == [0] * 5


@given(st.integers(1, 40), st.lists(st.integers(0, 60), max_size=120), st.integers(1, 9))
def test_a_ring_is_read_in_order_of_time_whatever_came_late(capacity, times, looks):
    ring = Ring(columns=2, capacity=capacity)
    for number, time in enumerate(times):
        ring.append(time, number)
        if number % looks == 0:
            ring.columns()

    at, which = (column.tolist() for column in ring.columns())

    assert at == sorted(at)
    assert len(at) == min(len(times), capacity)
    assert [times[int(number)] for number in which] == at
    assert all(a < b for (t, a), (u, b) in pairwise(zip(at, which, strict=True)) if t == u)


def test_a_price_that_is_told_again_has_no_volume_to_keep():
    rings = Rings(capacity=10)
    official = replace(trade("KO"), counts=counts_for(["M"]))

    rings.add(official)

    assert rings.trades("KO")[0].tolist() == []
