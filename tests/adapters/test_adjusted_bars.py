"""Bars are asked for adjusted for splits: a study must not see a crash where there was none."""

import json
from datetime import UTC, datetime

import pytest

from console.adapters.alpaca.history import AlpacaHistory
from console.domain.market import Timeframe
from tests.adapters.fakes import access, answer

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TRADE = {"t": AT.isoformat().replace("+00:00", "Z"), "p": 100.0, "s": 5, "x": "V", "c": ["@"]}


@pytest.mark.parametrize("timeframe", Timeframe)
async def test_bars_of_every_timeframe_are_asked_for_adjusted_for_splits(alpaca, timeframe):
    history = AlpacaHistory(access(alpaca.port))
    alpaca.script = [
        answer(200, json.dumps({"trades": {"SPY": TRADE}})),
        answer(200, json.dumps({"bars": {"SPY": []}, "next_page_token": None})),
    ]

    bars = await history.bars("SPY", timeframe, 10)

    await history.close()
    asked = [head for head, _ in alpaca.requests if "/stocks/bars" in head]
    assert bars == ()
    assert len(asked) == 1
    assert "adjustment=split" in asked[0]
