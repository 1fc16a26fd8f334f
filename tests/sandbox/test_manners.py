"""Whatever reckons gives way to the console and the desk, however it was started."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from console.bootstrap.lab_processes import LabProcesses
from console.sandbox.manners import NICENESS, give_way
from console.sandbox.running import Bench

PATIENCE = 60.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the scheduler is Linux's")


def manners(process):
    return os.getpriority(os.PRIO_PROCESS, process), os.sched_getscheduler(process)


def children(process):
    try:
        path = Path(f"/proc/{process}/task/{process}/children")
        return [int(child) for child in path.read_text().split()]
    except OSError:  # it has ended meanwhile
        return []


def descendants(process):
    """Return all that stand below a process now."""
    return [one for child in children(process) for one in (child, *descendants(child))]


def workers(process):
    """Return those below a process that have nothing below them: bubblewrap's own only wait."""
    return [one for one in descendants(process) if not children(one)]


def has_manners(process):
    try:
        niceness, kind = manners(process)
    except ProcessLookupError:
        return False
    return niceness >= NICENESS and kind == os.SCHED_BATCH


def test_a_process_that_gives_way_gives_way_no_more_the_second_time():
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        try:
            give_way(process.pid)
            once = manners(process.pid)
            give_way(process.pid)
            twice = manners(process.pid)
        finally:
            process.kill()

    assert once == twice == (max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)), os.SCHED_BATCH)


def test_a_process_that_is_gone_is_no_matter():
    with subprocess.Popen(["true"]) as process:
        process.wait()

    give_way(process.pid)


def test_a_sandboxed_worker_gives_way(isolation):
    bench, ends = Bench(isolation), time.monotonic() + PATIENCE
    bench.warm()
    try:
        outer = bench._spare._process.pid
        while not workers(outer) or not all(map(has_manners, workers(outer))):
            assert time.monotonic() < ends
            time.sleep(0.05)
        sessions = {os.getsid(process) for process in descendants(outer)}
    finally:
        bench.close()

    # niceness counts within a session, and the session itself was made to give way
    assert sessions == {outer}


@pytest.mark.e2e
async def test_a_process_of_the_lab_gives_way_before_it_begins(tmp_path, monkeypatch):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))
    lab = LabProcesses("demo")
    try:
        asked = asyncio.create_task(lab.ask("data", "datasets"))
        async with asyncio.timeout(PATIENCE):
            await asked
        told = [has_manners(hand._process.pid) for hand in lab._hands.values()]
    finally:
        await lab.close()

    assert told == [True]
