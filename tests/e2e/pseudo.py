"""A pseudo-terminal of a given size."""

import fcntl
import pty
import struct
import termios


def open_terminal(columns: int, rows: int) -> tuple[int, int]:
    """Return its master and its slave."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    return master, slave
