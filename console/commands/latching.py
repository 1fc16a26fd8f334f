"""The latch of `killcord halt`, made in a thread of its own: a disk may hang for ever.

Standard library only. The command waits for it a while, and goes on to the broker without it.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from console.desk.latch import Latched, pull


class Latching:
    """A latch on its way to the disk."""

    def __init__(
        self, latch: Path, said: Latched, make: Callable[[Path, Latched], Latched] = pull
    ) -> None:
        self._latch = latch
        self._said = said
        self._make = make
        self._latched: Latched | None = None
        self._error: OSError | None = None
        # One that the process need not wait for when it ends.
        self._thread = threading.Thread(target=self._run, name="latch", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> Latched | None:
        """Return what the latch says, None while the disk does not answer. OSError if it fails."""
        self._thread.join(seconds)
        if self._error is not None:
            raise self._error
        return self._latched

    def _run(self) -> None:
        try:
            self._latched = self._make(self._latch, self._said)
        except OSError as error:
            self._error = error
