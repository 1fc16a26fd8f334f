"""The newest ticks of a symbol, packed: they come out as they went in, and so many are kept."""

from hypothesis import given
from hypothesis import strategies as st

from console.venue.history import QuoteHistory, TradeHistory
from console.venue.markets.market import QuoteTick, TradeTick

MOST = 6
moments = st.integers(0, 2**62)
sizes = st.integers(0, 2**40)
prices = st.floats(0.0001, 1e6)


@given(st.lists(st.tuples(moments, prices, sizes, prices, sizes)))
def test_quotes_come_out_as_they_went_in_but_for_the_oldest(rows):
    ticks = [QuoteTick("KO", *row) for row in sorted(rows)]
    history = QuoteHistory("KO", most=MOST)
    for tick in ticks:
        history.append(tick)

    assert history.between(0, 2**62) == ticks[-MOST:]
    assert len(history) == min(len(ticks), MOST)


@given(st.lists(moments, max_size=MOST), moments, moments)
def test_of_a_stretch_of_time_both_ends_are_told(times, start, end):
    history = TradeHistory("KO", most=MOST)
    ticks = [TradeTick("KO", at, 60.5, 100, "D", number) for number, at in enumerate(sorted(times))]
    for tick in ticks:
        history.append(tick)

    assert history.between(start, end) == [tick for tick in ticks if start <= tick.at <= end]


@given(st.lists(moments, unique=True), moments)
def test_a_late_print_stands_at_its_time_and_takes_no_ones_room(times, late_at):
    history = TradeHistory("KO", most=MOST)
    ticks = [TradeTick("KO", at, 60.5, 100, "Q", at) for at in sorted(times)]
    for tick in ticks:
        history.append(tick)
    late = TradeTick("KO", late_at, 60.0, 1, "D", -1, is_late=True)
    history.insert(late)

    kept = ticks[-MOST:] if len(ticks) >= MOST else sorted([*ticks, late], key=_in_order)
    assert history.between(0, 2**62) == kept


def test_a_history_is_as_large_when_it_begins_as_it_ever_gets():
    history = QuoteHistory("KO", most=MOST)
    rooms = set()
    for at in range(3 * MOST):
        history.append(QuoteTick("KO", at, 60.0, 100, 60.1, 100))
        rooms.add(history.room)

    assert rooms == {MOST * 40}


def _in_order(tick):
    return (tick.at, tick.is_late)
