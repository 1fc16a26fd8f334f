"""The reconciliation screen: what the last comparison found, and a new one at a key."""

import pytest

from console.domain.events import Reconciled
from console.screens.reconciliation import ReconciliationScreen
from tests.screens.consoles import running, until
from tests.screens.fakes import FakeDesk
from tests.widgets import sample
from tests.widgets.stage import text_of


async def test_nothing_is_said_to_agree_before_it_was_compared():
    async with running(FakeDesk()) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: "Not compared with the broker yet" in text_of(pilot.app))

        assert "agrees" not in text_of(pilot.app)


@pytest.mark.parametrize("leave", ["escape"])
async def test_the_last_comparison_and_the_last_find_are_shown(leave):
    desk = FakeDesk()
    desk.tell(Reconciled(sample.DIFFERING), Reconciled(sample.RECONCILED))
    async with running(desk) as pilot:
        await pilot.press("v")
        for words in (
            "✓ agrees",
            "no difference in 5 orders, 2 fills and 3 positions",
            "Position in MSFT: we had 0, the broker has 15.",
            "→ The broker's quantity and average were taken over.",
        ):
            await until(pilot, lambda words=words: words in text_of(pilot.app))
        await pilot.press(leave)
        await until(pilot, lambda: not isinstance(pilot.app.screen, ReconciliationScreen))


async def test_a_key_has_the_desk_compare_now_and_its_answer_is_shown():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReconciliationScreen))
        await pilot.press("c")
        await until(pilot, lambda: desk.asked_for("reconcile"))

        await until(pilot, lambda: "ACCEPTED: no difference" in text_of(pilot.app))
