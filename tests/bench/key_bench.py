"""From the key's byte in the terminal to the request at the broker, idle and under load.

The baseline is the least a program can do: read the key in an asyncio loop and write a
ready request to an open connection. It is pressed in turn with ours, beside the same desk,
console and venue. Times are the machine's wall clock on both ends. Nothing of ours leaves
before it is durable, which the baseline does not do: so orders stand beside the baseline
and one fsync of the same disk too.
"""

import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench.latency_stamps import (
    CANCEL,
    ORDER,
    RAW_SEND,
    SINK,
    RawKey,
    Stamps,
    report,
    with_relay,
)
from tests.bench.results import Result, say
from tests.e2e.rig import Rig
from tests.e2e.terminal import Terminal

ORDERS = 40
HALTS = 8
RAW_KEYS = 3
"""How often the baseline's key is pressed for each of ours."""
TRIES = 5
QUIET = 0.25
"""Seconds after a key in which the bench itself does nothing."""
A_RECORD = bytes(24 * 1024)
"""About as much as an intent writes before it is durable."""
LOAD_SPEED = "100"
"""How fast the venue's clock runs under load; some 10,000 messages a second."""


class Bench:
    """A console on a desk on a venue, with a relay that stamps before the venue."""

    def __init__(self, *venue: str) -> None:
        self.rig = Rig(Path(tempfile.mkdtemp(prefix="kc-")))
        self.rig.start_venue("--rate-limit", "off", *venue)
        self.relay, port = with_relay(self.rig.started, self.rig.venue_file)
        self.rig.start_desk()
        self.console = self.rig.console()
        self.console.wait_for("SPY")
        self.console.settle(2)
        self._raw_key = RawKey(RAW_SEND, str(port), self.relay, SINK)
        self.raw: list[float] = []
        self.syncs: list[float] = []

    def press_raw(self) -> None:
        """Press the baseline's key, as long after the last as ours is."""
        for _ in range(RAW_KEYS):
            time.sleep(QUIET)
            self.raw.append(self._raw_key.press())
        self.syncs.append(sync_milliseconds(self.rig.folder))

    def close(self) -> None:
        """End everything."""
        self._raw_key.close()
        self.rig.close()
        self.relay.close()
        shutil.rmtree(self.rig.folder, ignore_errors=True)


def sync_milliseconds(folder: Path) -> float:
    """Return how long the disk takes to make one record durable."""
    with (folder / "synced").open("ab", buffering=0) as file:
        began = time.perf_counter()
        file.write(A_RECORD)
        os.fsync(file.fileno())
        return (time.perf_counter() - began) * 1_000


def order_milliseconds(bench: Bench) -> list[float]:
    """Send orders through the console; return key to wire for each."""
    times, console = [], bench.console
    console.press("/")
    for _ in range(ORDERS):
        bench.press_raw()
        console.settle(0.3)
        console.press("buy 1 F")
        console.wait_for("Every check passes")
        console.press("enter")
        console.wait_for("ARMED")
        console.settle(0.4)
        times.append(_send(bench.relay, console))
        console.wait_for("accepted")
    console.press("esc")
    return times


def _send(relay: Stamps, console: Terminal) -> float:
    """Press Enter until the order leaves: a market that moved is confirmed by one more."""
    known = relay.count(ORDER)
    for _ in range(TRIES):
        pressed = time.time_ns()
        console.press("enter")
        time.sleep(QUIET)
        if (arrived := relay.at(ORDER, known, QUIET)) is not None:
            return (arrived - pressed) / 1e6
        console.settle(0.5)
    raise SystemExit(f"the order never left:\n{console.text}")


def halt_milliseconds(bench: Bench) -> list[float]:
    """Halt by key; return key to the first DELETE on the wire for each."""
    times, console, rig = [], bench.console, bench.rig
    for _ in range(HALTS):
        bench.press_raw()
        known = bench.relay.count(CANCEL)
        pressed = time.time_ns()
        console.press("ctrl+g")
        time.sleep(QUIET)
        arrived = bench.relay.at(CANCEL, known)
        if arrived is None:
            raise SystemExit(f"the sweep never came:\n{console.text}")
        times.append((arrived - pressed) / 1e6)
        console.wait_for("CONFIRMED")
        rig.until(lambda: rig.run("rearm", "--reason", "bench").returncode == 0, "still halted")
        console.settle(1.0)
    return times


def measure(label: str, *venue: str) -> None:
    """Measure orders and halts on a venue started so."""
    bench = Bench(*venue)
    try:
        orders, beside = order_milliseconds(bench), tuple(bench.raw)
        bench.raw.clear()
        halts = halt_milliseconds(bench)
    finally:
        bench.close()
    name, sync = f"key -> order on the wire, {label}", statistics.median(bench.syncs)
    report(name, orders, list(beside), "<= 6", "<= 15 ms")
    durable = statistics.median(beside) + sync
    middle = statistics.median(orders)
    say(Result(f"{name}, p50 beside raw and an fsync", middle, durable, "ms", ""))
    report(f"key -> halt sweep on the wire, {label}", halts, bench.raw, "", "")


if __name__ == "__main__":
    measure("idle")
    measure("10,000 messages/s", "--speed", LOAD_SPEED)
