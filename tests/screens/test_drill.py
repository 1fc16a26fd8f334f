"""The drill's screen: it runs what it is given and shows what came of it."""

import asyncio

from console.screens.drill import DrillScreen
from tests.screens.consoles import running, until


def text_of(app):
    return str(app.screen.query_one("#answer").render())


async def test_a_drill_is_run_from_any_screen_and_its_figures_are_shown():
    async def drill():
        return "key  1.2 ms\nDRILL PASSED."

    async with running() as pilot:
        pilot.app.run_drill = drill
        await pilot.press("D")
        await until(pilot, lambda: isinstance(pilot.app.screen, DrillScreen))
        await until(pilot, lambda: "DRILL PASSED." in text_of(pilot.app))

        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, DrillScreen)


async def test_leaving_ends_a_drill_that_runs():
    ended = asyncio.Event()

    async def drill():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    async with running() as pilot:
        pilot.app.run_drill = drill
        await pilot.press("D")
        await until(pilot, lambda: isinstance(pilot.app.screen, DrillScreen))
        await pilot.press("escape")
        await until(pilot, ended.is_set)


async def test_a_console_without_a_drill_says_how_to_run_one():
    async with running() as pilot:
        await pilot.press("D")
        await until(pilot, lambda: pilot.app._notifications)

        [said] = pilot.app._notifications
        assert "killcord halt --drill" in said.message
