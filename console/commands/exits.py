"""What the exit status of a command means."""

DONE = 0
FAILED = 1
USAGE = 2
REFUSED = 3
"""Forbidden, denied or rejected: it did not happen."""
UNKNOWN = 4
"""No answer came: it may or may not have happened."""
NO_DESK = 5
