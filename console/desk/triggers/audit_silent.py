"""An audit that cannot be written."""


class AuditSilent:
    """Measures for how long nothing could be recorded."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._since: float | None = None

    def look(self, trouble: str, now: float) -> str:
        """Return why it pulls, with the figures; empty while it does not."""
        if not trouble:
            self._since = None
            return ""
        self._since = now if self._since is None else self._since
        silent = now - self._since
        if silent < self._limit:
            return ""
        why = trouble.rstrip(".")
        return f"nothing could be recorded for {silent:.1f} s, the limit is {self._limit:g}: {why}"
