from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.domain.market import Timeframe
from tests.widgets import sample
from tests.widgets.stage import Stage
from widgets.candles import Level
from widgets.chart import Chart, picture

FILL = "Chart { height: 1fr; }"
MINUTE = Timeframe.MIN_1
BARS = sample.bars()


async def test_the_chart_says_whether_it_waits_has_nothing_or_failed():
    chart = Chart()
    async with Stage(chart, css=FILL).run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        said = [chart.plain.strip()]
        chart.expect("AAPL", MINUTE)
        said.append(chart.plain.strip())
        chart.set_bars("AAPL", MINUTE, ())
        said.append(chart.plain.strip())
        chart.fail("AAPL", MINUTE, "The broker did not answer.")
        said.append(chart.plain.strip())

    assert said == [
        "Select a symbol to see its chart",
        "Loading 1 min bars of AAPL…",
        "No 1 min bars of AAPL",
        "The broker did not answer.",
    ]


async def test_bars_that_come_too_late_for_their_symbol_are_not_shown():
    chart = Chart()
    async with Stage(chart, css=FILL).run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        chart.expect("IBM", MINUTE)
        chart.set_bars("AAPL", MINUTE, BARS)

        assert "Loading 1 min bars of IBM" in chart.plain


async def test_own_cost_own_orders_and_the_last_price_are_named():
    order = replace(sample.ORDERS[4].request, stop_price=Decimal("189.90"))
    orders = {**sample.STATE.orders, "kc-3f2a17-5": replace(sample.ORDERS[4], request=order)}
    held = replace(sample.POSITIONS[0], avg_entry_price=Decimal("189.70"))
    state = replace(sample.STATE, orders=orders, positions={"AAPL": held})
    chart = Chart()
    async with Stage(chart, css=FILL).run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        chart.expect("AAPL", MINUTE)
        chart.set_bars("AAPL", MINUTE, BARS)
        chart.show(state, sample.NOW)

        assert "190.12 last" in chart.plain
        assert "189.70 avg" in chart.plain
        assert "189.90 sell 100" in chart.plain


async def test_it_is_drawn_at_most_once_a_second():
    chart = Chart()
    async with Stage(chart, css=FILL).run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        chart.expect("AAPL", MINUTE)
        chart.set_bars("AAPL", MINUTE, BARS)
        chart.show(sample.STATE, sample.NOW)
        higher = {"AAPL": sample.trade("AAPL", 191.5)}
        state = replace(sample.STATE, trades=higher)

        chart.show(state, sample.NOW + timedelta(milliseconds=300))
        soon = chart.plain
        chart.show(state, sample.NOW + timedelta(milliseconds=1_300))

        assert "191.50 last" not in soon
        assert "191.50 last" in chart.plain


@pytest.mark.parametrize(("width", "height"), [(30, 5), (58, 12), (118, 25), (198, 58)])
def test_a_picture_fills_its_pane_exactly(width, height):
    level = Level(price=1e6, label="sell 1", meaning="ask", dash="┈")

    lines = picture(BARS, (level,), MINUTE, width, height)

    assert len(lines) == height
    assert max(sum(len(cell.text) for cell in line) for line in lines[1:]) <= width


def test_a_market_that_does_not_move_can_be_drawn():
    flat = [replace(bar, open=5.0, high=5.0, low=5.0, close=5.0, volume=0.0) for bar in BARS]

    lines = picture(flat, (), MINUTE, 80, 20)

    assert "5.00 last" in "\n".join("".join(cell.text for cell in line) for line in lines)


def test_direction_is_seen_without_colour():
    bar = replace(BARS[0], open=1.0, low=1.0, high=2.0, close=2.0)
    rose = picture([bar], (), MINUTE, 60, 12)
    fell = picture([replace(bar, open=2.0, close=1.0)], (), MINUTE, 60, 12)

    def body(lines):
        return {glyph for line in lines[1:9] for cell in line for glyph in cell.text} & {*"┃█"}

    assert (body(rose), body(fell)) == ({"┃"}, {"█"})
