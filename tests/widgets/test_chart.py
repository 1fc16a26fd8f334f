from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.domain.alerts import Crossing, Direction
from console.domain.market import Timeframe
from tests.widgets import sample
from tests.widgets.stage import Stage
from widgets.candles import Level
from widgets.cells import Cell
from widgets.chart import Chart
from widgets.chart_lines import Mark, Overlay, Texture, Trace
from widgets.chart_picture import picture

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
        assert "189.90 stop 100" in chart.plain


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


def line(values, label="VWAP", meaning="vwap", texture=Texture.SOLID):
    return Trace(label=label, meaning=meaning, texture=texture, values=values)


def text_of(lines):
    return "\n".join("".join(cell.text for cell in one) for one in lines)


def test_lines_are_named_with_their_newest_value_and_stay_in_the_pane():
    closes = [bar.close for bar in BARS]
    unknown = [None] * len(BARS)
    overlay = Overlay(traces=(line(closes), line(unknown, "SMA 50", "long-average")))

    for width, height in [(30, 6), (58, 12), (118, 25)]:
        lines = picture(BARS, (), MINUTE, width, height, overlay=overlay)

        assert len(lines) == height
        assert max(sum(len(cell.text) for cell in one) for one in lines[2:]) <= width
        assert "SMA 50 —" in text_of(lines[1:2])
        assert f"VWAP {closes[-1]:,.2f}" in text_of(lines[1:2])


def test_a_line_goes_through_its_prices_from_low_to_high():
    flat = [replace(BARS[0], open=10.0, close=10.0, low=0.0, high=20.0) for _ in range(5)]
    rising = [1.0, 5.0, 10.0, 15.0, 19.0]

    lines = picture(flat, (), MINUTE, 120, 15, overlay=Overlay(traces=(line(rising),)))

    rows = [
        max((r for r, one in enumerate(lines[2:11]) for cell in one if cell == drawn), default=None)
        for drawn in [Cell(glyph, "vwap") for glyph in "▁─▔"]
    ]
    drawn = [r for r, one in enumerate(lines[2:11]) for cell in one if cell.meaning == "vwap"]
    assert any(row is not None for row in rows)
    assert (min(drawn) <= 1, max(drawn) >= 7) == (True, True)


def test_a_price_far_from_the_bars_does_not_flatten_them():
    far = Overlay(traces=(line([1e6] * len(BARS)),))

    assert text_of(picture(BARS, (), MINUTE, 100, 25, overlay=far)[2:]) == text_of(
        picture(BARS, (), MINUTE, 100, 24)[1:]
    )


def test_textures_tell_lines_apart_without_colour():
    def legend(texture):
        lines = picture(
            BARS, (), MINUTE, 100, 25, overlay=Overlay(traces=(line([1.0], texture=texture),))
        )
        return text_of(lines[1:2])

    assert len({legend(texture) for texture in Texture}) == len(Texture)


def test_marks_stand_beyond_the_bar_they_belong_to():
    bars = [replace(BARS[0], open=5.0, close=5.0, low=4.0, high=6.0) for _ in range(9)]
    peak = Mark(back=0, price=6.0, glyph="▼", meaning="level", is_above=True)
    beyond = replace(peak, back=400, glyph="▽")

    lines = picture(bars, (), MINUTE, 60, 20, overlay=Overlay(marks=(peak, beyond)))

    text = text_of(lines)
    assert text.count("▼") == 1
    assert "▽" not in text


async def test_alerts_and_triggers_of_orders_are_drawn_as_levels():
    order = replace(sample.ORDERS[4].request, stop_price=Decimal("189.90"))
    orders = {"kc-3f2a17-5": replace(sample.ORDERS[4], request=order)}
    told = Crossing(
        id="x", symbol="AAPL", direction=Direction.ABOVE, price=190.4, by="t", at=sample.NOW
    )
    crossings = {"x": told, "y": replace(told, id="y", price=190.3, is_armed=False)}
    state = replace(sample.STATE, orders=orders, crossings=crossings)
    chart = Chart()
    async with Stage(chart, css=FILL).run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        chart.expect("AAPL", MINUTE)
        chart.set_bars("AAPL", MINUTE, BARS)
        chart.show(state, sample.NOW)

        assert "190.40 alert ▲" in chart.plain
        assert "190.30 alert" not in chart.plain
        assert "189.90 stop 100" in chart.plain


def test_direction_is_seen_without_colour():
    bar = replace(BARS[0], open=1.0, low=1.0, high=2.0, close=2.0)
    rose = picture([bar], (), MINUTE, 60, 12)
    fell = picture([replace(bar, open=2.0, close=1.0)], (), MINUTE, 60, 12)

    def body(lines):
        return {glyph for line in lines[1:9] for cell in line for glyph in cell.text} & {*"┃█"}

    assert (body(rose), body(fell)) == ({"┃"}, {"█"})
