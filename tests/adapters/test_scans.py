"""Snapshots, volumes and the calendar: from bytes, within the budget, and from a real venue."""

import asyncio
import json
from datetime import UTC, date, datetime

import pytest
import requests

from console.adapters.alpaca.broker import AlpacaBroker
from console.adapters.alpaca.budget import Budget
from console.adapters.alpaca.scans import AlpacaScans
from console.domain.market import Timeframe
from console.ports import BrokerUnavailable, Postponed
from tests.adapters.fakes import access, answer, ours

BAR = {"t": "2026-11-20T15:00:00Z", "o": 1, "h": 2, "l": 1, "c": 1.5, "v": 100, "n": 7, "vw": 1.2}
START, END = datetime(2026, 11, 20, 14, 30, tzinfo=UTC), datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.fixture
async def scans(alpaca, broker):
    made = AlpacaScans(access(alpaca.port), calendar=broker, budget=Budget(wall=lambda: 1_000.0))
    yield made
    await made.close()


async def test_a_snapshot_may_lack_anything_and_one_that_makes_no_sense_hides_no_other(
    alpaca, scans
):
    told = {
        "AAPL": {"minuteBar": BAR, "dailyBar": None, "latestQuote": None},
        "BAD": {"minuteBar": {**BAR, "c": "much"}},
        "NONE": None,
        "WORSE": {"minuteBar": {**BAR, "t": "yesterday"}},
    }
    alpaca.script = [answer(200, told)]

    found = {one.symbol: one for one in await scans.snapshots(["AAPL", "BAD", "NONE", "WORSE"])}

    assert found["AAPL"].minute.trade_count == 7
    assert found["AAPL"].day is None
    assert [found[name].minute for name in ("BAD", "NONE", "WORSE")] == [None] * 3


async def test_volumes_are_added_up_over_all_pages(alpaca, scans):
    alpaca.script = [
        answer(200, {"bars": {"A": [BAR, BAR]}, "next_page_token": "more"}),
        answer(200, {"bars": {"A": [BAR], "B": [BAR]}, "next_page_token": None}),
    ]

    volumes = await scans.volumes(["A", "B", "C"], Timeframe.MIN_1, START, END)

    assert volumes == {"A": 300.0, "B": 100.0}
    (first, _), (second, _) = alpaca.requests
    assert "start=2026-11-20T14%3A30%3A00Z&end=2026-11-20T14%3A59%3A59Z" in first
    assert "page_token=more" in second


async def test_half_of_a_minutes_requests_are_left_to_others(alpaca, scans):
    headers = "X-RateLimit-Limit: 200\r\nX-RateLimit-Remaining: 101\r\nX-RateLimit-Reset: 1060\r\n"
    alpaca.script = [answer(200, {}, headers=headers)]

    await scans.snapshots(["A"])
    await scans.snapshots(["A"])
    with pytest.raises(Postponed):
        await scans.snapshots(["A"])

    assert len(alpaca.requests) == 2


async def test_a_refusal_says_why(alpaca, scans):
    alpaca.script = [answer(400, {"message": "invalid symbol: A?"})]

    with pytest.raises(BrokerUnavailable, match="invalid symbol"):
        await scans.snapshots(["A?"])


async def test_the_calendar_tells_half_days(alpaca, scans):
    days = [
        {"date": "2026-11-25", "open": "09:30", "close": "16:00"},
        {"date": "2026-11-27", "open": "09:30", "close": "13:00"},
    ]
    alpaca.script = [answer(200, json.dumps(days))]

    _, half = await scans.sessions(date(2026, 11, 25), date(2026, 11, 27))

    assert half.day == date(2026, 11, 27)
    assert half.closes_at == datetime(2026, 11, 27, 18, tzinfo=UTC)


def have_made_its_calendar(venue):
    """Let a venue make its calendar first: that takes longer than one answer may, once."""
    keys = {"APCA-API-KEY-ID": venue.key, "APCA-API-SECRET-KEY": venue.secret}
    requests.get(f"{venue.trading_url}/v2/calendar", headers=keys, timeout=60).raise_for_status()


async def test_a_venue_tells_the_same(venue):
    await asyncio.to_thread(have_made_its_calendar, venue)
    broker = AlpacaBroker(venue, is_ours=ours, deadline=60.0)
    scans = AlpacaScans(venue, calendar=broker, deadline=60.0)
    now = datetime.now(UTC)

    (apple,) = await scans.snapshots(["AAPL", "ZZZZ"])
    volumes = await scans.volumes(["AAPL", "ZZZZ"], Timeframe.MIN_5, apple.previous_day.at, now)
    thanksgiving = await scans.sessions(date(2025, 11, 26), date(2025, 11, 28))

    await scans.close()
    await broker.close()
    assert apple.symbol == "AAPL"
    assert apple.previous_day.close > 0
    assert volumes.keys() == {"AAPL"}
    assert [held.day.day for held in thanksgiving] == [26, 28]
    assert thanksgiving[1].closes_at == datetime(2025, 11, 28, 18, tzinfo=UTC)
