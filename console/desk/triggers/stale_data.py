"""No market data at all while the market is open."""

from datetime import datetime


class StaleData:
    """Measures the silence by the clock that cannot be set, and only where talk is expected."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._heard_at: datetime | None = None
        self._since: float | None = None

    def look(self, heard_at: datetime | None, now: float, *, is_expected: bool) -> str:
        """Return why the silence pulls, with the figures; empty while it does not."""
        if not is_expected or self._since is None or heard_at != self._heard_at:
            self._heard_at, self._since = heard_at, now
            return ""
        silent = now - self._since
        if silent < self._limit:
            return ""
        return f"no market data for {silent:.1f} s in an open session; the limit is {self._limit:g}"
