"""A real pseudo-terminal with a program in it, read as a person reads a screen."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import psutil
import pyte

from tests.e2e.pseudo import open_terminal

PATIENCE = 60.0
"""Seconds a condition may take on a crowded machine before the test gives up."""

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "ctrl+g": "\x07",
    "ctrl+p": "\x10",
    "ctrl+u": "\x15",
    "f12": "\x1b[24~",
    "f1": "\x1bOP",
    "backspace": "\x7f",
}


class Terminal:
    """A program in a terminal of `columns` x `rows`."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], *, columns: int = 120, rows: int = 40
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = open_terminal(columns, rows)
        # what pytest's workers say of a size goes before the terminal's own
        own = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**own, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(slave)

    def press(self, *keys: str) -> None:
        """Type keys by name, or text as it is."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            if key == "esc":
                # what follows an escape at once is one key to every terminal program
                self.settle(0.3)

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, as its window does."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
        self._screen.resize(rows, columns)

    def wait_for(self, wanted: str | Callable[[str], bool], seconds: float = PATIENCE) -> str:
        """Read until the screen shows `wanted`; return the screen."""
        shows = wanted if callable(wanted) else lambda screen: wanted in screen
        deadline = time.monotonic() + seconds
        while not shows(self.text):
            if time.monotonic() > deadline:
                raise AssertionError(f"the screen never showed {wanted!r}:\n{self.text}")
            if not self._read(0.05) and self.process.poll() is not None:
                raise AssertionError(f"the program ended before {wanted!r}:\n{self.text}")
        return self.text

    def settle(self, seconds: float = 0.5) -> str:
        """Read for a while; return the screen."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._read(0.05)
        return self.text

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_until_ended(self, seconds: float = PATIENCE) -> int:
        """Read until the program has ended; return its status."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end:\n{self.text}")
            self._read(0.05)
        return self.process.returncode

    def behind(self) -> psutil.Process:
        """The process behind the program: the console, where the program is the cord."""
        return psutil.Process(self.process.pid).children()[0]

    def kill(self) -> None:
        """kill -9 of the program and of the console behind it, all at once."""
        behind: list[psutil.Process] = []
        with suppress(psutil.Error):
            behind = psutil.Process(self.process.pid).children()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for process in behind:
            with suppress(psutil.Error):
                process.kill()
        self.process.wait()

    def close(self) -> None:
        """End the program and the terminal."""
        self.kill()
        with suppress(OSError):
            os.close(self._master)

    def _read(self, seconds: float) -> bool:
        readable, _, _ = select.select([self._master], [], [], seconds)
        if not readable:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self._stream.feed(data)
        return bool(data)
