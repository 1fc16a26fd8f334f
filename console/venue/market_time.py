"""The market brought up to the clock, a step at a time; everything that time alone makes happen."""

import asyncio

from console.domain.market import Timeframe
from console.venue.bar_ends import bars_ended, late_prints
from console.venue.coin_floor import trade_coins
from console.venue.floor import Floor
from console.venue.pauses import keep_bands
from console.venue.stagecraft import perform
from console.venue.streams.other_feeds import told_between
from console.venue.wire.timestamps import MINUTE, SECOND

PUMP_SECONDS = 0.02
LONGEST_STEP = 5 * SECOND
"""Venue time told in one go: a venue that fell behind catches up in steps and serves between."""

LONGEST_GLANCE = 15 * MINUTE
"""A venue further behind its clock than this was asleep; a tape that is taken up in the
middle tells the last of it tick by tick."""

LONGEST_HURRY = MINUTE
"""Venue time told in one go by a tape that was asleep."""


async def keep_going(floor: Floor) -> None:
    """Keep the market going; for a task that is canceled at the end."""
    await floor.hours_known()
    floor.settle()
    while True:
        if step(floor):
            await asyncio.sleep(PUMP_SECONDS)
        else:
            await asyncio.sleep(0)


def take_in(floor: Floor) -> None:
    """Take in what stands when the venue opens; nothing of it trades."""
    passed = floor.market.pass_over(floor.told_until - LONGEST_GLANCE) if _is_tape(floor) else ()
    for tick in (*passed, *floor.market.advance(floor.told_until)):
        floor.view.see(tick)
    for symbol in floor.listings:
        if symbol not in floor.view.trades and (bar := floor.latest_bar(symbol, Timeframe.DAY_1)):
            floor.view.closes[symbol] = bar.close


def step(floor: Floor) -> bool:
    """Bring the market up to the clock; False when another step is needed at once."""
    now = floor.now
    until = min(now, floor.told_until + _stride(floor, now))
    before, floor.told_until = floor.told_until, until
    ticks = floor.market.advance(until)
    for exchange in floor.members:
        exchange.tell_time(until)
    floor.tell(ticks, bars_ended(floor, max(before, until - LONGEST_GLANCE), until))
    floor.data_hub.publish(late_prints(floor, until))
    trade_coins(floor, before, until)
    keep_bands(floor, until)
    floor.data_hub.publish(told_between(before, until, floor.data_hub.has_listeners))
    for tell in floor.told_besides:
        floor.data_hub.publish(tell(before, until))
    for due in floor.stage.due(until):
        perform(floor, due)
    return until == now


def _stride(floor: Floor, now: int) -> int:
    """Return how much venue time to tell in one go.

    After a sleep a synthetic market tells bars only, at once; a tape has every
    tick to tell, and hurries.
    """
    if now - floor.told_until <= LONGEST_GLANCE:
        return LONGEST_STEP
    return LONGEST_HURRY if _is_tape(floor) else now - floor.told_until


def _is_tape(floor: Floor) -> bool:
    return floor.market.starts_at is not None
