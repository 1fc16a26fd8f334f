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
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread

from console.desk import latch
from console.desk.latch import Latched
from console.folders import StateFolder

REASON = "halt key pressed at the console"
VIA = "the cord"
ANSWER_SECONDS = 1.0
"""How long a desk may take to say that it is latched before `killcord halt` acts alone."""
TURN_SECONDS = 0.002
"""How long the latch has the processor to itself; a disk that takes longer holds nothing up."""
ONE_PRESS_SECONDS = 1.0
"""Keys closer than this are one press: a key held down repeats."""
LONGEST_ANSWER = 65_536


class _Pull:
    """One pull: made ready while nothing happens, then only carried out."""

    def __init__(self, by: str) -> None:
        self.id = os.urandom(6).hex()
        self.word = json.dumps({"reason": REASON, "id": self.id, "via": VIA}).encode() + b"\n"
        """What the desk is told."""
        self.made: SimpleQueue[None] = SimpleQueue()
        self.latched: SimpleQueue[str] = SimpleQueue()
        self.done = Event()
        self.is_told = False
        """Whether the desk has heard it; else there is no answer to wait for."""
        self.desk = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.desk.setblocking(False)  # noqa: FBT003 - its only argument
        self._by = by

    def said(self) -> Latched:
        """Return what the latch is to say."""
        now = datetime.now(UTC).isoformat()
        return Latched(id=self.id, reason=REASON, by=self._by, at=now)


class Puller:
    """Pulls when it is told to, one pull at a time."""

    def __init__(
        self, folder: StateFolder, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.words = ""
        """How far the last pull has come, for a screen; empty before the first."""
        self._folder = folder
        self._monotonic = monotonic
        self._path = folder.latch
        self._door = str(folder.halt_socket)
        self._by = f"{_user()} ({VIA})"
        self._keyed_at = -ONE_PRESS_SECONDS
        self._pulls: SimpleQueue[_Pull] = SimpleQueue()
        self._to_latch: SimpleQueue[_Pull] = SimpleQueue()
        self._ready: _Pull | None = _Pull(self._by)
        self._done: Event | None = None

    def start(self) -> None:
        """Stand ready."""
        for work in (self._follow, self._latch):
            Thread(target=work, name="pull", daemon=True).start()

    def pull(self) -> None:
        """Have the latch set and tell the desk; waits for neither. A key held down pulls once."""
        since, self._keyed_at = self._monotonic() - self._keyed_at, self._monotonic()
        if since < ONE_PRESS_SECONDS:
            return
        pull, self._ready = self._ready or _Pull(self._by), None
        self._done = pull.done
        self.words = "HALTING"
        # the latch first: its thread wakes up while the desk is told, and then has its turn
        self._to_latch.put(pull)
        self._tell_desk(pull)
        with suppress(Empty):
            pull.made.get(timeout=TURN_SECONDS)
        self._pulls.put(pull)

    def finish(self, seconds: float) -> None:
        """Wait until a pull under way is in other hands."""
        if self._done is not None:
            self._done.wait(seconds)

    def _latch(self) -> None:
        """Set each latch that is asked for, and say how that went."""
        while True:
            pull = self._to_latch.get()
            with suppress(Exception):
                # whatever one pull stumbles over, the next key must find this thread alive
                self.words = self._latched(pull)
                pull.latched.put(self.words)

    def _latched(self, pull: _Pull) -> str:
        try:
            handle = latch.create(self._path)
            pull.made.put(None)
            if handle is not None:
                latch.fill(self._path, handle, pull.said())
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
            self._ready = _Pull(self._by)

    def _see_to(self, pull: _Pull) -> None:
        is_heard = pull.is_told and self._is_latched(pull.desk)
        if not is_heard:
            self._halt_alone(pull.id)
        desk = "the desk sweeps" if is_heard else "no desk answers, killcord halt sweeps"
        try:
            held = pull.latched.get(timeout=ANSWER_SECONDS)
        except Empty:
            held = "THE DISK HANGS: no latch yet"
        self.words = f"{held}, {desk}"

    def _tell_desk(self, pull: _Pull) -> None:
        """Say it to the desk without waiting; a desk that is stuck answers nothing."""
        try:
            pull.desk.connect(self._door)
            pull.is_told = pull.desk.send(pull.word) == len(pull.word)
        except OSError:
            pull.desk.close()

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

    def _halt_alone(self, pull: str) -> None:
        """Start `killcord halt` in a session of its own: it outlives this terminal."""
        command = [sys.executable, "-P", "-m", "console", "halt", "--json"]
        subprocess.Popen(  # noqa: S603 - our own program, arguments as a list
            [*command, "--profile", self._folder.profile, "--reason", REASON, "--pull", pull],
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
