"""Bounded memory for ticks."""

from hypothesis import given
from hypothesis import strategies as st

from console.desk.rings import Ring, Rings
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
    assert [len(column) for column in rings.trades("AAPL")] == [0] * 3
