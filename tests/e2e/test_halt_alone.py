"""`killcord halt` where no desk answers: it latches, sweeps the broker itself and proves it."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from console.commands.sweep_alone import A_PAGE, Access, open_orders
from tests.e2e.rig import KILLCORD, Rig

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


def test_a_disk_that_hangs_does_not_keep_it_from_the_broker(demo):
    place(demo, 10)
    script = (
        "import os, sys, threading; os.fsync = lambda _: threading.Event().wait();"
        "from console.commands.halt import main; sys.exit(main(['--reason', 'hung']))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        env=demo.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "THE DISK DOES NOT ANSWER" in done.stdout
    assert "THE LATCH IS NOT SET: whatever was swept" in done.stdout
    assert demo.json_of_venue("GET", "/v2/orders?status=open") == []


def test_a_latch_that_a_dying_desk_takes_away_is_set_again(demo):
    latch = demo.profile / "HALT"
    with socket.socket(socket.AF_UNIX) as dying:
        dying.bind(str(demo.profile / "halt.sock"))
        dying.listen()
        halting = subprocess.Popen([*KILLCORD, "halt"], env=demo.env, stdout=subprocess.PIPE)
        asked, _ = dying.accept()
        latch.unlink()
        asked.close()

        said = halting.communicate(timeout=60)[0].decode()

    assert halting.returncode == 0, said
    assert latch.exists()


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


def test_more_open_orders_than_a_page_holds_are_all_seen_and_canceled(demo):
    access = Access(demo.started["trading_url"], demo.started["key"], demo.started["secret"])
    for number in range(A_PAGE + 10):
        place(demo, round(10 + number / 100, 2))

    assert open_orders(access) == A_PAGE + 10
    done = demo.run("halt")

    assert done.returncode == 0, done.stdout
    assert demo.json_of_venue("GET", "/v2/orders?status=open") == []


def test_a_reader_that_goes_away_does_not_end_the_sweep(demo):
    place(demo, 10)
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run([*KILLCORD, "halt"], env=demo.env, stdout=writer, check=False, timeout=60)
    os.close(writer)

    assert done.returncode == 0
    assert demo.json_of_venue("GET", "/v2/orders?status=open") == []


def test_a_hang_up_in_the_middle_does_not_end_the_sweep(demo):
    place(demo, 10)
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(demo.profile / "halt.sock"))
        hung.listen()
        halting = subprocess.Popen([*KILLCORD, "halt"], env=demo.env, stdout=subprocess.PIPE)
        demo.until((demo.profile / "HALT").exists, "it never latched")

        halting.send_signal(signal.SIGHUP)
        said = halting.communicate(timeout=60)[0].decode()

    assert halting.returncode == 0, said
    assert demo.json_of_venue("GET", "/v2/orders?status=open") == []


def test_keys_that_others_can_read_are_refused_as_the_desk_refuses_them(rig):
    keys = rig.folder / "paper" / "keys.json"
    keys.parent.mkdir()
    keys.write_text('{"key": "k", "secret": "canary"}')
    keys.chmod(0o644)

    done = rig.run("halt", "--profile", "paper")

    assert done.returncode == 3
    assert f"has mode 0644: run chmod 600 {keys}" in done.stdout
    assert "canary" not in done.stdout + done.stderr
    assert (keys.parent / "HALT").exists()
