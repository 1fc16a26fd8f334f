"""A halted console still shows: every reading command and every screen. Promise H13."""

import pytest

from tests.e2e.asker import ASKER
from tests.e2e.rig import Rig

pytestmark = pytest.mark.e2e
READING = [
    ("status",),
    ("orders",),
    ("positions",),
    ("reconcile",),
    ("quote", "AAPL"),
    ("chart", "AAPL"),
    ("halts",),
    ("drills",),
    ("settings",),
    ("audit", "verify"),
]
SCREENS = {"h": "two snapshots", "v": "Reconciliation", "?": "Safety"}
"""Keys of the screens, and what stands on each and not on the main one."""


@pytest.fixture
def halted(rig: Rig) -> Rig:
    rig.start_venue()
    rig.start_desk()
    rig.run("halt", "--reason", "the test pulls")
    rig.until(lambda: (rig.status().get("halt") or {}).get("is_confirmed"), "never confirmed")
    return rig


def test_every_reading_command_works_while_halted(halted):
    for command in READING:
        status, printed, complaint = ASKER.ask(command, halted.env)

        assert status == 0, (command, printed, complaint)
        assert printed.strip(), command


def test_every_reading_screen_and_pane_works_while_halted(halted):
    console = halted.console()
    console.wait_for("AAPL")
    console.wait_for("HALTED")

    for key, word in SCREENS.items():
        console.press(key)
        console.wait_for(word)
        console.press("esc")
        console.wait_for(lambda screen, word=word: word not in screen)
