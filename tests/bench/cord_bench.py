"""The cord: from the key to the halt, what an ordinary key pays for it, and what output does.

The halt is measured behind a small program, until the cord's word reaches the desk's door and
until the latch is there; and with the real console, desk and venue. The baselines are the barest
programs that can do it, their keys pressed in turn with ours.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol, TypeVar

from tests.bench.key_bench import LOAD_SPEED, QUIET, RAW_KEYS
from tests.bench.latency_stamps import (
    CREATE,
    RAW_LATCH,
    RAW_SEND,
    RELAY,
    SINK,
    WATCH,
    RawKey,
    Stamps,
    report,
)
from tests.bench.results import Result, say
from tests.cord.guarded import Guarded
from tests.e2e.pseudo import open_terminal
from tests.e2e.rig import Rig


class Closed(Protocol):
    """What is ended after a bench."""

    def close(self) -> None:
        """End it."""


T = TypeVar("T", bound=Closed)
HALTS = 25
HEARD = "heard"
REAL_HALTS = 12
KEYS = 200
ONE_PRESS = 1.05
MEGABYTES = 20
ECHO = "tty.setraw(0)\nsay('ready')\nwhile True: os.write(1, os.read(0, 4096))"
WRITE = f"""tty.setraw(1)
while (folder / "go").exists() is False: time.sleep(0.01)
block = b"x" * 65536
for _ in range({MEGABYTES} * 16):
    left = block
    while left: left = left[os.write(1, left):]
say("done")
time.sleep(60)"""
BUSY = """
import threading
def draw():
    while True:
        os.write(1, b"x" * 2000)
        time.sleep(0.01)
threading.Thread(target=draw, daemon=True).start()
say("ready")
while True: sum(range(20000))
"""
"""A console that draws 200 kB a second and whose loop never comes to a key."""
DOOR = """
import socket, sys, time
door = socket.socket(socket.AF_UNIX)
door.bind(sys.argv[1])
door.listen()
print("ready", flush=True)
while True:
    caller, _ = door.accept()
    with caller:
        caller.recv(4096)
        print(time.time_ns(), "heard", flush=True)
        caller.sendall(b'{"latched": true}' + bytes([10]))
"""
"""Stands for the desk's halt socket."""
SPAWN = "import pty, sys; pty.spawn([sys.executable, '-c', sys.argv[1], sys.argv[2]])"
ALONE = """
import os, sys, time, tty
from pathlib import Path
folder = Path(sys.argv[1])
def say(text): os.write(1, text.encode())
"""


@contextmanager
def folder() -> Iterator[Path]:
    """A state folder, thrown away."""
    made = Path(tempfile.mkdtemp(prefix="kc-"))
    (made / "demo").mkdir()
    yield made / "demo"
    shutil.rmtree(made, ignore_errors=True)


class RawLatch:
    """The barest program that makes a durable file at a key."""

    def __init__(self, state: Path) -> None:
        self._latch = state / "HALT"
        self._watch = Stamps(WATCH, str(state))
        self._key = RawKey(RAW_LATCH, str(self._latch), self._watch, CREATE)

    def press(self) -> float:
        """Press its key; return the milliseconds until its file was there."""
        self._latch.unlink(missing_ok=True)
        return self._key.press()

    def close(self) -> None:
        """End it."""
        self._key.close()
        self._watch.close()


def behind_the_cord(label: str, program: str) -> None:
    """Press the key behind a small program: until the desk's door hears, and the latch is there."""
    with ExitStack() as stack:
        state, bare_state = stack.enter_context(folder()), stack.enter_context(folder())
        door = started(stack, Stamps(DOOR, str(state / "halt.sock")))
        watch = started(stack, Stamps(WATCH, str(state)))
        sink = started(stack, Stamps(RELAY, "0"))
        raw_send = started(stack, RawKey(RAW_SEND, sink.first_line.split()[1], sink, SINK))
        raw_latch = started(stack, RawLatch(bare_state))
        guarded = started(stack, Guarded(state, program))
        guarded.wait_for(b"ready")
        threading.Thread(target=_drain, args=(guarded,), daemon=True).start()
        heard, latched, sent, made = [], [], [], []
        for number in range(HALTS):
            time.sleep(ONE_PRESS / 3)
            sent.append(raw_send.press())
            time.sleep(ONE_PRESS / 3)
            made.append(raw_latch.press())
            guarded.latch.unlink(missing_ok=True)
            time.sleep(ONE_PRESS / 3)
            pressed = time.time_ns()
            os.write(guarded.master, b"\x07")
            time.sleep(QUIET)
            heard.append(after(pressed, door.at(HEARD, number)))
            latched.append(after(pressed, watch.at(CREATE, number)))
        report(f"key -> halt at the desk's door, console {label}", heard, sent, "<= 1.5", "<= 4")
        report(f"key -> latch, console {label}", latched, made, "<= 1.5", "<= 4")


def before_a_real_console(label: str, *venue: str) -> None:
    """Press the key at a real console with desk and venue: until the latch is there."""
    with ExitStack() as stack:
        rig = started(stack, Rig(Path(tempfile.mkdtemp(prefix="kc-"))))
        stack.callback(shutil.rmtree, rig.folder, ignore_errors=True)
        raw_latch = started(stack, RawLatch(stack.enter_context(folder())))
        rig.start_venue("--rate-limit", "off", *venue)
        rig.start_desk()
        console = rig.console()
        console.wait_for("SPY")
        console.settle(2)
        watch = started(stack, Stamps(WATCH, str(rig.profile)))
        latched, made = [], []
        for number in range(REAL_HALTS):
            made += [raw_latch.press() for _ in range(RAW_KEYS) if not time.sleep(QUIET)]
            pressed = time.time_ns()
            console.press("ctrl+g")
            time.sleep(QUIET)
            latched.append(after(pressed, watch.at(CREATE, number)))
            console.settle(ONE_PRESS)
            rig.until(lambda: rig.run("rearm", "--reason", "bench").returncode == 0, "halted")
        report(f"key -> latch, real console, {label}", latched, made, "<= 1.5", "<= 4")


def started(stack: ExitStack, what: T) -> T:
    """Have it closed with everything else."""
    stack.callback(what.close)
    return what


def after(pressed: int, arrived: int | None) -> float:
    """Return the milliseconds from the key to the arrival."""
    if arrived is None:
        raise SystemExit("the halt never came")
    return (arrived - pressed) / 1e6


def _drain(guarded: Guarded) -> None:
    with suppress(OSError):
        while os.read(guarded.master, 65536):
            pass


def echoes(write: Callable[[bytes], object], read: Callable[[], bytes]) -> list[float]:
    """Type keys one by one; return how long each took to come back."""
    times = []
    for _ in range(KEYS):
        time.sleep(0.005)
        pressed = time.perf_counter()
        write(b"j")
        while b"j" not in read():
            pass
        times.append((time.perf_counter() - pressed) * 1000)
    return times


@contextmanager
def bare(state: Path, program: str, *, spawned: bool = False) -> Iterator[int]:
    """Run the program in a terminal without the cord; with the library's copy before it."""
    master, slave = open_terminal(80, 24)
    source = ALONE + program
    words = ["-c", SPAWN, source] if spawned else ["-c", source]
    process = subprocess.Popen(
        [sys.executable, *words, str(state)], stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    yield master
    process.kill()
    process.wait()
    os.close(master)


def until(master: int, wanted: bytes) -> None:
    """Read until it came."""
    tail = b""
    while wanted not in tail:
        tail = tail[-64:] + os.read(master, 65536)


def echo_bench() -> None:
    """What an ordinary key pays."""
    with folder() as state:
        guarded = Guarded(state, ECHO)
        guarded.wait_for(b"ready")
        ours = echoes(lambda key: os.write(guarded.master, key), lambda: guarded.read(1.0))
        guarded.close()
        with bare(state, ECHO) as master:
            until(master, b"ready")
            theirs = echoes(lambda key: os.write(master, key), lambda: os.read(master, 4096))
    base = statistics.median(theirs)
    say(Result("key and echo through the cord, p50", statistics.median(ours), base, "ms", ""))
    say(Result("key and echo through the cord, p99", _p99(ours), _p99(theirs), "ms", ""))


def output_bench() -> None:
    """What output pays, beside the copy in Python's own library."""
    ours, theirs = [], []
    for _ in range(3):
        with folder() as state:
            guarded = Guarded(state, WRITE)
            time.sleep(0.5)
            began = time.perf_counter()
            (state / "go").touch()
            until(guarded.master, b"done")
            ours.append(time.perf_counter() - began)
            guarded.close()
        with folder() as state, bare(state, WRITE, spawned=True) as master:
            time.sleep(0.5)
            began = time.perf_counter()
            (state / "go").touch()
            until(master, b"done")
            theirs.append(time.perf_counter() - began)
    name = f"{MEGABYTES} MB of output, cord beside pty.spawn"
    say(Result(name, statistics.median(ours), statistics.median(theirs), "s", "<= 1.1"))


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def main() -> None:
    """Take the measurements and print them."""
    behind_the_cord("idle", ECHO)
    behind_the_cord("stuck", BUSY)
    before_a_real_console("idle")
    before_a_real_console("10,000 messages/s", "--speed", LOAD_SPEED)
    echo_bench()
    output_bench()


if __name__ == "__main__":
    main()
