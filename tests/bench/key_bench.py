"""From the key's byte in the terminal to the request at the broker, idle and under load.

The baseline is the least a program can do: read the key in an asyncio loop and write a
ready request to an open connection. Times are the machine's wall clock on both ends.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.bench.results import Result, say
from tests.e2e.pseudo import open_terminal
from tests.e2e.rig import Rig, posts
from tests.e2e.terminal import Terminal

ORDERS = 12
HALTS = 6
RAW_KEYS = 60
TRIES = 5
LOAD_SPEED = "100"
"""How fast the venue's clock runs under load; some 10,000 messages a second."""

RAW = """
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


def raw_milliseconds() -> list[float]:
    """Press a key in the barest program; return how long each took to the socket."""
    arrivals: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        receiver = threading.Thread(target=_receive, args=(listener, arrivals), daemon=True)
        receiver.start()
        master, slave = open_terminal(80, 24)
        command = [sys.executable, "-c", RAW, str(listener.getsockname()[1])]
        program = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        while b"ready" not in os.read(master, 1024):
            pass
        times = []
        for number in range(RAW_KEYS):
            time.sleep(0.02)
            pressed = time.time_ns()
            os.write(master, b"\r")
            while len(arrivals) <= number:
                time.sleep(0.001)
            times.append((arrivals[number] - pressed) / 1e6)
        program.kill()
        program.wait()
        os.close(master)
    return times


def _receive(listener: socket.socket, arrivals: list[int]) -> None:
    connection, _ = listener.accept()
    with connection:
        while connection.recv(65536):
            arrivals.append(time.time_ns())


def order_milliseconds(rig: Rig, console: Terminal) -> list[float]:
    """Send orders through the console; return key to venue for each."""
    times = []
    console.press("/")
    for number in range(ORDERS):
        console.settle(0.3)
        console.press("buy 1 F")
        console.wait_for("Every check passes")
        console.press("enter")
        console.wait_for("ARMED")
        console.settle(0.4)
        times.append(_send(rig, console, number))
        console.wait_for("accepted")
    console.press("esc")
    return times


def _send(rig: Rig, console: Terminal, number: int) -> float:
    """Press Enter until the order leaves: a market that moved is confirmed by one more."""
    for _ in range(TRIES):
        pressed = time.time_ns()
        console.press("enter")
        console.settle(1.0)
        sent = posts(rig.journal())
        if len(sent) > number:
            return (sent[number]["at_ns"] - pressed) / 1e6
    raise SystemExit(f"the order never left:\n{console.text}")


def halt_milliseconds(rig: Rig, console: Terminal) -> list[float]:
    """Halt by key; return key to the first DELETE at the venue for each."""
    times = []
    for _ in range(HALTS):
        known = len(_cancels(rig))
        pressed = time.time_ns()
        console.press("ctrl+g")
        console.wait_for("CONFIRMED")
        rig.until(lambda seen=known: len(_cancels(rig)) > seen, "the sweep never came")
        times.append((_cancels(rig)[known]["at_ns"] - pressed) / 1e6)
        rig.until(lambda: rig.run("rearm", "--reason", "bench").returncode == 0, "still halted")
        console.settle(0.5)
    return times


def _cancels(rig: Rig) -> list[dict[str, object]]:
    return [e for e in rig.journal() if e["kind"] == "request" and e["method"] == "DELETE"]


def measure(label: str, *venue: str) -> None:
    """Measure orders and halts on a venue started so."""
    raw = statistics.median(raw_milliseconds())
    folder = Path(tempfile.mkdtemp(prefix="kc-"))
    rig = Rig(folder)
    try:
        rig.start_venue("--rate-limit", "off", *venue)
        rig.start_desk()
        console = rig.console()
        console.wait_for("SPY")
        console.settle(2)
        orders = order_milliseconds(rig, console)
        halts = halt_milliseconds(rig, console)
    finally:
        rig.close()
        shutil.rmtree(folder, ignore_errors=True)
    say(
        Result(f"key -> order at venue, p50, {label}", statistics.median(orders), raw, "ms", "<= 6")
    )
    say(Result(f"key -> order at venue, max, {label}", max(orders), raw, "ms", ""))
    say(
        Result(f"key -> halt sweep at venue, p50, {label}", statistics.median(halts), raw, "ms", "")
    )


if __name__ == "__main__":
    measure("idle")
    measure("10,000 messages/s", "--speed", LOAD_SPEED)
