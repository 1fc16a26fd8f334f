"""`killcord scan` while it waits: Ctrl+C, which asyncio makes a cancellation of its task."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.commands.scanning import followed
from console.domain.receipts import Outcome, Receipt
from console.domain.scans import Scan, ScanState
from console.scanning.rules import RULES

ROOT = Path(__file__).parents[2]
RUNNING = Scan(
    rule=RULES[0],
    universe="all tradable",
    state=ScanState.RUNNING,
    at=datetime(2026, 3, 2, 15, tzinfo=UTC),
    day=None,
    total=10_000,
    scanned=100,
    seconds=1.0,
    rows=(),
    gone=(),
    not_known=0,
    stale=0,
    not_listed=(),
    not_scanned=(),
    trouble="",
    compared_with=None,
)


class FakeScans:
    """A scan that runs until it is canceled, at a desk that takes its time to tell of it."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.state = ScanState.RUNNING
        self.canceled = 0
        self.asked = asyncio.Event()

    async def last_scan(self):
        self.asked.set()
        await asyncio.sleep(self.seconds)
        return replace(RUNNING, state=self.state)

    async def cancel_scan(self):
        self.canceled += 1
        self.state = ScanState.CANCELED
        return Receipt(outcome=Outcome.ACCEPTED, detail="canceled")


@pytest.mark.parametrize("seconds", [0.0, 3_600.0], ids=["between questions", "within a question"])
async def test_ctrl_c_ends_the_scan_wherever_it_comes(seconds):
    scans = FakeScans(seconds)
    following = asyncio.create_task(followed(scans))
    await scans.asked.wait()
    await asyncio.sleep(0)

    following.cancel()
    scans.seconds = 0.0
    found = await following

    assert (found.state, scans.canceled) == (ScanState.CANCELED, 1)


SCRIPT = """
import asyncio, signal, sys
from console.commands.asking import answer

# a shell that starts tests in the background lets them ignore it
signal.signal(signal.SIGINT, signal.default_int_handler)

async def question():
    # what wakes the loop for a signal that comes just as it falls asleep
    waker = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(waker)
    print("deaf" if waker == -1 else "ready", flush=True)
    await asyncio.sleep(3600)
    return 0

sys.exit(answer(question()))
"""


def test_a_question_interrupted_says_so_without_a_traceback():
    asking = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert asking.stdout is not None
    assert asking.stdout.readline() == "ready\n"

    asking.send_signal(signal.SIGINT)
    _, complaint = asking.communicate(timeout=60)

    assert (asking.returncode, complaint) == (130, "killcord: interrupted\n")
