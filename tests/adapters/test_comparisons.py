"""What the stream is held against: the newest of its own feed, by requests that can wait."""

import pytest

from console.adapters.alpaca.budget import Budget
from console.adapters.alpaca.history import AlpacaHistory
from console.domain.market import Quote, Trade
from console.ports import BrokerUnavailable, Postponed
from tests.adapters.fakes import access, answer

QUOTE = {"t": "2026-11-20T15:00:01Z", "bp": 190.0, "bs": 3, "ap": 190.1, "as": 2, "c": ["R"]}
TRADE = {"t": "2026-11-20T15:00:02Z", "p": 190.05, "s": 100, "c": ["@"], "z": "C"}


@pytest.fixture
async def history(alpaca):
    made = AlpacaHistory(access(alpaca.port), budget=Budget(wall=lambda: 1_000.0))
    yield made
    await made.close()


async def test_one_request_of_the_streams_feed_tells_the_newest_quotes_and_trades(alpaca, history):
    alpaca.script = [answer(200, {"AAPL": {"latestQuote": QUOTE, "latestTrade": TRADE}})]

    ticks = await history.compared(["AAPL", "MSFT"])

    [(asked, _)] = alpaca.requests
    assert "/stocks/snapshots?" in asked
    assert "symbols=AAPL%2CMSFT" in asked
    assert f"feed={access(alpaca.port).feed}" in asked
    assert {(type(tick), tick.symbol, tick.at.second) for tick in ticks} == {
        (Quote, "AAPL", 1),
        (Trade, "AAPL", 2),
    }


async def test_what_makes_no_sense_hides_nothing_else(alpaca, history):
    told = {
        "AAPL": {"latestQuote": {**QUOTE, "bp": "much"}, "latestTrade": TRADE},
        "MSFT": {"latestQuote": QUOTE, "latestTrade": None},
        "NONE": None,
        "ODD": ["a list"],
        "SPY": {"latestQuote": {**QUOTE, "t": "yesterday"}},
    }
    alpaca.script = [answer(200, told)]

    ticks = await history.compared(list(told))

    assert {(type(tick), tick.symbol) for tick in ticks} == {(Trade, "AAPL"), (Quote, "MSFT")}


async def test_half_of_a_minutes_requests_are_left_to_what_somebody_waits_for(alpaca, history):
    headers = "X-RateLimit-Limit: 200\r\nX-RateLimit-Remaining: 101\r\nX-RateLimit-Reset: 1060\r\n"
    alpaca.script = [answer(200, {}, headers=headers)]

    await history.compared(["AAPL"])
    await history.compared(["AAPL"])
    with pytest.raises(Postponed):
        await history.compared(["AAPL"])
    await history.days(["AAPL"])

    assert len(alpaca.requests) == 3


async def test_a_refusal_is_no_answer(alpaca, history):
    alpaca.script = [answer(400, {"message": "invalid symbol: A?"})]

    with pytest.raises(BrokerUnavailable, match="invalid symbol"):
        await history.compared(["A?"])
