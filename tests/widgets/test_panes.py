from dataclasses import replace
from datetime import timedelta

import pytest

from console.domain.alerts import Crossing, Direction
from console.domain.halt import HaltedOrder
from tests.widgets import sample
from tests.widgets.stage import Stage, text_of
from widgets.alerts import Alerts
from widgets.analytics import Analytics
from widgets.halt_view import HaltView
from widgets.help_view import HelpRow, HelpView, key_names


async def test_the_newest_alert_comes_first_and_the_unseen_are_counted():
    pane = Alerts()
    async with Stage(pane).run_test(size=(100, 12)) as pilot:
        pane.show(sample.STATE, sample.NOW)
        await pilot.pause()

        assert pane.keys == ("a4", "a5", "a3", "a2", "a1")
        assert "Alerts (3 new)" in text_of(pilot.app)
        assert all(cell.bold for cell in pane.row("a3")[1:])
        assert not any(cell.bold for cell in pane.row("a1"))


async def test_an_acknowledged_alert_grows_quiet():
    pane = Alerts()
    seen = replace(sample.ALERTS[2], acknowledged_by="ann", acknowledged_at=sample.NOW)
    async with Stage(pane).run_test(size=(100, 12)) as pilot:
        pane.show(sample.STATE, sample.NOW)
        pane.show(replace(sample.STATE, alerts={**sample.STATE.alerts, "a3": seen}), sample.NOW)
        await pilot.pause()

        assert pane.row("a3")[1].text == "✓"
        assert "Alerts (2 new)" in text_of(pilot.app)


def crossing(number, symbol, direction, price, **terms):
    return Crossing(
        id=f"x{number}", symbol=symbol, direction=direction, price=price,
        by="ann", at=sample.ago(60), **terms,
    )  # fmt: skip


async def test_armed_price_alerts_come_first_with_the_way_to_go():
    pane = Alerts()
    mid = sample.STATE.quotes["AAPL"].mid
    crossings = {
        "x2": crossing(2, "AAPL", Direction.ABOVE, round(mid + 2, 2)),
        "x3": crossing(3, "AAPL", Direction.BELOW, 1.0, is_armed=False),
        "x1": crossing(1, "ZVZZT", Direction.BELOW, 7.0),
    }
    async with Stage(pane).run_test(size=(100, 12)) as pilot:
        pane.show(replace(sample.STATE, crossings=crossings), sample.NOW)
        await pilot.pause()

        assert pane.keys[:3] == ("crossing x2", "crossing x1", "a4")
        assert pane.row("crossing x2")[1].text == "◎"
        assert "2.00 (1.05%) to go" in pane.row("crossing x2")[2].text
        assert "ZVZZT below 7.00, — to go" in pane.row("crossing x1")[2].text
        assert "2 armed" in text_of(pilot.app)
        pane.select("crossing x1")
        assert pane.selected_crossing == "x1"


async def test_a_long_alert_is_shown_in_full_where_it_is_selected_and_counts_as_one_row():
    pane = Alerts()
    text = " ".join(f"word{number}" for number in range(20))
    alerts = {**sample.STATE.alerts, "a3": replace(sample.ALERTS[2], text=text)}
    async with Stage(pane).run_test(size=(40, 12)) as pilot:
        pane.show(replace(sample.STATE, alerts=alerts), sample.NOW)
        await pilot.pause()
        assert "word19" not in text_of(pilot.app)

        for _ in range(3):
            pane.select_next()
        await pilot.pause()
        assert pane.selected == "a3"
        assert "word19" in text_of(pilot.app)

        pane.select_next()
        await pilot.pause()
        assert pane.selected == "a2"
        assert "word19" not in text_of(pilot.app)
        pane.select_previous()
        assert pane.selected == "a3"


async def test_when_the_selected_alert_goes_the_next_is_shown_in_full():
    pane = Alerts()
    text = " ".join(f"word{number}" for number in range(20))
    alerts = {**sample.STATE.alerts, "a4": replace(sample.ALERTS[3], text=text)}
    armed = {"x1": crossing(1, "ZVZZT", Direction.BELOW, 7.0)}
    async with Stage(pane).run_test(size=(40, 14)) as pilot:
        pane.show(replace(sample.STATE, alerts=alerts, crossings=armed), sample.NOW)
        await pilot.pause()
        pane.select_first()
        pane.show(replace(sample.STATE, alerts=alerts), sample.NOW)
        await pilot.pause()

        assert pane.selected == "a4"
        assert "word19" in text_of(pilot.app)
        assert pane.virtual_size.height == len(pane.keys) + 1


async def test_readings_come_with_their_sample_and_age_and_an_unknown_one_is_a_dash():
    pane = Analytics()
    async with Stage(pane).run_test(size=(100, 14)):
        pane.follow("AAPL")
        pane.show(sample.STATE, sample.NOW)

        vwap = [cell.text for cell in pane.row("VWAP")]
        volatility = [cell.text for cell in pane.row("Realized volatility")]
        assert vwap[1:5] == ["189.48", "$", "210", "1s"]
        assert volatility[1:4] == ["—", "", "3"]
        assert volatility[-1] == "needs 20 bars, has 3"


async def test_a_percent_that_has_no_direction_has_no_sign_and_no_colour():
    pane = Analytics()
    names = ("gap to VWAP", "realised volatility", "place in day range")
    readings = tuple(replace(sample.READINGS[1], name=name, value=7.5) for name in names)
    taken = replace(sample.STATE.readings["AAPL"], readings=readings)
    async with Stage(pane).run_test(size=(100, 14)):
        pane.follow("AAPL")
        pane.show(replace(sample.STATE, readings={"AAPL": taken}), sample.NOW)

        told = [(pane.row(name)[1].text, pane.row(name)[1].meaning) for name in names]
        assert told == [("+7.50", "gain"), ("7.50", "strong"), ("7.50", "strong")]


async def test_another_symbol_does_not_show_the_readings_of_the_last():
    pane = Analytics()
    async with Stage(pane).run_test(size=(100, 14)) as pilot:
        pane.follow("AAPL")
        pane.show(sample.STATE, sample.NOW)
        pane.follow("IBM")
        pane.show(sample.STATE, sample.NOW + timedelta(seconds=1))
        await pilot.pause()

        assert pane.keys == ()
        assert "No readings yet" in text_of(pilot.app)


async def test_the_halt_view_lists_every_step_and_its_time():
    view = HaltView()
    async with Stage(view).run_test(size=(100, 40)):
        view.show(sample.HALTED, sample.NOW)

        assert "✓ Latch              3 ms  on the disk" in view.plain
        assert "◐ Sweep" in view.plain
        assert "○ Prove" in view.plain
        assert "NOT CONFIRMED" in view.plain


async def test_the_halt_view_ends_in_the_receipt():
    told = replace(sample.HALT, is_confirmed=True, receipt="0 open orders, twice\n0 unknown")
    view = HaltView()
    async with Stage(view).run_test(size=(100, 40)):
        view.show(replace(sample.STATE, halt=told), sample.NOW)

        assert "✓ CONFIRMED" in view.plain
        assert "NOT CONFIRMED" not in view.plain
        assert view.plain.splitlines()[-2:] == ["  0 open orders, twice", "  0 unknown"]


async def test_a_kept_stop_is_never_told_as_nothing_open():
    order = HaltedOrder(order="a", terms="sell 10 AAPL stop 250", status="new", is_kept=True)
    told = replace(sample.HALT, is_confirmed=True, receipt="proven", orders=(order,))
    view = HaltView()
    async with Stage(view).run_test(size=(100, 40)):
        view.show(replace(sample.STATE, halt=told), sample.NOW)

        assert "no order is open besides 1 kept stop, none is unknown" in view.plain


async def test_in_a_small_pane_every_step_is_seen_whole_and_the_large_word_is_left_out():
    question = "2 positions are open (AAPL, MSFT): close or leave them? " * 2
    step = replace(sample.HALT.steps[-1], name="flatten", detail=question.strip())
    view = HaltView()
    async with Stage(view).run_test(size=(80, 20)):
        view.show(replace(sample.STATE, halt=replace(sample.HALT, steps=(step,))), sample.NOW)

        assert "█" not in view.plain
        assert "…" not in view.plain
        assert " ".join(view.plain.split()).endswith(" ".join(question.split()))


@pytest.mark.parametrize("halt", [None, sample.HALT])
async def test_without_a_desk_nobody_is_told_that_trading_is_active_or_halted(halt):
    view = HaltView()
    view.tell_attached(is_attached=False)
    async with Stage(view).run_test(size=(100, 40)):
        view.show(replace(sample.STATE, halt=halt), sample.NOW)

        assert "none says whether trading is halted" in view.plain
        assert "ACTIVE" not in view.plain
        assert ("The desk's last word:" in view.plain) is (halt is not None)


async def test_help_lists_each_action_under_its_group_in_any_width():
    rows = [HelpRow("Safety", "ctrl+g,f12", "Halt"), HelpRow("Moving", "j,down", "Down")]
    for width in (40, 80, 200):
        view = HelpView(rows)
        async with Stage(view).run_test(size=(width, 20)) as pilot:
            await pilot.pause()

            assert "^G F12        Halt" in view.plain
            assert "j ↓           Down" in view.plain


def test_keys_are_named_as_on_the_keyboard():
    assert key_names("slash,t") == "/ t"
    assert key_names("left_square_bracket") == "["
    assert key_names("shift+tab") == "Shift+Tab"
