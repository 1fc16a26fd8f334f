"""Things of a floor that are made when they are first asked for, and kept as long as it stands."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Shelf:
    """At most one thing of a kind for each owner."""

    def __init__(self) -> None:
        self._kept: dict[tuple[type[Any], str], Any] = {}

    def get(self, kind: type[T], make: Callable[[], T], *, owner: str = "") -> T:
        """Return the thing of a kind, made now if there is none yet."""
        key = (kind, owner)
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept
