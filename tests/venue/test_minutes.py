"""Minutes that were told long ago are packed away, and read back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from console.domain.market import Timeframe
from console.venue.markets.bars import BarBook, aggregate
from console.venue.markets.market import MarketBar, TradeTick
from console.venue.markets.minutes import AT_HAND, BLOCK, Minutes, OldMinutes
from console.venue.wire.timestamps import MINUTE

FOREVER = 2**62
COUNT = 12 * BLOCK + 7


def bar(number: int) -> MarketBar:
    price = 100 + number % 50 / 100
    return MarketBar(number * MINUTE, price, price + 1, price - 1, price, 100 + number, 3, price)


BARS = [bar(number) for number in range(COUNT)]
places = st.integers(-5, COUNT + 5)


def told_one_by_one() -> Minutes:
    minutes = Minutes(OldMinutes())
    for each in BARS:
        minutes.append(each)
    return minutes


MINUTES = told_one_by_one()


def test_only_the_newest_hours_are_at_hand():
    assert len(MINUTES.at_hand) < AT_HAND + BLOCK
    assert MINUTES.at_hand[-1] == BARS[-1]


@given(places, places, st.integers(0, MINUTE - 1))
def test_every_stretch_of_time_is_read_back_as_it_was_told(first, last, offset):
    start, end = first * MINUTE - offset, last * MINUTE + offset

    assert MINUTES.between(start, end) == [b for b in BARS if start <= b.at <= end]


@given(st.integers(0, COUNT))
def test_all_but_the_oldest_are_read_back(count):
    assert list(MINUTES.after(count)) == BARS[count:]


def test_a_full_disk_keeps_them_at_hand():
    class FullDisk(OldMinutes):
        def put(self, bars):
            raise OSError("no space left")

    minutes = Minutes(FullDisk())

    minutes.extend(BARS)

    assert minutes.between(0, FOREVER) == BARS


def test_longer_bars_that_are_asked_for_late_are_made_of_all_of_them():
    book = BarBook(["KO"])
    book.extend("KO", BARS)
    book.add_late(TradeTick("KO", BARS[-1].at, 100.0, 10, "D", 1, is_late=True))
    minutes = book.bars("KO", Timeframe.MIN_1, 0, FOREVER)

    hours = book.bars("KO", Timeframe.HOUR_1, 0, FOREVER)

    assert hours == aggregate(minutes, Timeframe.HOUR_1)
    assert sum(each.volume for each in hours) == sum(each.volume for each in BARS) + 10
