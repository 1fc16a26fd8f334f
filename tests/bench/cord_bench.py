"""The cord: from the key to the halt, what an ordinary key pays for it, and what output does.

The halt is measured twice: behind a small program, until the cord's word reaches the desk's
door, the latch being on the disk by then; and with the real console, desk and venue, until the
latch is there. The baselines are the barest program that can do it, on the same machine.
"""

import ctypes
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.key_bench import LOAD_SPEED, raw_milliseconds
from tests.bench.results import Result, say
from tests.cord.guarded import Guarded
from tests.e2e.pseudo import open_terminal
from tests.e2e.rig import Rig

HALTS = 25
IN_CREATE = 0x100
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


def to_the_door(program: str) -> list[float]:
    """Press the key behind a program; return how long each took to the desk's door."""
    with folder() as state, socket.socket(socket.AF_UNIX) as door:
        door.bind(str(state / "halt.sock"))
        door.listen()
        arrivals: list[int] = []
        threading.Thread(target=_answer, args=(door, arrivals), daemon=True).start()
        guarded = Guarded(state, program)
        drain = threading.Thread(target=_drain, args=(guarded,), daemon=True)
        guarded.wait_for(b"ready")
        drain.start()
        times = []
        for number in range(HALTS):
            time.sleep(ONE_PRESS)
            guarded.latch.unlink(missing_ok=True)
            pressed = time.time_ns()
            os.write(guarded.master, b"\x07")
            while len(arrivals) <= number:
                time.sleep(0.001)
            times.append((arrivals[number] - pressed) / 1e6)
        guarded.close()
    return times


def _answer(door: socket.socket, arrivals: list[int]) -> None:
    with suppress(OSError):
        while True:
            caller, _ = door.accept()
            with caller:
                caller.recv(4096)
                arrivals.append(time.time_ns())
                caller.sendall(json.dumps({"latched": True}).encode() + b"\n")


def _drain(guarded: Guarded) -> None:
    with suppress(OSError):
        while os.read(guarded.master, 65536):
            pass


def to_the_latch(*venue: str) -> list[float]:
    """Press the key at a real console; return how long each took until the latch was there."""
    rig = Rig(Path(tempfile.mkdtemp(prefix="kc-")))
    try:
        rig.start_venue("--rate-limit", "off", *venue)
        rig.start_desk()
        console = rig.console()
        console.wait_for("SPY")
        console.settle(2)
        times, arrivals = [], list[int]()
        threading.Thread(target=_watch, args=(rig.profile, arrivals), daemon=True).start()
        time.sleep(0.5)
        for number in range(REAL_HALTS):
            pressed = time.time_ns()
            console.press("ctrl+g")
            while len(arrivals) <= number:
                time.sleep(0.001)
            times.append((arrivals[number] - pressed) / 1e6)
            console.settle(ONE_PRESS)
            rig.until(lambda: rig.run("rearm", "--reason", "bench").returncode == 0, "halted")
    finally:
        rig.close()
        shutil.rmtree(rig.folder, ignore_errors=True)
    return times


def _watch(state: Path, arrivals: list[int]) -> None:
    """Note when the latch appears, each time it does; the kernel tells."""
    libc = ctypes.CDLL(None)
    told = libc.inotify_init()
    libc.inotify_add_watch(told, os.fsencode(state), IN_CREATE)
    while True:
        found = os.read(told, 4096)
        if b"HALT\0" in found:
            arrivals.append(time.time_ns())


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


def halt_bench(label: str, measure: Callable[[], list[float]]) -> None:
    """Print one halt figure beside the barest program's, taken before and after it."""
    raw = raw_milliseconds()
    times = measure()
    raw += raw_milliseconds()
    middle = statistics.median(raw)
    say(Result(f"key -> {label}, p50", statistics.median(times), middle, "ms", "<= 1.5"))
    say(Result(f"key -> {label}, max", max(times), _p99(raw), "ms", "<= 4"))


def main() -> None:
    """Take the measurements and print them."""
    halt_bench("halt at the desk's door, console idle", lambda: to_the_door(ECHO))
    halt_bench("halt at the desk's door, console stuck", lambda: to_the_door(BUSY))
    halt_bench("latch, real console, idle", to_the_latch)
    halt_bench("latch, 10,000 messages/s", lambda: to_the_latch("--speed", LOAD_SPEED))
    echo_bench()
    output_bench()


if __name__ == "__main__":
    main()
