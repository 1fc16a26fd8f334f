"""The line between the cord and its console: who has pulled, and whether it is shown.

The cord says that it has seen a halt key before it hands the key on. So the console, when
it comes to the key, knows that the pull is made and has only to show it, and two programs
never count one key as two pulls. Standard library only.
"""

import socket
from contextlib import suppress
from pathlib import Path

from console.desk import latch

SEEN, SHOWN = b"k", b"s"
MOST_AT_ONCE = 4_096


def new_line() -> tuple[socket.socket, socket.socket]:
    """Return the cord's end and the console's; neither ever waits."""
    ends = socket.socketpair()
    for end in ends:
        end.setblocking(False)  # noqa: FBT003 - its only argument
    return ends


class CordEnd:
    """What the cord tells and hears."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self.fileno = end.fileno()

    def tell_seen(self, count: int) -> None:
        """Tell that so many halt keys are on their way and the pull is made."""
        with suppress(OSError):
            self._end.send(SEEN * count)

    def has_shown(self) -> bool:
        """Return whether the console has shown a halt since the last question."""
        try:
            return bool(self._end.recv(MOST_AT_ONCE))
        except OSError:
            return False


class ConsoleEnd:
    """What the console hears and tells."""

    def __init__(self, end: socket.socket, path: Path) -> None:
        self._end = end
        self._latch = path

    def takes_the_key(self) -> bool:
        """Return whether the cord has seen this halt key; ask once a key."""
        try:
            return self._end.recv(1) == SEEN
        except OSError:
            return False

    def is_latched(self) -> bool:
        """Return whether the latch is there, whoever made it."""
        return latch.is_pulled(self._latch)

    def tell_shown(self) -> None:
        """Tell the cord that the screen shows the halt."""
        with suppress(OSError):
            self._end.send(SHOWN)
