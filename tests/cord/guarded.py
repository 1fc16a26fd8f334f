"""A small program behind the cord in a real pseudo-terminal, for a test to type to."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.e2e.pseudo import open_terminal

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds anything may take on a crowded machine before the test gives up."""
BEHIND = """
import fcntl, os, select, signal, sys, termios, time, tty
from pathlib import Path
from console.cord import guard, pull
from console.cord.forking import run_behind_the_cord
from console.folders import StateFolder
for name in sys.argv[2:]:
    setattr(guard if hasattr(guard, name) else pull, name, 60.0)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
folder = Path(sys.argv[1])
def say(text):
    os.write(1, text.encode())
def program(line):
{program}
    return 0
sys.exit(run_behind_the_cord(StateFolder(folder), program))
"""


class Guarded:
    """The cord, the program behind it, and the outer end of the terminal."""

    def __init__(
        self,
        folder: Path,
        program: str,
        *,
        columns: int = 80,
        rows: int = 24,
        patient_in: tuple[str, ...] = (),
    ) -> None:
        """Start both. What the cord waits for but this test is not about gets a minute."""
        self.folder = folder
        self.latch = folder / "HALT"
        self.seen = b""
        self.master, self.slave = open_terminal(columns, rows)
        self.settings = termios.tcgetattr(self.slave)
        source = BEHIND.format(program="\n".join("    " + line for line in program.splitlines()))
        self.cord = subprocess.Popen(
            [sys.executable, "-c", source, str(folder), *patient_in],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env={**os.environ, "PYTHONPATH": str(ROOT), "KILLCORD_STATE": str(folder.parent)},
            start_new_session=True,
        )

    def console(self) -> psutil.Process:
        """The program's process, once it is there."""
        self.until(lambda: psutil.Process(self.cord.pid).children(), "nothing was started")
        return psutil.Process(self.cord.pid).children()[0]

    def stop_console(self) -> psutil.Process:
        """SIGSTOP the program and see it stopped."""
        console = self.console()
        console.suspend()
        self.until(lambda: console.status() == psutil.STATUS_STOPPED, "it did not stop")
        return console

    def type(self, data: bytes) -> None:
        """Write all of it into the terminal, reading what is shown meanwhile."""
        os.set_blocking(self.master, False)
        deadline = time.monotonic() + PATIENCE
        while data:
            assert time.monotonic() < deadline, f"the cord takes no more: {len(data)} bytes left"
            with suppress(BlockingIOError):
                data = data[os.write(self.master, data[:4096]) :]
            self.read(0.0 if data else 0.01)

    def read(self, seconds: float = 0.05) -> bytes:
        """Return what has come, and keep it in `seen`."""
        data = b""
        if select.select([self.master], [], [], seconds)[0]:
            with suppress(OSError):
                data = os.read(self.master, 65536)
        self.seen += data
        return data

    def wait_for(self, wanted: bytes) -> None:
        """Read until it was shown."""
        self.until(lambda: wanted in self.seen, f"{wanted!r} never came", reading=True)

    def until(self, holds, otherwise: str, *, reading: bool = False) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{otherwise}: {self.seen[-500:]!r}"
            if reading:
                self.read()
            else:
                time.sleep(0.01)

    def until_latched(self) -> None:
        """Wait for the latch."""
        self.until(self.latch.exists, "nothing was latched")

    def ended(self) -> int:
        """Read until the cord has ended; return its status."""
        self.until(lambda: self.cord.poll() is not None, "it did not end", reading=True)
        while self.read():
            pass
        return self.cord.returncode

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, as its window does."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def close(self) -> None:
        """End everything."""
        pids = [self.cord.pid]
        with suppress(psutil.Error):
            pids += [child.pid for child in psutil.Process(self.cord.pid).children()]
        for pid in pids:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self.cord.wait()
        os.close(self.master)
        os.close(self.slave)
