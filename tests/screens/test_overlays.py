"""What is drawn among the bars: chosen by key, kept up bar by bar, remembered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from console.domain.market import Bar, Timeframe
from console.screens.overlays import Choice, Overlays
from console.studies.following import MOST_BARS
from tests.screens.consoles import running, until
from tests.screens.fakes import FakeDesk
from widgets.chart import Chart

OPEN = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
MINUTE = Timeframe.MIN_1


def bar(minute, close, symbol="SPY"):
    return Bar(
        symbol=symbol,
        at=OPEN + timedelta(minutes=minute),
        open=close,
        high=close + 1,
        low=close - 1,
        close=close,
        volume=100.0,
    )


BARS = [bar(minute, 100.0 + minute % 7) for minute in range(90)]


class Heard:
    """A study that writes down what it is told."""

    def __init__(self):
        self.lines = {"SMA 20": []}
        self.told = []

    def add(self, bar):
        self.told.append(bar)
        self.lines["SMA 20"].append(bar.close)

    def cut(self, count):
        del self.lines["SMA 20"][count:]


def chosen(*choices, heard=None):
    overlays = Overlays() if heard is None else Overlays({Choice.SMA: lambda: (heard,)})
    for choice in (Choice.VWAP, *choices):
        overlays.toggle(choice)
    return overlays


def test_a_bar_that_grows_is_all_that_is_told_again():
    heard = Heard()
    overlays = chosen(Choice.SMA, heard=heard)
    overlays(MINUTE, BARS)
    heard.told.clear()

    grown = replace(BARS[-1], close=103.5, high=105.0)
    overlay = overlays(MINUTE, [*BARS[:-1], grown])
    overlays(MINUTE, [*BARS[:-1], grown])
    overlays(MINUTE, [*BARS[:-1], grown, bar(90, 104.0)])

    assert heard.told == [grown, bar(90, 104.0)]
    assert overlay.traces[0].values == [one.close for one in [*BARS[:-1], grown]]


def test_bars_fetched_anew_and_a_window_that_moved_on_tell_nothing_again():
    heard = Heard()
    overlays = chosen(Choice.SMA, heard=heard)
    overlays(MINUTE, BARS)
    heard.told.clear()

    moved = [replace(one) for one in BARS[5:]] + [bar(90, 101.0)]
    overlay = overlays(MINUTE, moved)

    assert heard.told == [bar(90, 101.0)]
    assert len(overlay.traces[0].values) == len(moved)


def test_a_correction_in_the_middle_is_told_from_there_on():
    heard = Heard()
    overlays = chosen(Choice.SMA, heard=heard)
    overlays(MINUTE, BARS)
    heard.told.clear()

    corrected = [*BARS[:80], replace(BARS[80], close=50.0, low=49.0), *BARS[81:]]
    overlays(MINUTE, corrected)

    assert heard.told == corrected[80:]


def test_another_symbol_or_timeframe_begins_anew():
    heard = Heard()
    overlays = chosen(Choice.SMA, heard=heard)
    overlays(MINUTE, BARS)

    other = [replace(one, symbol="QQQ") for one in BARS[:30]]
    of_symbol = overlays(MINUTE, other)
    of_frame = overlays(Timeframe.MIN_5, BARS[:10])

    assert [len(one.traces[0].values) for one in (of_symbol, of_frame)] == [30, 10]


def test_a_long_day_does_not_grow_what_is_kept():
    heard = Heard()
    overlays = chosen(Choice.SMA, heard=heard)
    bars = [bar(minute, 100.0) for minute in range(MOST_BARS + 300)]

    for end in range(200, len(bars), 50):
        overlays(MINUTE, bars[end - 200 : end])

    assert len(heard.lines["SMA 20"]) <= MOST_BARS + 50


def test_a_vwap_is_told_of_bars_that_begin_with_the_session_only():
    overlays = Overlays()

    fine, coarse = overlays(MINUTE, BARS), overlays(Timeframe.HOUR_1, BARS)

    assert [trace.label for trace in fine.traces] == ["VWAP"]
    assert (coarse.traces, coarse.notes) == ([], ("VWAP in bars of up to 15 min",))


def test_pivots_are_marked_full_when_confirmed_and_hollow_before():
    bars = [bar(n, close) for n, close in enumerate([1, 2, 3, 4, 5, 9, 5, 4, 3, 2, 1, 1, 2, 1])]
    overlays = chosen(Choice.PIVOTS)

    early, later = overlays(MINUTE, bars[:9]), overlays(MINUTE, bars)

    assert [(mark.glyph, mark.back) for mark in early.marks if mark.is_above] == [("▽", 3)]
    assert ("▼", 8) in [(mark.glyph, mark.back) for mark in later.marks]
    peak = next(trace for trace in later.traces if trace.label == "peak holds")
    assert peak.values == (*(None,) * 10, *(10,) * 4)


async def test_keys_choose_what_is_drawn_and_the_choice_outlives_the_symbol():
    async with running(FakeDesk()) as pilot:
        chart = pilot.app.screen.query_one(Chart)
        await until(pilot, lambda: "VWAP" in chart.plain)
        await pilot.press("V", "M", "N")
        line = lambda: chart.plain.splitlines()[1]  # noqa: E731 - polled
        await until(pilot, lambda: "SMA 20" in line() and "VWAP" not in line())
        await until(pilot, lambda: "SMA 50" in line())

        await pilot.press("j")
        await until(pilot, lambda: chart.symbol == "QQQ")
        await until(pilot, lambda: "SMA 20" in chart.plain and "SMA 50" in chart.plain)
        await until(pilot, lambda: "VWAP" not in line())


async def test_a_choice_made_while_the_chart_is_hidden_is_said():
    async with running(FakeDesk(), (80, 24)) as pilot:
        await pilot.press("6", "E")
        await pilot.pause()

        said = [one.message for one in pilot.app._notifications]

        assert said == ["EMA: drawn on the chart."]
