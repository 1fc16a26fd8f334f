"""The halt with everything running: key, command, signal; crashes; and nothing leaves after it."""

import json
import os
import signal
import threading

import pytest

from tests.e2e.rig import Rig, posts

pytestmark = pytest.mark.e2e
DOORS = {
    "main": (),
    "order line": ("/",),
    "help": ("?",),
    "palette": ("ctrl+p",),
    "leave": ("q",),
}
KEYS = ("ctrl+g", "f12")


@pytest.fixture
def trading(rig: Rig) -> Rig:
    rig.start_venue()
    rig.start_desk()
    return rig


def rest_an_order(rig: Rig, symbol: str = "AAPL") -> None:
    bid = rig.json("quote", symbol)["bid"]
    done = rig.order(f"buy 1 {symbol} @ {bid * 0.97:.2f} gtc")
    assert done.returncode == 0, done.stdout + done.stderr


def is_halted(rig: Rig) -> bool:
    return rig.status().get("mode") == "halted"


def is_confirmed(rig: Rig) -> bool:
    halt = rig.status().get("halt")
    return bool(halt and halt["is_confirmed"])


def _each_key_at_every_place():
    """Every place with one of the keys in the short run, with the other in the long one."""
    for number, place in enumerate(DOORS):
        yield place, KEYS[number % 2]
        yield pytest.param(place, KEYS[1 - number % 2], marks=pytest.mark.long)


@pytest.mark.parametrize(("place", "key"), _each_key_at_every_place())
def test_the_key_halts_from_anywhere(trading, place, key):
    rest_an_order(trading)
    console = trading.console()
    console.wait_for("AAPL")
    console.press(*DOORS[place])
    console.settle(0.5)

    console.press(key)

    console.wait_for(lambda screen: "CONFIRMED" in screen and "NOT CONFIRMED" not in screen)
    assert is_halted(trading)
    assert trading.json("orders") == []


def test_the_command_halts_and_proves_it(trading):
    for _ in range(3):
        rest_an_order(trading)

    done = trading.run("halt", "--reason", "drill", "--json")

    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert said["confirmed"] is True
    assert trading.status()["halt"]["reason"] == "drill"
    assert trading.json("orders") == []


def test_the_signal_halts(trading):
    rest_an_order(trading)

    os.kill(trading.status()["desk_pid"], signal.SIGUSR1)

    trading.until(lambda: is_confirmed(trading), "the signal did not halt")
    assert trading.json("orders") == []


def test_no_order_leaves_after_the_acknowledgement(trading):
    stop = threading.Event()
    storm = [threading.Thread(target=_storm, args=(trading, stop)) for _ in range(3)]
    for thread in storm:
        thread.start()
    trading.until(lambda: len(posts(trading.journal())) > 5, "the storm never began")

    done = trading.run("halt", "--reason", "storm", "--json")
    acknowledged = max(entry["seq"] for entry in trading.journal())
    stop.set()
    for thread in storm:
        thread.join()

    assert done.returncode == 0, done.stdout
    after = [entry for entry in posts(trading.journal()) if entry["seq"] > acknowledged]
    assert after == []
    assert trading.json("orders") == []


def _storm(rig: Rig, stop: threading.Event) -> None:
    while not stop.is_set():
        rig.run("order", "buy 1 F")


def test_halted_survives_kill_9_of_desk_and_console(trading):
    console = trading.console()
    console.wait_for("AAPL")
    trading.run("halt", "--reason", "before the crash")

    console.kill()
    trading.kill(trading.desk_process)
    trading.start_desk()

    status = trading.status()
    assert status["mode"] == "halted"
    assert status["halt"]["reason"] == "before the crash"
    done = trading.run("order", "buy 1 AAPL")
    assert done.returncode == 3
    assert "halted" in done.stdout


def test_rearming_wants_a_reason_and_lifts_it(trading):
    trading.run("halt", "--reason", "drill")

    without = trading.run("rearm", "--reason", " ")
    done = trading.run("rearm", "--reason", "drill is over")

    assert without.returncode == 3
    assert done.returncode == 0
    assert trading.status()["mode"] == "active"
    assert trading.order("buy 1 AAPL").returncode == 0


def test_a_hung_desk_is_halted_beside_and_sends_nothing_when_it_wakes(trading):
    rest_an_order(trading)
    desk = trading.status()["desk_pid"]
    os.kill(desk, signal.SIGSTOP)
    try:
        done = trading.run("halt", "--reason", "hung")
        seen = len(posts(trading.journal()))
    finally:
        os.kill(desk, signal.SIGCONT)

    assert done.returncode == 0, done.stdout
    assert "no desk answered" in done.stdout
    trading.until(lambda: is_halted(trading), "the desk woke up trading")
    assert trading.run("order", "buy 1 AAPL").returncode == 3
    assert len(posts(trading.journal())) == seen
