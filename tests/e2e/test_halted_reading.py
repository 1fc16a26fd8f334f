"""A halted console still shows: every reading command and every screen. Promise H13."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.actions import ACTIONS
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
SCREENS = {
    "h": "two snapshots",
    "v": "Reconciliation",
    "?": "Safety",
    "S": "Enter scans by the chosen rule",
    "i": "Own book",
    "T": "f loads a file",
    "B": "Enter runs one",
    "C": "F5 runs the code",
}
"""Keys of the screens, and what stands on each and not on the main one."""


@pytest.fixture(scope="module")
def halted() -> Iterator[Rig]:
    """A floor that is halted for good: nothing here changes anything."""
    folder = Path(tempfile.mkdtemp(prefix="kc-"))
    rig = Rig(folder)
    rig.start_venue()
    rig.start_desk()
    rig.run("halt", "--reason", "the test pulls")
    rig.until(lambda: (rig.status().get("halt") or {}).get("is_confirmed"), "never confirmed")
    yield rig
    rig.close()
    shutil.rmtree(folder, ignore_errors=True)


def test_every_reading_command_works_while_halted(halted):
    for command in READING:
        status, printed, complaint = ASKER.ask(command, halted.env)

        assert status == 0, (command, printed, complaint)
        assert printed.strip(), command


def test_every_reading_screen_works_while_halted(halted):
    console = halted.console()
    console.wait_for("AAPL")
    console.wait_for("HALTED")

    # the code comes last: its editor keeps the first Escape for itself
    *others, (code, words) = SCREENS.items()
    for key, word in others:
        console.press(key)
        console.wait_for(word)
        console.press("esc")
        console.wait_for(lambda screen, word=word: word not in screen and "Watchlist" in screen)
    console.press(code)
    console.wait_for(words)


def test_no_screen_was_left_out():
    opens = {action.keys for action in ACTIONS if action.id.startswith("show_")}

    assert opens | {"?"} == set(SCREENS)
