"""`killcord halt` where no desk answers: it latches, sweeps the broker itself and proves it."""

import json
import os
import signal
import socket

import pytest

from tests.e2e.rig import Rig

pytestmark = pytest.mark.e2e


@pytest.fixture
def demo(rig: Rig) -> Rig:
    rig.start_venue()
    rig.profile.mkdir(parents=True)
    (rig.profile / "venue.json").write_text(json.dumps(rig.started))
    return rig


def place(rig: Rig, price: float) -> None:
    order = {
        "symbol": "AAPL",
        "qty": "1",
        "side": "buy",
        "type": "limit",
        "limit_price": str(price),
        "time_in_force": "gtc",
    }
    rig.json_of_venue("POST", "/v2/orders", order)


def test_without_a_desk_it_cancels_everything_and_proves_it(demo):
    for price in (10, 11, 12):
        place(demo, price)
    assert len(demo.json_of_venue("GET", "/v2/orders?status=open")) == 3

    done = demo.run("halt", "--reason", "smoke", "--json")

    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert said["confirmed"] is True
    assert said["latched"]["reason"] == "smoke"
    assert (demo.profile / "HALT").exists()
    assert demo.json_of_venue("GET", "/v2/orders?status=open") == []


def test_a_desk_that_hangs_is_not_waited_for(demo):
    place(demo, 10)
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(demo.profile / "halt.sock"))
        hung.listen()

        done = demo.run("halt", "--reason", "hung")

    assert done.returncode == 0, done.stdout
    assert "no desk answered" in done.stdout
    assert "HALTED and CONFIRMED" in done.stdout
    assert demo.json_of_venue("GET", "/v2/orders?status=open") == []


def test_a_dead_broker_is_told_as_not_confirmed(demo):
    os.kill(int(demo.started["pid"]), signal.SIGKILL)
    (demo.profile / "venue.json").unlink()

    done = demo.run("halt")

    assert done.returncode == 3
    assert "NOT CONFIRMED" in done.stdout
    assert (demo.profile / "HALT").exists()


def test_halting_twice_keeps_the_first_reason(demo):
    demo.run("halt", "--reason", "first")

    done = demo.run("halt", "--reason", "second")

    assert done.returncode == 0
    assert "first" in done.stdout
    assert json.loads((demo.profile / "HALT").read_text())["reason"] == "first"


def test_it_loads_nothing_but_the_standard_library(demo):
    script = (
        "import sys; from console.commands import halt, sweep_alone;"
        "print([n for n in sys.modules if n.split('.')[0] in {'alpaca','textual','msgspec',"
        "'pandas','numpy','websockets','platformdirs','requests','aiohttp','rich'}])"
    )

    loaded = demo.python(script)

    assert loaded.strip() == "[]"
