"""Holding back from the console: a key, a reason, and the desk's answer."""

from console.domain.receipts import Outcome, Receipt
from console.screens.main import MainScreen
from console.screens.reduce import ReduceScreen
from tests.screens.consoles import running, until
from tests.screens.fakes import FakeDesk


async def test_the_key_asks_why_and_holds_back():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press("H")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReduceScreen))
        await pilot.press("o", "k", "enter")
        await until(pilot, lambda: desk.asked_for("reduce"))
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))

        assert desk.asked_for("reduce") == ["ok"]


async def test_a_refusal_is_said_and_escape_leaves_all_as_it_is():
    desk = FakeDesk()
    desk.answers["reduce"] = Receipt(outcome=Outcome.FORBIDDEN, detail="you may not")
    async with running(desk) as pilot:
        await pilot.press("H")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReduceScreen))
        await pilot.press("o", "k", "enter")
        answer = lambda: str(pilot.app.screen.query_one("#answer").render())  # noqa: E731 - polled
        await until(pilot, lambda: "you may not" in answer())

        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
