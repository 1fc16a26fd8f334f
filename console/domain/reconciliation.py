"""What a comparison with the broker found: what differed, and what was done about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    """Why a comparison was made; the values are words for people."""

    ROUTINE = "routine"
    DOUBT = "something did not fit"
    UNKNOWN = "an order was unknown"
    RECONNECTED = "the trading stream was opened"
    ASKED = "somebody asked"
    START = "the desk started"


class Subject(StrEnum):
    """What a difference is about."""

    ORDER = "order"
    POSITION = "position"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing of which the broker had another word than we."""

    subject: Subject
    symbol: str
    text: str
    """What differed, as a sentence."""
    done: str
    """What the desk did about it, as a sentence."""
    order: str | None = None
    """The client order id, where it is about an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """One comparison with the broker, from its first question to its last answer."""

    number: int
    """Counts the comparisons of this desk that came to an end."""
    cause: Cause
    began_at: datetime
    at: datetime
    """When it was done."""
    orders: int
    """Orders that the broker told of."""
    fills: int
    positions: int
    differences: tuple[Difference, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether both sides agreed."""
        return not self.differences

    @property
    def seconds(self) -> float:
        """How long it took."""
        return max((self.at - self.began_at).total_seconds(), 0.0)

    def __str__(self) -> str:
        found = len(self.differences)
        words = {0: "no difference", 1: "1 difference"}.get(found, f"{found} differences")
        return (
            f"{words} in {_many(self.orders, 'order')}, {_many(self.fills, 'fill')} and "
            f"{_many(self.positions, 'position')}"
        )


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
