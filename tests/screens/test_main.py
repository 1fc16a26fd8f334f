"""The main screen: panes, what the selected symbol drives, and a desk that goes away."""

import pytest
from textual.events import Key

from console.domain.events import AlertUpdated, MarketMoved
from console.domain.market import Timeframe
from console.screens.key_line import KeyLine
from console.screens.leave import LeaveScreen
from tests.screens import pictures
from tests.screens.consoles import SMALL, USUAL, running, until
from tests.screens.fakes import FakeDesk
from widgets.analytics import Analytics
from widgets.chart import Chart
from widgets.order_line import OrderLine
from widgets.status_bar import StatusBar
from widgets.watchlist import Watchlist

PANES = ("watchlist", "chart", "positions", "orders", "alerts", "analytics")


def plain_row(pilot, symbol):
    return " ".join(cell.text for cell in pilot.app.screen.query_one(Watchlist).row(symbol))


@pytest.mark.parametrize("size", [SMALL, USUAL])
async def test_a_number_goes_to_its_pane(size):
    async with running(size=size) as pilot:
        for number, pane in enumerate(PANES, 1):
            await pilot.press(str(number))
            await pilot.pause()

            assert pilot.app.focused.id == pane
            assert pilot.app.focused.region.height > 2


async def test_the_last_line_names_no_key_of_another_screen():
    async with running(size=USUAL) as pilot:
        keys = pilot.app.screen.query_one(KeyLine).plain

        assert "Order line" in keys
        assert "Compare" not in keys
        assert "Re-arm" not in keys


async def test_a_small_screen_shows_the_watchlist_the_order_line_and_one_more():
    async with running(size=SMALL) as pilot:
        for number, pane in enumerate(PANES[1:], 2):
            await pilot.press(str(number))
            await pilot.pause()
            shown = {name for name in PANES if pilot.app.screen.query_one(f"#{name}").display}

            assert shown == {"watchlist", pane}
            assert pilot.app.screen.query_one("#ticket").region.bottom <= SMALL[1]


async def test_tab_goes_round_all_panes():
    async with running() as pilot:
        seen = []
        for _ in range(7):
            await pilot.press("tab")
            await pilot.pause()
            nodes = [node.id for node in pilot.app.focused.ancestors_with_self]
            seen += [name for name in (*PANES, "ticket") if name in nodes]

        assert seen == [*PANES[1:], "ticket", "watchlist"]


async def test_the_selected_symbol_drives_chart_and_analytics():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press("j", "j", "j")
        await until(pilot, lambda: pilot.app.screen.query_one(Chart).symbol == "AAPL")

        await until(pilot, lambda: pilot.app.screen.query_one(Analytics).symbol == "AAPL")
        await until(pilot, lambda: desk.shown[-1] == (tuple(pictures.PRICES), "AAPL"))
        await until(pilot, lambda: ("AAPL", Timeframe.MIN_1) in desk.asked_for("bars"))


async def test_brackets_change_the_timeframe():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: ("SPY", Timeframe.MIN_5) in desk.asked_for("bars"))
        await pilot.press("left_square_bracket", "left_square_bracket")
        await until(pilot, lambda: pilot.app.screen.query_one(Chart).timeframe is Timeframe.MIN_1)


async def test_a_quote_is_painted_with_the_next_frame():
    desk = FakeDesk()
    async with running(desk) as pilot:
        desk.tell(MarketMoved(quotes=(pictures.quote("KO", 71.55, age=0.0),)))
        await until(pilot, lambda: "71.54" in plain_row(pilot, "KO"))


async def test_a_lost_desk_is_said_and_no_price_looks_alive():
    desk = FakeDesk()
    async with running(desk) as pilot:
        desk.lose()
        await until(pilot, lambda: pilot.app.screen.has_class("-lost"))
        lost = "DESK LOST - reconnecting: the desk is gone."
        await until(pilot, lambda: _lost(pilot).startswith(lost))
        await until(pilot, lambda: "NO DESK" in pilot.app.screen.query_one(StatusBar).plain)
        await until(pilot, lambda: "stale" in plain_row(pilot, "KO"))

        desk.come_back()
        await until(pilot, lambda: "stale" not in plain_row(pilot, "KO"))
        await until(pilot, lambda: not pilot.app.screen.has_class("-lost"))


def _lost(pilot):
    return str(pilot.app.screen.query_one("#lost").render())


async def test_the_selected_alert_is_acknowledged_by_key():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press("5", "g", "j", "a")
        await until(pilot, lambda: desk.asked_for("acknowledge"))
        assert desk.asked_for("acknowledge") == [("a4",)]

        await pilot.press("A")
        await until(pilot, lambda: len(desk.asked_for("acknowledge")) == 2)
        assert set(desk.asked_for("acknowledge")[1]) == {"a1", "a2", "a3", "a4", "a5"}


async def test_words_from_outside_are_never_markup():
    desk = FakeDesk()
    async with running(desk) as pilot:
        told = pictures.ALERTS[0]
        hostile = "[@click=app.halt]sell[/] [/] \x1b]52;c;aGk=\x07 [$x]"
        desk.tell(AlertUpdated(type(told)(**{**_fields(told), "id": "z", "text": hostile})))
        desk.lose("[/] [@click=app.halt]x[/]")
        await until(pilot, lambda: pilot.app.screen.has_class("-lost"))
        await until(pilot, lambda: "[@click=app.halt]x[/]" in _lost(pilot))

        assert desk.asked_for("halt") == []


def _fields(alert):
    return {name: getattr(alert, name) for name in alert.__slots__}


async def test_leaving_asks_and_detaches():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press("q")
        assert isinstance(pilot.app.screen, LeaveScreen)
        await pilot.press("escape")
        await pilot.press("q", "d")
        await until(pilot, lambda: pilot.app._exit)

        assert desk.asked_for("stop_desk") == []


async def test_leaving_can_stop_the_desk():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press("q", "s")
        await until(pilot, lambda: desk.asked_for("stop_desk"))


async def test_the_palette_runs_an_action_of_the_table():
    async with running() as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"positions")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: getattr(pilot.app.focused, "id", "") == "positions")


async def test_every_theme_can_be_worn():
    async with running() as pilot:
        worn = {pilot.app.theme}
        for _ in range(3):
            await pilot.press("ctrl+t")
            await pilot.pause()
            worn.add(pilot.app.theme)

        assert {"night", "day", "contrast"} <= worn


async def test_keys_that_come_in_one_burst_mean_what_they_mean_one_by_one():
    async with running() as pilot:
        for key in ("j", "j", "j", "b", "1", "0"):
            pilot.app.post_message(Key(key, key))
        line = pilot.app.screen.query_one(OrderLine)
        await until(pilot, lambda: line.value == "buy 10 AAPL")

        assert pilot.app.focused is line


async def test_a_letter_typed_ahead_is_never_taken_for_a_key():
    async with running() as pilot:
        pilot.app.post_message(Key("slash", "/"))
        for letter in "sell 5 ibm":
            pilot.app.post_message(Key("space" if letter == " " else letter, letter))
        line = pilot.app.screen.query_one(OrderLine)

        await until(pilot, lambda: line.value == "sell 5 ibm")


async def test_a_lost_desk_is_started_again_with_one_key_even_from_the_order_line():
    desk, starts = FakeDesk(), []

    def start():
        starts.append("started")
        return ""

    async with running(desk, start_desk=start) as pilot:
        await pilot.press("slash", "ctrl+r")
        await pilot.pause()
        assert starts == []

        desk.lose()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: starts == ["started"])


async def test_a_desk_that_cannot_be_started_says_why():
    desk, said = FakeDesk(), []
    async with running(desk, start_desk=lambda: "A demo desk still runs.") as pilot:
        desk.lose()
        await pilot.press("ctrl+r")

        def told():
            said[:] = [note.message for note in pilot.app._notifications]
            return "A demo desk still runs." in said

        await until(pilot, told)


async def test_nothing_of_a_lost_desk_looks_alive():
    desk = FakeDesk()
    async with running(desk) as pilot:
        chart, header = pilot.app.screen.query_one(Chart), pilot.app.screen.query_one(StatusBar)
        await until(pilot, lambda: " last" in chart.plain and "◌ last" not in chart.plain)
        await until(pilot, lambda: "▲ +1,842.55" in header.plain)

        desk.lose()
        desk.pass_time(2)
        await until(pilot, lambda: "◌ last" in chart.plain)
        await until(pilot, lambda: "session —" in header.plain)

        assert "▲" not in header.plain
        assert "closes in" not in header.plain

        desk.come_back()
        desk.pass_time(2)
        await until(pilot, lambda: "◌ last" not in chart.plain)
