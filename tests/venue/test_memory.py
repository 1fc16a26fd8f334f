"""A venue that tells an hour of ten thousand messages a second does not grow.

Its clock runs fast, so that the messages come as fast as the machine makes them; what
counts is how many there were, not how long they took.
"""

import os
import tracemalloc
from itertools import combinations
from pathlib import Path
from statistics import median

import aiohttp
import msgpack
import pytest

from console.venue.history import KEPT
from console.venue.journal import Journal
from console.venue.markets.daytime import day_of
from console.venue.markets.past import Past
from console.venue.markets.universe import UNIVERSE
from console.venue.markets.walk import Walk
from console.venue.streams.outbox import MOST_BYTES
from console.venue.view import MarketView
from console.venue.wire.timestamps import DAY
from tests.venue.fakes import NOON, buy, open_pit, quote, trade
from tests.venue.rig import PATIENCE

AN_HOUR = 10_000 * 3_600
"""Messages."""

WARM_UP = AN_HOUR // 4
"""Until histories and the minutes at hand are full: about four days of the venue's time."""

MOST_GROWTH = 5 * 2**20
"""Bytes an hour; a step up to what may wait for one listener is none."""

SAMPLES = 60
PAGE = os.sysconf("SC_PAGE_SIZE")
EVERYTHING = {"trades": ["*"], "quotes": ["*"], "bars": ["*"], "dailyBars": ["*"]}


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def messages_in(frame: bytes) -> int:
    """How many messages a frame holds, by the head of its array."""
    return int.from_bytes(frame[1:3], "big") if frame[0] == 0xDC else frame[0] & 0x0F


def slope(samples: list[tuple[int, int]]) -> float:
    """Bytes an hour's messages add: the median over all pairs, so one step is none (Theil, Sen)."""
    pairs = ((x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in combinations(samples, 2))
    return median(rise / run for run, rise in pairs) * AN_HOUR


@pytest.mark.long
async def test_an_hour_of_ten_thousand_messages_a_second_leaves_nothing_behind(start_venue):
    venue = start_venue("--seed", "7", "--speed", "1000")
    pid, samples, heard = venue.line["pid"], [], 0
    # the market draws its past a day at a time when it is idle: let it be drawn before
    venue.get("/v2/stocks/bars", symbols="AAPL", timeframe="1Day", start="2020-01-01")
    headers = venue.headers | {"Content-Type": "application/msgpack"}
    async with aiohttp.ClientSession(headers=headers) as session:
        socket = await session.ws_connect(venue.line["stream_url"] + "/v2/iex", max_msg_size=0)
        await socket.send_bytes(msgpack.packb({"action": "subscribe", **EVERYTHING}))
        next_at = WARM_UP
        while heard < WARM_UP + AN_HOUR:
            heard += messages_in(await socket.receive_bytes(timeout=PATIENCE))
            if heard >= next_at:
                samples.append((heard, resident(pid)))
                next_at += AN_HOUR // SAMPLES

    assert venue.process.poll() is None
    assert slope(samples) <= MOST_GROWTH, samples
    assert samples[-1][1] - samples[0][1] <= MOST_BYTES, samples


def test_a_leak_is_told_from_one_step():
    times = range(WARM_UP, WARM_UP + AN_HOUR, AN_HOUR // SAMPLES)
    step = [(at, 100 * 2**20 + (at > 2 * WARM_UP) * 4 * 2**20) for at in times]
    leak = [(at, 100 * 2**20 + at * 6 * 2**20 // AN_HOUR) for at in times]

    assert slope(step) == 0
    assert slope(leak) > MOST_GROWTH


def test_the_journal_keeps_the_newest_entries_and_their_numbers():
    journal, pit = Journal(most=10), open_pit()
    pit.submit(buy(1))
    for number in range(40):
        journal.arrived(method="GET", path=f"/{number}", query="", body="", client_order_id=None)
        journal.happened(pit.events[0])

    assert [entry["seq"] for entry in journal.after(0)] == [*range(71, 81)]
    assert [entry["seq"] for entry in journal.after(78)] == [79, 80]


def test_of_each_symbol_so_many_quotes_and_trades_are_kept():
    view = MarketView(["AAPL"])
    for number in range(KEPT + 50):
        view.see(quote(99, 101, at=number))
        view.see(trade(100, at=number))
        view.see_late(trade(100, at=number - 10))

    kept = (view.quote_history["AAPL"], view.trade_history["AAPL"])
    assert [len(history) for history in kept] == [KEPT] * 2


def test_a_closed_order_leaves_the_line_and_what_it_held():
    pit = open_pit()
    for _ in range(200):
        pit.cancel(pit.submit(buy(1, limit_price=50)))

    open_orders = pit.exchange.blotter.open_orders
    assert (len(open_orders), open_orders.reserved) == (0, 0)


def test_days_that_a_venue_slept_through_leave_nothing_behind():
    walk = Walk(UNIVERSE, seed=7, anchor=day_of(NOON).replace(day=1))
    past, now, held = Past(UNIVERSE, walk, seed=7, until=NOON), NOON, []
    tracemalloc.start()
    try:
        for days in (20, 10):
            for _ in range(days):
                past.minutes(0, now, now + DAY)
                now += DAY
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    assert held[1] - held[0] < 2 * 2**20, held
