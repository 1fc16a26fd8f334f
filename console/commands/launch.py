"""Starting a desk for a console, and ending one.

A desk is started in a session of its own, so that it outlives the console and the
SSH connection. Standard library only: the console does this before it loads a screen.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from console.folders import StateFolder

STOP_SECONDS = 15.0
LAST_LINES = 1


class Launch:
    """A desk that runs, or one that was started and may have failed to."""

    def __init__(self, folder: StateFolder, process: "subprocess.Popen[bytes] | None") -> None:
        self._folder = folder
        self._process = process

    def failure(self) -> str:
        """Return why the desk that was started ended, in its own words; empty while it lives."""
        if self._process is None or (status := self._process.poll()) is None:
            return ""
        if status < 0:
            return f"The desk was ended by {signal.Signals(-status).name}."
        with suppress(OSError):
            lines = self._folder.log.read_text(errors="replace").strip().splitlines()
            if lines:
                return f"The desk has ended; the last it wrote: {lines[-1]}"
        return "The desk has ended and left no word why."


def ensure_desk(folder: StateFolder, arguments: Sequence[str]) -> Launch:
    """Return the profile's desk, starting it with these arguments when none listens."""
    if is_listening(folder):
        return Launch(folder, None)
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, "-P", "-m", "console", "desk", "--profile", folder.profile]
    with suppress(FileNotFoundError):
        # why the last desk ended must be found after the next one has begun
        folder.log.replace(folder.log.with_suffix(".log.1"))
    log = os.open(folder.log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own program, arguments as a list
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )
    finally:
        os.close(log)
    return Launch(folder, process)


def is_listening(folder: StateFolder) -> bool:
    """Return whether a desk takes connections on the profile's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        try:
            door.connect(str(folder.socket))
        except OSError:
            return False
    return True


def await_end(folder: StateFolder) -> bool:
    """Wait until the desk's lock is free; return whether it became so in time."""
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if not is_locked(folder):
            return True
        time.sleep(0.02)
    return False


def is_locked(folder: StateFolder) -> bool:
    """Return whether a desk holds the profile."""
    import fcntl  # noqa: PLC0415 - not needed to start one

    try:
        handle = os.open(folder.lock, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
