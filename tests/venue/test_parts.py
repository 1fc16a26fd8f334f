"""The venue's small parts: clock, rate limit, timeframes, times, keys, frames, start-up."""

import subprocess
import sys

import msgpack
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.venue.clock import VenueClock
from console.venue.journal import Journal
from console.venue.keys import Keys
from console.venue.markets.market import MarketBar
from console.venue.markets.timeframes import bar_span
from console.venue.rest.paging import Place, page, place_of
from console.venue.rest.rate_limit import RateLimit
from console.venue.streams.subscriptions import Encoding, joined
from console.venue.trading.rejections import Rejection
from console.venue.wire.market import msgpack_time
from console.venue.wire.timestamps import MINUTE, parse, rfc3339
from tests.venue.fakes import NOON
from tests.venue.rig import PROJECT

TIMES = st.integers(parse("1998-01-01"), parse("2200-01-01"))


def test_the_clock_runs_as_fast_as_it_is_told():
    ticks = iter([1_000, 1_500])
    clock = VenueClock(starts_at=NOON, speed=60, monotonic_ns=lambda: next(ticks))

    assert clock.now() == NOON + 30_000


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_the_clock_does_not_stand_or_run_backwards(speed):
    with pytest.raises(ValueError, match="more than 0"):
        VenueClock(starts_at=NOON, speed=speed)


def test_the_clock_goes_on_from_where_it_is_at_another_speed():
    elapsed = iter([0, 10, 10, 10, 15]).__next__
    clock = VenueClock(starts_at=NOON, speed=60, monotonic_ns=elapsed)
    before = clock.now()

    clock.run_at(2)

    assert before == NOON + 600
    assert clock.now() == before + 10
    assert clock.speed == 2


def test_the_rate_limit_is_spent_and_comes_back_with_the_next_minute():
    now = [1_000.0]
    limit = RateLimit(2, now=lambda: now[0])

    first = [limit.spend("one") for _ in range(3)]
    other = limit.spend("another")
    now[0] = 1_060.0
    later = limit.spend("one")

    assert [(a.remaining, a.is_spent) for a in first] == [(1, False), (0, False), (0, True)]
    assert (other.remaining, other.is_spent) == (1, False)
    assert (first[0].resets_at, later.is_spent, later.remaining) == (1_060, False, 1)


@settings(deadline=None)
@given(TIMES)
def test_a_time_is_written_and_read_to_the_nanosecond(at):
    assert parse(rfc3339(at)) == at


@settings(deadline=None)
@given(TIMES)
def test_a_time_in_msgpack_reads_back_to_the_nanosecond(at):
    packed = msgspec.msgpack.encode(msgpack_time(at))

    read = msgpack.unpackb(packed, timestamp=0)

    assert read.to_unix_nano() == at


@pytest.mark.parametrize("count", [0, 1, 15, 16, 1_000])
def test_a_msgpack_frame_is_one_array_however_long(count):
    frame = joined(Encoding.MSGPACK, [msgpack.packb({"T": "q"})] * count)

    assert msgpack.unpackb(frame) == [{"T": "q"}] * count


def bar(minute: int, price: float, volume: int) -> MarketBar:
    return MarketBar(
        NOON + minute * MINUTE, price, price + 1, price - 1, price + 0.5, volume, 2, price
    )


def test_seven_minutes_make_one_bar():
    span = bar_span("7Min")
    start = NOON - NOON % (7 * MINUTE)

    (whole,) = span.resample([bar(0, 10, 100), bar(1, 12, 300)])

    assert whole == MarketBar(start, 10, 13, 9, 12.5, 400, 4, 11.5)


@pytest.mark.parametrize("text", ["", "0Min", "60Min", "24Hour", "2Day", "5Month", "1min", "Day"])
def test_a_timeframe_nobody_offers_is_none(text):
    assert bar_span(text) is None


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from("ABC"), st.lists(st.integers(0, 9), max_size=12)),
    st.integers(1, 7),
    st.booleans(),
)
def test_pages_follow_each_other_without_gap_or_repeat(times, limit, is_descending):
    history = {s: sorted((t, i) for i, t in enumerate(ts)) for s, ts in times.items()}
    told: dict[str, list] = {}
    begin: Place | None = None

    while True:
        found = page(
            history,
            history.__getitem__,
            at=lambda point: point[0],
            limit=limit,
            begin=begin,
            is_descending=is_descending,
        )
        for symbol, points in found.points.items():
            told.setdefault(symbol, []).extend(points)
        if found.next_place is None:
            break
        begin = place_of(found.next_place.token())

    step = -1 if is_descending else 1
    assert told == {s: points[::step] for s, points in history.items() if points}


@pytest.mark.parametrize("token", ["!!", "QUFQTA==", "/////w=="])
def test_a_page_token_of_somebody_else_is_refused(token):
    with pytest.raises(Rejection, match="invalid page_token"):
        place_of(token)


def test_keys_look_like_alpacas_and_are_never_the_same():
    one, other = Keys.fresh(), Keys.fresh()

    assert (one.key[:2], len(one.key), len(one.secret)) == ("PK", 20, 40)
    assert not one.fit(other.key, other.secret)
    assert not one.fit(one.key, None)
    assert one.fit(one.key, one.secret)


def test_the_venue_starts_without_anything_slow_to_import():
    program = (
        "import sys, console.venue.server, console.venue.markets.synthetic\n"
        "slow = {'alpaca', 'pandas', 'pyarrow', 'exchange_calendars', 'textual', 'requests'}\n"
        "sys.exit(', '.join(slow & sys.modules.keys()) or 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_journal_keeps_the_newest_and_their_numbers():
    journal = Journal(most=3, time_ns=lambda: 5)
    for path in "abcd":
        journal.arrived(method="GET", path=path, query="", body="", client_order_id=None)

    assert [e["path"] for e in journal.after(0)] == ["b", "c", "d"]
    assert [e["path"] for e in journal.after(3)] == ["d"]
    assert journal.after(4) == []
