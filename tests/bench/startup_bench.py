"""Process start until the first paint, until live quotes, and until a halt has imported itself.

Every figure of ours is taken in turn with its baseline, medians of several.
"""

import os
import re
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import psutil

from tests.bench.results import Result, say
from tests.e2e.pseudo import open_terminal

RUNS = 7
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("bare")
Bare().run()
"""
KILLCORD = [sys.executable, "-m", "console"]
ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>]")
LIVE_ROW = re.compile(rb"MSFT[^A-Z]{0,40}?\d+\.\d\d")
"""A row of the watchlist with a price; no text of the screen names this symbol."""


def seconds_until(
    command: Sequence[str], env: Mapping[str, str], shown: Callable[[bytes], bool]
) -> float:
    """Run a program in a terminal of 120x40; return when its output satisfies `shown`."""
    master, slave = open_terminal(120, 40)
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
    )
    os.close(slave)
    try:
        return _watch(master, began, shown)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(master)


def _watch(master: int, began: float, shown: Callable[[bytes], bool]) -> float:
    seen = b""
    while time.perf_counter() - began < 60:
        if select.select([master], [], [], 1)[0]:
            seen += os.read(master, 65536)
            if shown(ESCAPES.sub(b"", seen)):
                return time.perf_counter() - began
    raise SystemExit(f"never shown: {ESCAPES.sub(b'', seen)[-400:]!r}")


def cold_console(shown: Callable[[bytes], bool]) -> float:
    """Open the demo with nothing running before; end all of it after."""
    with tempfile.TemporaryDirectory(prefix="kc-") as folder:
        env = {**os.environ, "KILLCORD_STATE": folder, "TERM": "xterm-256color"}
        try:
            return seconds_until(KILLCORD, env, shown)
        finally:
            end_everything(folder)


def end_everything(folder: str) -> None:
    """Kill what was started on this state folder: a desk may still be on its way up."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("KILLCORD_STATE") == folder:
                process.kill()


def bare_textual() -> float:
    """Open the smallest Textual app there is."""
    env = {**os.environ, "TERM": "xterm-256color"}
    return seconds_until([sys.executable, "-c", BARE], env, lambda seen: b"bare" in seen)


def run_seconds(command: Sequence[str], env: Mapping[str, str]) -> float:
    """Return how long a command takes as a whole process."""
    began = time.perf_counter()
    subprocess.run(command, env=env, capture_output=True, check=False)
    return time.perf_counter() - began


def halt_import() -> float:
    """Import what `killcord halt` needs, which is all it does before it latches."""
    return run_seconds([sys.executable, "-c", "import console.commands.halt"], os.environ)


def python_pass() -> float:
    """Start Python and do nothing."""
    return run_seconds([sys.executable, "-c", "pass"], os.environ)


def main() -> None:
    """Take the measurements in turn and print them."""
    bare, paint, live, halt, nothing = [], [], [], [], []
    for _ in range(RUNS):
        bare.append(bare_textual())
        paint.append(cold_console(lambda seen: b"DEMO" in seen))
        live.append(cold_console(lambda seen: LIVE_ROW.search(seen) is not None))
        nothing.append(python_pass())
        halt.append(halt_import())
    floor = statistics.median(bare) * 1000
    say(Result("cold start: first paint", statistics.median(paint) * 1000, floor, "ms", "<= 1.3"))
    say(Result("cold start: live quotes", statistics.median(live) * 1000, floor, "ms", "<= 6"))
    empty = statistics.median(nothing) * 1000
    say(Result("halt command: imports", statistics.median(halt) * 1000, empty, "ms", "<= 8"))


if __name__ == "__main__":
    main()
