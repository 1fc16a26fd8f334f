"""The pull itself, made by the cord: the latch and the desk, and without one `killcord halt`.

In threads of their own: a slow disk or a stuck desk stops no copying, and neither waits for
the other. Standard library only.
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
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
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


@dataclass(frozen=True, slots=True)
class _Pull:
    """One pull under way."""

    said: Latched
    desk: socket.socket | None
    """Where the desk answers; None when it could not even be told."""
    latched: "SimpleQueue[str]"
    done: Event


class Puller:
    """Pulls when it is told to, one pull at a time."""

    def __init__(
        self, folder: StateFolder, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.words = ""
        """How far the last pull has come, for a screen; empty before the first."""
        self._folder = folder
        self._monotonic = monotonic
        self._by = f"{_user()} (the cord)"
        self._keyed_at = -ONE_PRESS_SECONDS
        self._pulls: SimpleQueue[_Pull] = SimpleQueue()
        self._to_latch: SimpleQueue[tuple[Latched, SimpleQueue[str]]] = SimpleQueue()
        self._done: Event | None = None

    def start(self) -> None:
        """Stand ready."""
        for work in (self._follow, self._latch):
            Thread(target=work, name="pull", daemon=True).start()

    def pull(self) -> None:
        """Have the latch set and tell the desk; never waits. A key held down pulls once."""
        since, self._keyed_at = self._monotonic() - self._keyed_at, self._monotonic()
        if since < ONE_PRESS_SECONDS:
            return
        self.words = "HALTING"
        now = datetime.now(UTC).isoformat()
        said = Latched(id=os.urandom(6).hex(), reason=REASON, by=self._by, at=now)
        latched: SimpleQueue[str] = SimpleQueue()
        # the desk first: that never waits, and a thread once woken takes turns with us
        desk = self._tell_desk(said)
        self._to_latch.put((said, latched))
        self._done = Event()
        self._pulls.put(_Pull(said, desk, latched, self._done))

    def finish(self, seconds: float) -> None:
        """Wait until a pull under way is in other hands."""
        if self._done is not None:
            self._done.wait(seconds)

    def _latch(self) -> None:
        """Set each latch that is asked for, and say how that went."""
        while True:
            said, told = self._to_latch.get()
            with suppress(Exception):
                # whatever one pull stumbles over, the next key must find this thread alive
                self.words = self._latched(said)
                told.put(self.words)

    def _latched(self, said: Latched) -> str:
        try:
            latch.pull(self._folder.latch, said)
        except OSError as error:
            return f"THE LATCH COULD NOT BE SET ({error.strerror})"
        return "HALTED: the latch is set"

    def _follow(self) -> None:
        """See to it that each pull is heard, or have `killcord halt` act alone."""
        while True:
            pull = self._pulls.get()
            with suppress(Exception):
                # as above
                self._see_to(pull)
            pull.done.set()

    def _see_to(self, pull: _Pull) -> None:
        is_heard = pull.desk is not None and self._is_latched(pull.desk)
        if not is_heard:
            self._halt_alone(pull.said)
        desk = "the desk sweeps" if is_heard else "no desk answers, killcord halt sweeps"
        try:
            held = pull.latched.get(timeout=ANSWER_SECONDS)
        except Empty:
            held = "THE DISK HANGS: no latch yet"
        self.words = f"{held}, {desk}"

    def _tell_desk(self, said: Latched) -> socket.socket | None:
        """Say it to the desk without waiting; a desk that is stuck answers nothing."""
        desk = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        desk.setblocking(False)  # noqa: FBT003 - its only argument
        try:
            desk.connect(str(self._folder.halt_socket))
            desk.sendall(json.dumps({"reason": said.reason, "id": said.id}).encode() + b"\n")
        except OSError:
            desk.close()
            return None
        return desk

    def _is_latched(self, desk: socket.socket) -> bool:
        """Return whether the desk says in time that it is latched."""
        deadline = self._monotonic() + ANSWER_SECONDS
        answer = b""
        with desk:
            try:
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
