"""The pull itself, made by the cord: the latch, then the desk, and without one `killcord halt`.

In a thread of its own, so that a slow disk or a stuck desk stops no copying.
Standard library only.
"""

import json
import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from queue import SimpleQueue
from threading import Event, Thread

from console.desk import latch
from console.desk.latch import Latched
from console.folders import StateFolder

REASON = "halt key pressed at the console"
ANSWER_SECONDS = 1.0
"""How long a desk may take to say that it is latched before `killcord halt` acts alone."""
ONE_PRESS_SECONDS = 1.0
"""Keys closer than this are one press: a key held down repeats."""
LONGEST_ANSWER = 65_536


class Puller:
    """Pulls when it is told to, one pull at a time."""

    def __init__(
        self, folder: StateFolder, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.words = ""
        """How far the last pull has come, for a screen; empty before the first."""
        self._folder = folder
        self._monotonic = monotonic
        self._keyed_at = -ONE_PRESS_SECONDS
        self._wanted: SimpleQueue[Event] = SimpleQueue()
        self._done: Event | None = None

    def start(self) -> None:
        """Stand ready in a thread."""
        Thread(target=self._run, name="pull", daemon=True).start()

    def pull(self) -> None:
        """Have the cord pulled; returns at once. A key that is held down pulls once."""
        since, self._keyed_at = self._monotonic() - self._keyed_at, self._monotonic()
        if since < ONE_PRESS_SECONDS:
            return
        self._done = Event()
        self._wanted.put(self._done)

    def finish(self, seconds: float) -> None:
        """Wait until a pull under way is in other hands."""
        if self._done is not None:
            self._done.wait(seconds)

    def _run(self) -> None:
        while True:
            done = self._wanted.get()
            with suppress(Exception):
                # whatever one pull stumbles over, the next key must find this thread alive
                self.pull_now()
            done.set()

    def pull_now(self) -> None:
        """Latch, tell the desk, and if it does not answer have `killcord halt` act alone."""
        self.words = "HALTING"
        said = Latched(
            id=os.urandom(6).hex(),
            reason=REASON,
            by=f"{_user()} (the cord)",
            at=datetime.now(UTC).isoformat(),
        )
        try:
            latch.pull(self._folder.latch, said)
            self.words = "HALTED: the latch is set"
        except OSError as error:
            self.words = f"THE LATCH COULD NOT BE SET ({error.strerror})"
        held = self.words
        if self._desk_answers(said):
            self.words = f"{held}, the desk sweeps"
            return
        self._halt_alone(said)
        self.words = f"{held}, no desk answers, killcord halt sweeps"

    def _desk_answers(self, said: Latched) -> bool:
        asked = json.dumps({"reason": said.reason, "id": said.id}).encode() + b"\n"
        deadline = self._monotonic() + ANSWER_SECONDS
        answer = b""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as desk:
                desk.settimeout(ANSWER_SECONDS)
                desk.connect(str(self._folder.halt_socket))
                desk.sendall(asked)
                while b"\n" not in answer and len(answer) < LONGEST_ANSWER:
                    desk.settimeout(max(deadline - self._monotonic(), 0.001))
                    more = desk.recv(4096)
                    if not more:
                        return False
                    answer += more
            return json.loads(answer.partition(b"\n")[0]).get("latched") is True
        except (OSError, ValueError, AttributeError):
            return False

    def _halt_alone(self, said: Latched) -> None:
        """Start `killcord halt` in a session of its own: it outlives this terminal."""
        command = [sys.executable, "-P", "-m", "console", "halt", "--json"]
        subprocess.Popen(  # noqa: S603 - our own program, arguments as a list
            [*command, "--profile", self._folder.profile, "--reason", REASON, "--pull", said.id],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )


def _user() -> str:
    """Return who halts; a user without a name in the system's list may halt too."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
