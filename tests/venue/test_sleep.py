"""A venue that slept, or is started again in the middle of a tape, is soon on its feet."""

from dataclasses import replace

import pytest

from console.domain.market import Timeframe
from console.venue.clock import VenueClock
from console.venue.market_time import LONGEST_GLANCE, step
from console.venue.markets.tape import TapeMarket
from console.venue.server import Options, open_floor
from console.venue.wire.timestamps import MINUTE, SECOND
from tests.venue.rig import TAPE

HOUR = 60 * MINUTE
recorded = pytest.mark.skipif(not TAPE.exists(), reason=f"the recorded tape is not at {TAPE}")


def test_a_synthetic_market_that_slept_eight_hours_catches_up_in_one_step():
    floor = open_floor(Options(seed=7))
    woken = floor.now + 8 * HOUR
    floor.clock = VenueClock(starts_at=woken, monotonic_ns=lambda: 0)
    heard = []
    floor.data_hub.publish = heard.extend

    is_done = step(floor)

    assert is_done
    assert floor.told_until == woken
    assert len(floor.market.bars("KO", Timeframe.MIN_1, woken - 7 * HOUR, woken)) > 7 * 60 - 5
    assert max(tick.at for tick in floor.view.quotes.values()) > woken - 2 * MINUTE
    minutes = [told.bar.at for told in heard if getattr(told, "letter", "") == "b"]
    assert min(minutes) >= woken - LONGEST_GLANCE - MINUTE


@recorded
def test_a_tape_taken_up_in_the_middle_has_the_bars_and_quotes_of_the_whole_morning():
    whole, passed = TapeMarket(TAPE), TapeMarket(TAPE)
    noon = whole.starts_at + 2 * HOUR + 17 * SECOND

    told = [*whole.advance(noon)]
    stood = [*passed.pass_over(noon)]
    rest = [*passed.advance(noon)]

    for symbol in ("SPY", "IBM"):
        bars = [m.bars(symbol, Timeframe.MIN_1, 0, noon) for m in (whole, passed)]
        assert [*bars[1]] == [_to_the_cent(b, o) for b, o in zip(*bars, strict=True)]
    assert told[-len(rest) :] == rest
    assert {tick.symbol for tick in stood} == {"AIG", "BAC", "IBM", "SPY"}
    assert all(tick in told for tick in stood)


def _to_the_cent(bar, other):
    """Return a bar with the other's vwap when both agree but for the last digit of a sum."""
    assert bar.vwap == pytest.approx(other.vwap, abs=2e-6)
    return replace(bar, vwap=other.vwap)


@recorded
def test_a_tape_that_slept_hurries_without_leaving_a_tick_out():
    floor = open_floor(Options(tape=TAPE))
    begun = floor.told_until
    floor.clock = VenueClock(starts_at=begun + HOUR, monotonic_ns=lambda: 0)

    steps = 1
    while not step(floor):
        steps += 1

    assert steps < 400
    assert floor.told_until == begun + HOUR
    assert len(floor.market.bars("SPY", Timeframe.MIN_1, 0, floor.told_until)) >= 60
