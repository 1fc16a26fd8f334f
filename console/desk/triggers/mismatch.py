"""Holdings that our own fills do not explain."""

from collections.abc import Sequence


class Mismatch:
    """Remembers what the last comparison found until somebody re-arms."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._found: tuple[str, ...] = ()

    def tell(self, found: Sequence[str]) -> None:
        """A comparison found these holdings to differ, a sentence for each."""
        self._found = tuple(found)

    def look(self) -> str:
        """Return why it pulls, with the figures; empty while it does not."""
        if len(self._found) < self._limit:
            return ""
        return f"{' '.join(self._found)} The limit is {self._limit}"

    def acknowledge(self) -> None:
        """Somebody has seen it: the books begin from the broker's word."""
        self._found = ()
