"""The cord: pulled from anywhere, shown at once, lifted only with a reason."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from itertools import cycle

import pytest
from textual.command import CommandPalette

from console.actions import HALT_KEYS
from console.app import HALT_REASON
from console.domain.events import FlattenChanged, PositionsReported
from console.domain.flatten import CloseStatus, Closing, Extent, Flatten, FlattenRequest
from console.domain.halt import HaltedOrder
from console.domain.positions import Position
from console.domain.receipts import Outcome, Receipt
from console.screens.flatten import FlattenScreen
from console.screens.halt import HaltScreen
from console.screens.main import MainScreen
from console.screens.receipt_export import export_receipt
from tests.screens import pictures
from tests.screens.consoles import SMALL, Alone, running, until
from tests.screens.fakes import FakeDesk
from tests.screens.test_code import CodeLab
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
MORE_PLACES = {
    "the question which positions to close": ("h", "o"),
    "the reason to reduce": ("H", "o", "k"),
    "a drill": ("D",),
    "the reconciliation screen": ("v",),
    "the scanner": ("S",),
    "the scanner's symbol file": ("S", "f", "a"),
    "the insight screen": ("i",),
    "the datasets": ("T",),
    "the name of a file to load": ("T", "f", "a"),
    "the editor of the code screen": ("C", "x", "enter"),
    "the code screen's parameters": ("C", "f3", "a"),
    "the back-tests": ("B",),
    "the symbols of a back-test": ("B", "y", "a"),
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


@pytest.mark.parametrize(("place", "key"), zip(MORE_PLACES, cycle(HALT_KEYS.split(","))))
async def test_the_cord_is_pulled_from_every_other_place_too(place, key):
    desk = FakeDesk()
    async with running(desk, lab=CodeLab()) as pilot:
        pilot.app.run_drill = asyncio.Event().wait
        before = pilot.app.screen
        await pilot.press(*MORE_PLACES[place])
        await until(pilot, lambda: pilot.app.screen is not before)
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


HELD = (
    Position(
        symbol="AAPL",
        qty=Decimal(10),
        avg_entry_price=Decimal(200),
        qty_available=Decimal(10),
        last_price=Decimal(150),
    ),
)


async def on_the_halt_screen(pilot, desk, **more):
    desk.halt_shows(replace(pictures.halt(is_confirmed=True), **more))
    desk.tell(PositionsReported(positions=HELD, at=desk.time))
    await pilot.press("h")
    await until(pilot, lambda: isinstance(pilot.app.screen, HaltScreen))


@pytest.mark.parametrize(("key", "extent"), [("o", Extent.ALL), ("l", Extent.LOSING)])
async def test_positions_are_closed_by_the_second_enter_only(key, extent):
    desk = FakeDesk()
    async with running(desk) as pilot:
        await on_the_halt_screen(pilot, desk)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, FlattenScreen))
        await pilot.press("enter")
        assert desk.asked_for("flatten") == []
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked_for("flatten"))

        assert desk.asked_for("flatten") == [FlattenRequest(extent=extent)]


async def test_the_question_gives_each_position_a_line_and_takes_a_reason_for_no_markup():
    desk = FakeDesk()
    async with running(desk) as pilot:
        halt = replace(pictures.halt(is_confirmed=True), reason="[b]smoke[/b]\nand fire")
        desk.halt_shows(halt)
        desk.tell(PositionsReported(positions=HELD, at=desk.time))
        await pilot.press("h", "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, FlattenScreen))

        told = str(pilot.app.screen.query_one("#sentence").render()).splitlines()

        assert told[:2] == ["Close every position?", "Halted: [b]smoke[/b] and fire"]
        held = pilot.app.session.link.state.positions
        assert [line.split()[2] for line in told[2:]] == list(held)


async def test_in_a_small_terminal_every_step_of_the_checklist_is_on_the_screen():
    desk = FakeDesk()
    async with running(desk, size=SMALL) as pilot:
        await on_the_halt_screen(pilot, desk)
        view = pilot.app.screen.query_one(HaltView)

        steps = [str(step.name) for step in pictures.halt(is_confirmed=True).steps]

        def is_all_shown() -> bool:
            shown = view.plain.splitlines()[: view.size.height]
            return all(any(f" {name} " in line for line in shown) for name in steps)

        await until(pilot, is_all_shown)


async def test_escape_closes_nothing_also_when_it_is_armed():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await on_the_halt_screen(pilot, desk)
        await pilot.press("o", "enter", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HaltScreen))

        assert desk.asked_for("flatten") == []


async def test_the_fence_is_set_and_lifted_by_its_key():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await on_the_halt_screen(pilot, desk)
        await pilot.press("F")
        await until(pilot, lambda: desk.asked_for("fence"))
        desk.halt_shows(replace(pictures.halt(is_confirmed=True), is_fenced=True))
        await until(pilot, lambda: pilot.app.session.link.state.halt.is_fenced)
        await pilot.press("F")
        await until(pilot, lambda: len(desk.asked_for("fence")) == 2)

        assert desk.asked_for("fence") == [True, False]


async def test_every_order_and_position_of_a_halt_has_a_line_with_its_time():
    desk = FakeDesk()
    order = HaltedOrder(order="o1", terms="buy 10 KO", status="canceled", elapsed_ms=212.4)
    closing = Closing(
        symbol="AAPL",
        qty=Decimal(10),
        left_qty=Decimal(10),
        status=CloseStatus.LEFT,
        detail="the market is closed until 09:30 New York",
    )
    async with running(desk) as pilot:
        await on_the_halt_screen(pilot, desk, orders=(order,), covers="Covers account PA1.")
        told = Flatten(id="f", what="every position", by="ann", at=desk.time, closings=(closing,))
        desk.tell(FlattenChanged(flatten=told, revision=1))
        view = lambda: pilot.app.screen.query_one(HaltView).plain  # noqa: E731 - asked twice
        await until(pilot, lambda: "until 09:30 New York" in view())

        assert "canceled" in view()
        assert "212 ms" in view()
        assert "Covers account PA1." in view()


def test_an_exported_receipt_is_that_of_this_halt_or_none(tmp_path):
    (tmp_path / "HALT.receipt.json").write_text('{"halt": "h1"}')
    to = tmp_path / "to"
    to.mkdir()

    other = export_receipt(tmp_path, "h2", to)
    told = export_receipt(tmp_path, "h1", to)

    assert "no receipt yet" in other
    assert "killcord-halt-h1.json" in told
    assert [path.name for path in to.iterdir()] == ["killcord-halt-h1.json"]
