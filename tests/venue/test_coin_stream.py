"""What the stream of coins tells when a minute has ended: its bar, and the day's so far."""

from console.venue.markets.coins import Coins
from console.venue.streams.other_feeds import coins
from console.venue.wire.market import bar_fields
from console.venue.wire.timestamps import MINUTE, SECOND
from tests.venue.fakes import NOON

ENDED = NOON - NOON % MINUTE


def told_of(channel, before, until):
    return [told for told in coins(before, until) if told.channel == channel]


def test_a_minute_that_ended_is_told_with_its_day_so_far():
    market = Coins()

    minutes, days = (
        told_of(name, ENDED - SECOND, ENDED + SECOND) for name in ("bars", "dailyBars")
    )

    assert [told.message["T"] for told in (*minutes, *days)] == ["b", "b", "d", "d"]
    for minute, day in zip(minutes, days, strict=True):
        pair = minute.symbol
        (bar,) = market.bars(pair, MINUTE, ENDED - MINUTE, ENDED - MINUTE, ENDED - 1)
        so_far = market.days(pair, ENDED - 1, ENDED - 1)[-1]
        assert minute.message == {"T": "b", "S": pair, **bar_fields(bar)}
        assert day.message == {"T": "d", "S": pair, **bar_fields(so_far)}
        assert (day.message["c"], day.at) == (bar.close, so_far.at)


def test_within_a_minute_no_bar_is_told():
    assert told_of("dailyBars", ENDED + SECOND, ENDED + 2 * SECOND) == []
