"""The cord: pulled from anywhere, shown at once, lifted only with a reason."""

import asyncio

import pytest
from textual.command import CommandPalette

from console.app import HALT_REASON
from console.domain.receipts import Outcome, Receipt
from console.screens.halt import HaltScreen
from console.screens.main import MainScreen
from tests.screens import pictures
from tests.screens.consoles import SMALL, Alone, running, until
from tests.screens.fakes import FakeDesk
from widgets.halt_view import HaltView

PLACES = {
    "a pane": (),
    "the order line": ("slash", "b", "u", "y"),
    "help": ("question_mark",),
    "help on a pane": ("f1",),
    "the palette": ("ctrl+p", "f"),
    "the question how to leave": ("q",),
    "the halt screen": ("h",),
    "the reason to re-arm": ("h", "R", "o", "k"),
}


@pytest.mark.parametrize("key", ["ctrl+g", "f12"])
@pytest.mark.parametrize("place", PLACES)
async def test_the_cord_is_pulled_from_anywhere(place, key):
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press(*PLACES[place])
        await pilot.press(key)
        await until(pilot, lambda: desk.asked_for("halt"))
        await until(pilot, lambda: isinstance(pilot.app.screen, HaltScreen))

        assert desk.asked_for("halt") == [HALT_REASON]


async def test_halting_waits_for_no_confirmation_and_no_order():
    desk = FakeDesk()
    desk.may_answer.clear()
    async with running(desk) as pilot:
        await pilot.press("x", "enter")
        await until(pilot, lambda: desk.asked_for("cancel"))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: desk.asked_for("halt"))
        desk.may_answer.set()


async def test_without_a_desk_the_console_pulls_the_cord_alone():
    desk, alone = FakeDesk(), Alone()
    async with running(desk, alone=alone) as pilot:
        desk.lose()
        await pilot.press("ctrl+g")
        await until(pilot, lambda: alone.reasons)

        assert alone.reasons == [HALT_REASON]


async def test_a_desk_that_does_not_answer_is_not_waited_for():
    desk, alone = FakeDesk(), Alone()
    stuck = asyncio.Event()

    async def halt(reason):
        await stuck.wait()

    desk.halt = halt
    async with running(desk, alone=alone) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: alone.reasons)


async def test_the_halt_says_not_confirmed_until_it_is():
    desk = FakeDesk()
    async with running(desk, SMALL) as pilot:
        await pilot.press("ctrl+g")
        view = lambda: pilot.app.screen.query_one(HaltView).plain  # noqa: E731 - asked twice
        await until(pilot, lambda: "NOT CONFIRMED" in view())
        assert "1 of 3 orders canceled" in view()

        desk.halt_shows(pictures.halt(is_confirmed=True))
        await until(pilot, lambda: "✓ CONFIRMED" in view())
        assert "0 open orders, 0 unknown, proven twice" in view()


async def test_the_halt_screen_is_left_and_found_again():
    async with running() as pilot:
        main = pilot.app.screen
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, HaltScreen))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main)


async def test_re_arming_needs_a_reason():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: desk.state.halt is not None)
        await pilot.press("R", "space", "enter")
        await pilot.pause()
        assert desk.asked_for("rearm") == []

        await pilot.press("o", "k", "enter")
        await until(pilot, lambda: desk.asked_for("rearm"))
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))

        assert desk.asked_for("rearm") == ["ok"]
        assert desk.state.halt is None


async def test_a_refused_re_arm_keeps_the_reason_and_says_why():
    desk = FakeDesk()
    desk.answers["rearm"] = Receipt(outcome=Outcome.DENIED, detail="2 orders are still open")
    async with running(desk) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: desk.state.halt is not None)
        await pilot.press("R", "o", "k", "enter")
        answer = lambda: str(pilot.app.screen.query_one("#answer").render())  # noqa: E731 - polled
        await until(pilot, lambda: "2 orders are still open" in answer())

        assert pilot.app.screen.query_one("#reason").value == "ok"


async def test_the_palette_is_closed_by_the_cord():
    async with running() as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, HaltScreen))

        assert not any(isinstance(screen, CommandPalette) for screen in pilot.app.screen_stack)
