"""The cord with a real console: it halts while the console is stopped, stuck or gone."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.e2e.rig import Rig, posts
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e
STUCK = """
import sys, time
from pathlib import Path
from console.bootstrap import console
from console.cord.forking import run_behind_the_cord
from console.folders import state_folder

stick, stuck, go_on = map(Path, sys.argv[1:])

def monotonic():
    while stick.exists() and not go_on.exists():
        stuck.touch()
        time.sleep(0.05)
    return time.monotonic()

def run(cord):
    from console.app import Killcord
    from console.link.replica import Replica
    folder = state_folder("demo")
    link = lambda: Replica(folder.socket, "console")
    app = Killcord(link, profile="demo", halt_alone=None, log_file=folder.log, cord=cord,
                   monotonic=monotonic)
    app.run()
    return 0

sys.exit(run_behind_the_cord(state_folder("demo"), run))
"""


@pytest.fixture
def trading(rig: Rig) -> Rig:
    rig.start_venue()
    rig.start_desk()
    return rig


@pytest.fixture(scope="module")
def calm() -> Iterator[Rig]:
    """One floor for the tests that halt nothing."""
    folder = Path(tempfile.mkdtemp(prefix="kc-"))
    rig = Rig(folder)
    rig.start_venue()
    rig.start_desk()
    yield rig
    rig.close()
    shutil.rmtree(folder, ignore_errors=True)


def is_confirmed(rig: Rig) -> bool:
    halt = rig.status().get("halt")
    return bool(halt and halt["is_confirmed"])


def test_a_stopped_console_halts_by_its_own_keyboard_and_nothing_leaves_after(trading):
    resting = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "limit", "limit_price": "10"}
    trading.json_of_venue("POST", "/v2/orders", {**resting, "time_in_force": "gtc"})
    sent = len(posts(trading.journal()))
    console = trading.console()
    console.wait_for("AAPL")
    console.behind().suspend()

    console.press("ctrl+g")

    trading.until(lambda: is_confirmed(trading), "the key did not halt")
    assert trading.run("order", "buy 1 F").returncode == 3
    assert len(posts(trading.journal())) == sent
    assert trading.json("orders") == []
    console.wait_for(lambda screen: "HALTED: the latch is set" in screen.split("\n")[0])
    console.behind().resume()
    console.wait_for(lambda screen: "CONFIRMED" in screen and "does not answer" not in screen)


def test_a_console_whose_loop_is_stuck_halts_and_shows_it_when_it_lives_again(trading):
    stick, stuck, go_on = (trading.folder / name for name in ("stick", "stuck", "go-on"))
    with ExitStack() as stack:
        command = [sys.executable, "-c", STUCK, str(stick), str(stuck), str(go_on)]
        console = Terminal(command, trading.env)
        stack.callback(console.close)
        stack.callback(go_on.touch)
        console.wait_for("AAPL")
        stick.touch()
        trading.until(stuck.exists, "the console never asked for the time")

        console.press("f12")

        trading.until(lambda: is_confirmed(trading), "the key did not halt")
        console.wait_for("HALTED: the latch is set")
        go_on.touch()
        console.wait_for(lambda screen: "CONFIRMED" in screen and "does not answer" not in screen)


def test_a_key_in_a_storm_of_sizes_is_one_pull_in_the_audit(trading):
    console = trading.console()
    console.wait_for("AAPL")

    for number in range(1_000):
        console.resize(80 + number % 60, 24 + number % 20)
        if number == 500:
            console.press("ctrl+g")
    console.resize(140, 45)  # none of the sizes before: all is painted anew
    console.wait_for(lambda screen: "CONFIRMED" in screen and "NOT CONFIRMED" not in screen)

    kinds = trading.python(
        "import os, sqlite3; from console.folders import state_folder as f; "
        "d = sqlite3.connect(f('demo').database); "
        "print(*(k for k, in d.execute('select kind from audit_lines')))"
    ).split()
    assert kinds.count("halt.pulled") + kinds.count("halt.found") == 1
    assert "halt.pulled_again" not in kinds


def test_a_killed_console_ends_its_cord_and_nothing_else(calm):
    console = calm.console()
    console.wait_for("AAPL")

    console.behind().kill()

    assert console.wait_until_ended() == 128 + 9
    assert calm.status()["mode"] == "active"


def test_a_killed_cord_takes_its_console_along(calm):
    console = calm.console()
    console.wait_for("AAPL")
    behind = console.behind()

    os.kill(console.process.pid, 9)

    calm.until(lambda: not is_alive(behind), "the console lives on without a terminal")


def is_alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_paste_with_the_key_in_it_does_not_halt(calm):
    console = calm.console()
    console.wait_for("AAPL")
    console.press("/")
    console.wait_for("Disarm, leave")

    console.press("\x1b[200~buy 1 \x07F\x1b[201~")

    console.wait_for("buy 1 F")
    assert calm.status()["mode"] == "active"


def test_the_cord_loads_no_library(calm):
    console = calm.console()
    console.wait_for("AAPL")

    with open(f"/proc/{console.process.pid}/maps", encoding="utf-8") as maps:  # noqa: PTH123 - no file
        loaded = [line for line in maps if "site-packages" in line]

    assert loaded == []
    assert psutil.Process(console.process.pid).memory_info().rss < 40 * 2**20
