"""What the exit status of a command means."""

from console.domain.receipts import Outcome

DONE = 0
FAILED = 1
USAGE = 2
REFUSED = 3
"""Forbidden, denied or rejected: it did not happen."""
UNKNOWN = 4
"""No answer came: it may or may not have happened."""
NO_DESK = 5

OF_OUTCOME = {
    Outcome.ACCEPTED: DONE,
    Outcome.FORBIDDEN: REFUSED,
    Outcome.DENIED: REFUSED,
    Outcome.REJECTED: REFUSED,
    Outcome.UNKNOWN: UNKNOWN,
}
