"""What a desk must live through: sudden death under load, a full disk, nonsense, two at once."""

import json
import os
import random
import resource
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from console.domain.order_ids import is_ours
from tests.e2e.rig import KILLCORD, Rig, posts

pytestmark = pytest.mark.e2e
ROUNDS = 2
CLIENTS = 3


CLIENT = """
import asyncio, sys
from console.commands.asking import NoDesk, attached
from console.domain.receipts import Outcome
from console.domain.tickets import Ticket
from console.domain.orders import Side
from console.folders import state_folder
from decimal import Decimal

async def order_on(desk):
    ticket = Ticket(symbol="F", side=Side.BUY, qty=Decimal(1))
    while True:
        offered = await desk.link.check(ticket)
        if offered.request is not None:
            receipt = await desk.link.submit(offered.request)
            if receipt.outcome is Outcome.ACCEPTED:
                print(receipt.order, flush=True)

async def main():
    async with attached(state_folder("demo")) as desk:
        await order_on(desk)

asyncio.run(main())
"""


def sent_ids(rig: Rig) -> list[str]:
    """The client order ids of all orders the venue was sent, refused ones too."""
    return [json.loads(post["body"])["client_order_id"] for post in posts(rig.journal())]


@contextmanager
def storm(rig: Rig) -> Iterator[list[str]]:
    """Have clients order as fast as they are answered; yields what was acknowledged, at the end."""
    command = [KILLCORD[0], "-c", CLIENT]
    clients = [
        subprocess.Popen(command, env=rig.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(CLIENTS)
    ]
    acknowledged = list[str]()
    try:
        yield acknowledged
    finally:
        for client in clients:
            client.terminate()
            acknowledged += client.communicate()[0].decode().split()


def test_orders_survive_a_desk_killed_at_random_moments(rig: Rig):
    rig.start_venue("--rate-limit", "off")
    chance = random.Random(7)
    acknowledged = list[str]()
    for _ in range(ROUNDS):
        rig.start_desk()
        before = len(posts(rig.journal()))
        enough = before + chance.randint(2, 60)
        with storm(rig) as numbers:
            rig.until(lambda seen=enough: len(posts(rig.journal())) >= seen, "no storm")
            rig.kill(rig.desk_process)
        acknowledged += numbers
    rig.start_desk()

    known = {o["client_order_id"]: o for o in rig.json("orders", "--all")}
    sent = sent_ids(rig)
    assert len(sent) == len(set(sent))
    assert set(acknowledged) <= set(sent) <= set(known)
    assert all(is_ours(order) for order in sent)
    rig.until(lambda: _agree(rig), "the desk and the venue never agreed")


def _agree(rig: Rig) -> bool:
    ours = {o["client_order_id"]: o["status"] for o in rig.json("orders", "--all")}
    listed = rig.json_of_venue("GET", "/v2/orders?status=all&limit=500")
    theirs = {o["client_order_id"]: o["status"] for o in listed}
    return all(ours[key] == status for key, status in theirs.items())


def is_drained(rig: Rig) -> bool:
    steps = (rig.status().get("halt") or {}).get("steps", ())
    return any((step["name"], step["status"]) == ("drain", "done") for step in steps)


@pytest.mark.parametrize("way", ["signal", "file"])
def test_a_storm_ends_however_the_cord_is_pulled(rig: Rig, way):
    rig.start_venue("--rate-limit", "off")
    rig.start_desk()
    desk = rig.status()["desk_pid"]

    with storm(rig):
        rig.until(lambda: len(posts(rig.journal())) > 20, "no storm")
        if way == "signal":
            os.kill(desk, signal.SIGUSR1)
        else:
            (rig.profile / "HALT").touch()
        # what had left before the pull may reach the venue until the drain is done
        rig.until(lambda: is_drained(rig), "it never halted")
        seen = len(posts(rig.journal()))
        rig.until(lambda: bool(rig.status()["halt"]["is_confirmed"]), "never confirmed")
        assert rig.status()["mode"] == "halted"

    assert len(posts(rig.journal())) == seen
    assert rig.json_of_venue("GET", "/v2/orders?status=open") == []


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits a running process")
def test_with_a_full_disk_no_order_leaves_and_a_halt_still_works(rig: Rig):
    rig.start_venue()
    rig.start_desk()
    assert rig.order("buy 1 F").returncode == 0
    desk = rig.status()["desk_pid"]
    resource.prlimit(desk, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    seen = len(posts(rig.journal()))

    refused = rig.order("buy 1 F")
    halted = rig.run("halt", "--reason", "full")

    assert refused.returncode == 3, refused.stdout
    assert "cannot be recorded" in refused.stdout
    assert len(posts(rig.journal())) == seen
    assert halted.returncode == 0, halted.stdout
    resource.prlimit(desk, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    rig.until(lambda: rig.run("rearm", "--reason", "space again").returncode == 0, "still halted")
    rig.until(lambda: rig.run("order", "buy 1 F").returncode == 0, "never sent again")


def test_nonsense_at_the_doors_hurts_nobody(rig: Rig):
    rig.start_venue()
    rig.start_desk()
    chance = random.Random(3)
    lines = [b"\n", b"{}\n", b"[" * 4_000 + b"\n", b"x" * 100_000, b'{"reason": 7', b"\x00\xff\n"]
    for door in ("halt.sock", "desk.sock"):
        for line in [*lines, chance.randbytes(9_000)]:
            with socket.socket(socket.AF_UNIX) as caller:
                caller.connect(str(rig.profile / door))
                try:
                    caller.sendall(line)
                except OSError:
                    continue

    assert rig.status()["mode"] == "active"
    assert rig.order("buy 1 F").returncode == 0


def test_a_second_desk_is_refused_and_the_first_goes_on(rig: Rig):
    rig.start_venue()
    rig.start_desk()

    second = rig.run("desk", "--venue", str(rig.venue_file))

    assert second.returncode == 1
    assert "a demo desk is running already" in second.stderr
    assert rig.order("buy 1 F").returncode == 0


def test_the_secret_is_in_no_log_no_database_and_no_argument(rig: Rig):
    rig.start_venue()
    rig.start_desk()
    rig.order("buy 1 F")
    rig.run("halt", "--reason", "canary")
    processes = [psutil.Process(rig.desk_process.pid), psutil.Process(rig.venue_process.pid)]

    files = [path for path in rig.folder.rglob("*") if path.is_file()]
    with_secret = [path.name for path in files if _holds(path, rig.started["secret"])]
    said = [word for process in processes for word in process.cmdline()]
    said += [value for process in processes for value in process.environ().values()]

    assert sorted(with_secret) == ["venue-of-the-test.json", "venue.json"]
    assert not any(rig.started["secret"] in word for word in said)
    assert (rig.profile / "venue.json").stat().st_mode & 0o077 == 0


def _holds(path: Path, secret: str) -> bool:
    return secret.encode() in path.read_bytes()


def test_a_desk_started_by_a_console_lives_on_after_a_hang_up_and_keeps_its_logs(rig: Rig):
    rig.start_venue()
    for _ in range(2):
        console = rig.console()
        console.wait_for("SPY")
        rig.until(lambda: rig.status() != {}, "the console started no desk")
        desk = rig.status()["desk_pid"]
        os.kill(desk, signal.SIGHUP)
        assert rig.status().get("desk_pid") == desk
        rig.run("desk", "--stop")
        console.kill()

    logs = sorted(path.name for path in rig.profile.glob("desk.log*"))
    assert logs == ["desk.log", "desk.log.1"]
    assert all((rig.profile / name).stat().st_mode & 0o077 == 0 for name in logs)


def test_a_user_without_a_name_may_halt(rig: Rig):
    nameless = (
        "import pwd; pwd.getpwuid = lambda uid: {}[uid]; from console.cli import main; "
        "raise SystemExit(main(['halt']))"
    )
    env = {k: v for k, v in rig.env.items() if k not in ("USER", "LOGNAME", "LNAME", "USERNAME")}

    done = subprocess.run(
        [KILLCORD[0], "-c", nameless],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 3, done.stderr
    assert json.loads((rig.profile / "HALT").read_text())["by"].startswith("uid ")
