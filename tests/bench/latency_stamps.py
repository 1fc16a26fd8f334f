"""When a key was pressed and when it arrived: the pieces that the latency benches share.

Whoever stamps an arrival is a small process of its own: what the bench does meanwhile delays no
clock. The baseline's key is pressed in turn with ours, on the same machine in the same state,
and its arrival is stamped by the same process.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.bench.results import Result, say
from tests.e2e.pseudo import open_terminal

PATIENCE = 60.0
CREATE = "create"
SINK, ORDER, CANCEL = "sink", "POST /v2/orders", "DELETE /v2/orders"

RELAY = """
import socket, sys, threading, time
there = int(sys.argv[1])
said = threading.Lock()
def tell(*words):
    with said:
        print(*words, flush=True)
def copy(source, sink, is_ours):
    try:
        while data := source.recv(65536):
            now = time.time_ns()
            if sink is not None:
                sink.sendall(data)
            if is_ours:
                head = data.split(b" ", 2)
                tell(now, " ".join(word.decode("ascii", "replace") for word in head[:2]))
            if sink is None:
                tell(now, "sink")
    except OSError:
        pass
    for end in (source, sink):
        if end is not None:
            try: end.shutdown(socket.SHUT_RDWR)
            except OSError: pass
def serve(door, forwards):
    while True:
        caller, _ = door.accept()
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        venue = None
        if forwards:
            venue = socket.create_connection(("127.0.0.1", there))
            venue.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=copy, args=(venue, caller, False), daemon=True).start()
        threading.Thread(target=copy, args=(caller, venue, forwards), daemon=True).start()
doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(door.getsockname()[1] for door in doors), flush=True)
threading.Thread(target=serve, args=(doors[0], True), daemon=True).start()
serve(doors[1], False)
"""
"""Stands before the venue and hands everything on; a second port takes what the baseline sends."""

WATCH = """
import ctypes, os, sys, time
libc = ctypes.CDLL(None)
told = libc.inotify_init()
libc.inotify_add_watch(told, os.fsencode(sys.argv[1]), 0x100)
print("ready", flush=True)
while True:
    found = os.read(told, 4096)
    now = time.time_ns()
    if b"HALT\\0" in found:
        print(now, "create", flush=True)
"""
"""Tells when a file HALT appears in a folder; the kernel says so."""

RAW_SEND = """
import asyncio, os, sys, tty
tty.setraw(0)
async def main():
    _, out = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
    request = b"POST /v2/orders HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 2\\r\\n\\r\\n{}"
    loop = asyncio.get_running_loop()
    loop.add_reader(0, lambda: (os.read(0, 64), out.write(request)))
    print("ready", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
"""The least a program can do: read the key in a loop and write a ready request."""

RAW_LATCH = """
import asyncio, os, sys, tty
tty.setraw(0)
flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
async def main():
    def pull():
        os.read(0, 64)
        latch = os.open(sys.argv[1], flags, 0o600)
        os.write(latch, b"{}")
        os.fsync(latch)
        os.close(latch)
        folder = os.open(os.path.dirname(sys.argv[1]), os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    asyncio.get_running_loop().add_reader(0, pull)
    print("ready", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
"""The least a program can do: read the key in a loop and make a durable file."""


class Stamps:
    """A small process that prints the time of each arrival and what it was."""

    def __init__(self, source: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", source, *arguments], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.first_line = self._process.stdout.readline()
        self._seen: dict[str, list[int]] = defaultdict(list)
        threading.Thread(target=self._read, daemon=True).start()

    def count(self, kind: str) -> int:
        """How many have arrived."""
        return len(self._seen[kind])

    def at(self, kind: str, number: int, seconds: float = PATIENCE) -> int | None:
        """When the one of this number arrived; None when it has not come by then."""
        deadline = time.monotonic() + seconds
        while len(self._seen[kind]) <= number:
            if time.monotonic() > deadline:
                return None
            time.sleep(0.005)
        return self._seen[kind][number]

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            at, _, kind = line.strip().partition(" ")
            self._seen[kind].append(int(at))


class RawKey:
    """The barest program, whose key is pressed in turn with ours."""

    def __init__(self, source: str, argument: str, stamps: Stamps, kind: str) -> None:
        self._stamps, self._kind = stamps, kind
        self._master, slave = open_terminal(80, 24)
        self._program = subprocess.Popen(
            [sys.executable, "-c", source, argument], stdin=slave, stdout=slave, stderr=slave
        )
        os.close(slave)
        while b"ready" not in os.read(self._master, 1024):
            pass

    def press(self) -> float:
        """Press the key; return the milliseconds to its arrival."""
        number = self._stamps.count(self._kind)
        pressed = time.time_ns()
        os.write(self._master, b"\r")
        arrived = self._stamps.at(self._kind, number)
        assert arrived is not None, "the baseline's key never arrived"
        return (arrived - pressed) / 1e6

    def close(self) -> None:
        """End the program."""
        self._program.kill()
        self._program.wait()
        os.close(self._master)


def with_relay(started: dict[str, Any], venue_file: Path) -> tuple[Stamps, int]:
    """Put a relay before a venue, for whoever reads `venue_file`; return it and its raw port."""
    port = started["trading_url"].rsplit(":", 1)[1].split("/")[0]
    relay = Stamps(RELAY, port)
    ours, raw = (int(word) for word in relay.first_line.split())
    moved = started["trading_url"].replace(f":{port}", f":{ours}")
    venue_file.write_text(json.dumps({**started, "trading_url": moved}))
    return relay, raw


def report(name: str, ours: list[float], raw: list[float], p50: str, p99: str) -> None:
    """Print the middle and the tail, each beside the baseline's."""
    say(Result(f"{name}, p50", statistics.median(ours), statistics.median(raw), "ms", p50))
    say(Result(f"{name}, p99", _p99(ours), _p99(raw), "ms", p99))


def _p99(times: list[float]) -> float:
    return sorted(times)[min(int(len(times) * 0.99), len(times) - 1)]
