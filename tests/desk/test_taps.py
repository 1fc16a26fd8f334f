"""Taps: every tick in its order, within bounds that are said."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from console.desk.taps import AT_ONCE, MOST_KEPT, MOST_TAPS, PATIENCE, Taps
from console.domain.market import Quote, Trade
from tests.builders import NOON

SYMBOLS = ("AAPL", "MSFT", "SPY")


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self):
        return self.seconds


def tick(number, symbol="AAPL", *, is_quote=True):
    times = {"at": NOON, "received_at": NOON, "symbol": symbol}
    if is_quote:
        return Quote(bid=float(number), bid_size=1.0, ask=number + 1.0, ask_size=1.0, **times)
    return Trade(price=float(number), size=1.0, **times)


@given(
    batches=st.lists(
        st.lists(st.tuples(st.sampled_from(SYMBOLS), st.booleans()), max_size=8), max_size=12
    ),
    asks=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_every_tick_of_the_wanted_symbols_comes_once_and_in_its_order(batches, asks):
    taps, told, number, expected = Taps(Clock()), [], 0, []
    taps.take("a", ["AAPL", "SPY"])
    for batch, is_asked in zip(batches, asks, strict=False):
        ticks = []
        for symbol, is_quote in batch:
            ticks.append(tick(number, symbol, is_quote=is_quote))
            number += 1
        taps.hear(ticks)
        expected += [one for one in ticks if one.symbol != "MSFT"]
        if is_asked:
            told += taps.take("a", ["AAPL", "SPY"])
    told += taps.take("a", ["AAPL", "SPY"])

    assert told == expected


def test_what_does_not_fit_is_counted_and_the_newest_stay():
    taps = Taps(Clock())
    taps.take("a", ["AAPL"])
    taps.hear([tick(number) for number in range(MOST_KEPT + 5)])

    first = taps.take("a", ["AAPL"])
    again = taps.take("a", ["AAPL"])

    assert (first.missed, again.missed) == (5, 0)
    assert first.has_more
    assert [one.bid for one in first][:2] == [5.0, 6.0]
    assert len(tuple(first)) == AT_ONCE


def test_a_follower_that_died_costs_nothing_and_there_are_never_many():
    clock = Clock()
    taps = Taps(clock)
    for number in range(MOST_TAPS):
        taps.take(f"tap {number}", ["AAPL"])
    one_too_many = taps.take("late", ["AAPL"])
    clock.seconds = PATIENCE + 1
    taps.hear([tick(1)])

    assert one_too_many is None
    assert not taps.is_open
    assert taps.take("late", ["AAPL"]) is not None
