"""The machine's own clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """UTC from the operating system, and its monotonic seconds."""

    def now(self) -> datetime:
        """UTC, aware."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()
