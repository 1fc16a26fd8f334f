"""What the exit status of a command means."""

DONE = 0
FAILED = 1
USAGE = 2
DENIED = 3
"""Our own gate or latch said no, or there was nothing to do: nothing was sent."""
UNKNOWN = 4
"""No answer came: it may or may not have happened."""
NO_DESK = 5
FORBIDDEN = 6
"""The person may not: nothing was sent."""
REJECTED = 7
"""The broker said no: it does not exist there."""
INTERRUPTED = 130
"""Ended by Ctrl+C, as shells count it; what was asked for may have been done."""
