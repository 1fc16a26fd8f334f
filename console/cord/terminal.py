"""The terminal the trader sits at: raw while the console runs, and as it was afterwards.

Standard library only.
"""

import fcntl
import os
import re
import struct
import termios
import tty
from contextlib import suppress

ALTERNATE = re.compile(rb"\x1b\[\?1049([hl])")
LONGEST_SWITCH = len(b"\x1b[?1049h")
UNFINISHED = re.compile(rb"\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*|[\]PX^_][^\x07\x1b]*)?\Z")
"""The end of what was written, when it stops in the middle of a sequence."""
CANCEL = b"\x18"
SHOWS_AT_ONCE = b"\x1b[?2026l"
LEAVE = (
    SHOWS_AT_ONCE
    + b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # the mouse
    + b"\x1b[?1004l\x1b[?2004l\x1b[?2048l"  # focus, bracketed paste, size reports
    + b"\x1b[<u"  # the kitty keyboard, which each of the two screens keeps apart
    + b"\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"
)
"""What a full-screen program says when it leaves, for one that could not."""


class OuterTerminal:
    """The terminal on standard input and output."""

    def __init__(self) -> None:
        self._input, self._output = 0, 1
        self._kept = termios.tcgetattr(self._input)
        self._tail = b""
        self._is_alternate = False

    def make_raw(self) -> None:
        """Have every key come as it is, also those that were typed already."""
        with suppress(termios.error):
            tty.setraw(self._input, termios.TCSANOW)

    def restore(self) -> None:
        """Put the settings of the line back; never waits."""
        with suppress(termios.error):
            termios.tcsetattr(self._input, termios.TCSANOW, self._kept)

    def hand_settings_to(self, slave: int) -> None:
        """Give a new terminal this one's settings and size."""
        termios.tcsetattr(slave, termios.TCSANOW, self._kept)
        self.hand_size_to(slave)

    def hand_size_to(self, other: int) -> None:
        """Make another terminal as large as this one; its program is told by the kernel."""
        with suppress(OSError):
            size = fcntl.ioctl(self._input, termios.TIOCGWINSZ, bytes(8))
            fcntl.ioctl(other, termios.TIOCSWINSZ, size)

    def write(self, data: bytes) -> None:
        """Write all of it, however long the terminal takes. OSError when it is gone."""
        self._watch(data)
        while data:
            data = data[os.write(self._output, data) :]

    def leaving(self) -> bytes:
        """Return what is still to be said to leave a clean terminal; empty when all was said."""
        if not self._is_alternate:
            return b""
        return self._out_of_a_sequence() + LEAVE

    def headline(self, words: str) -> bytes:
        """Return what writes one line over the first of the screen and moves nothing else."""
        columns = self._columns()
        line = f" {words}"[:columns].ljust(columns).encode("ascii", "replace")
        shown = b"\x1b7\x1b[1;1H\x1b[0;1;7m" + line + b"\x1b[0m\x1b8"
        return self._out_of_a_sequence() + SHOWS_AT_ONCE + shown

    def _out_of_a_sequence(self) -> bytes:
        return CANCEL if UNFINISHED.search(self._tail) else b""

    def _columns(self) -> int:
        try:
            size = fcntl.ioctl(self._input, termios.TIOCGWINSZ, bytes(8))
        except OSError:
            return 80
        columns: int = struct.unpack("HHHH", size)[1]
        return columns or 80

    def _watch(self, data: bytes) -> None:
        """Remember which of the two screens is shown."""
        around = self._tail[-LONGEST_SWITCH:] + data
        if b"\x1b[?1049" in around:
            for switch in ALTERNATE.finditer(around):
                self._is_alternate = switch[1] == b"h"
        self._tail = around[-256:]
