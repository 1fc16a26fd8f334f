from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from console.domain.ledger import Holding, exchange_day
from tests.widgets import sample
from tests.widgets.stage import Stage, text_of
from widgets.positions import Positions


@pytest.mark.parametrize(("positions", "words"), [(None, "Not known yet"), ({}, "No positions")])
async def test_not_known_and_empty_are_told_apart(positions, words):
    pane = Positions()
    async with Stage(pane).run_test(size=(80, 24)) as pilot:
        pane.show(replace(sample.STATE, positions=positions), sample.NOW)
        await pilot.pause()

        assert words in text_of(pilot.app)


async def test_a_live_quote_marks_the_position_and_a_short_gains_when_it_falls():
    pane = Positions()
    async with Stage(pane).run_test(size=(120, 24)):
        pane.show(sample.STATE, sample.NOW)

        long, short = pane.row("AAPL"), pane.row("TSLA")
        assert [cell.text for cell in long[3:8]] == [
            "190.12", "mid", "19,012.00", "+174.00", "+0.92%",
        ]  # fmt: skip
        assert [cell.text for cell in short[5:8]] == ["-8,874.00", "+182.00", "+2.01%"]


async def test_a_stale_quote_gives_way_to_the_mark_of_the_broker_and_says_so():
    pane = Positions()
    async with Stage(pane).run_test(size=(120, 24)):
        pane.show(sample.STATE, sample.NOW)
        pane.show(sample.STATE, sample.NOW + timedelta(seconds=5))

        assert [cell.text for cell in pane.row("AAPL")[3:5]] == ["190.10", "broker"]


async def test_a_total_with_an_unknown_part_is_unknown():
    nameless = replace(sample.POSITIONS[0], symbol="NEWCO", last_price=None)
    state = replace(sample.STATE, positions={**sample.STATE.positions, "NEWCO": nameless})
    pane = Positions()
    async with Stage(pane).run_test(size=(120, 24)) as pilot:
        pane.show(state, sample.NOW)
        await pilot.pause()

        [total] = [line for line in text_of(pilot.app).splitlines() if "Total" in line]
        assert total.count("—") == 4


async def test_what_our_own_fills_tell_is_shown_and_what_they_do_not_is_a_dash():
    entered = sample.NOW - timedelta(minutes=42)
    day = exchange_day(sample.STATE.market_time(sample.NOW))
    ours = Holding(
        symbol="AAPL", qty=Decimal(100), opened_at=entered, realized=Decimal("12.5"), day=day
    )
    closed = Holding(symbol="MSFT", realized=Decimal(-2), day=day)
    older = Holding(symbol="TSLA", qty=Decimal(-20), realized=Decimal(7), day=date(2026, 1, 5))
    holdings = {held.symbol: held for held in (ours, closed, older)}
    state = replace(sample.STATE, holdings=holdings, reconciliation=sample.RECONCILED)
    pane = Positions()
    async with Stage(pane).run_test(size=(120, 24)) as pilot:
        pane.show(state, sample.NOW)
        await pilot.pause()

        assert [cell.text for cell in pane.row("AAPL")[8:]] == ["+12.50", "42m"]
        assert [cell.text for cell in pane.row("TSLA")[8:]] == ["0.00", "—"]
        assert "realized +10.50" in text_of(pilot.app)
