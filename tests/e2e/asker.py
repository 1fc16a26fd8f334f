"""One resident interpreter that runs reading commands: most of a small command is starting Python.

A test that waits asks again and again; each time a fresh `killcord status` would cost more
than the desk needs to do what is waited for. The command that answers is the same.
"""

import atexit
import json
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from threading import Lock

PATIENCE = 60.0

LOOP = """
import contextlib, io, json, os, sys
from console.cli import main
for line in sys.stdin:
    asked = json.loads(line)
    os.environ.clear()
    os.environ.update(asked["env"])
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(asked["words"])
        except SystemExit as left:
            status = left.code
    print(json.dumps([status, out.getvalue(), err.getvalue()]), flush=True)
"""


class Asker:
    """Runs commands one after another, each in the surroundings it is given."""

    def __init__(self) -> None:
        self._one_at_a_time = Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, words: Sequence[str], env: Mapping[str, str]) -> tuple[int, str, str]:
        """Run one command; return its status, what it printed and what it complained of."""
        with self._one_at_a_time:
            process = self._running(env)
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"words": list(words), "env": dict(env)}) + "\n")
            process.stdin.flush()
            if not select.select([process.stdout], [], [], PATIENCE)[0]:
                self.close()
                raise AssertionError(f"killcord {' '.join(words)} never came to an end")
            status, printed, complained = json.loads(process.stdout.readline())
        return status, printed, complained

    def close(self) -> None:
        """End the interpreter."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self, env: Mapping[str, str]) -> "subprocess.Popen[str]":
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", LOOP],
                env=dict(env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process


ASKER = Asker()
"""One for all tests of a worker: each question brings its own surroundings."""
atexit.register(ASKER.close)
