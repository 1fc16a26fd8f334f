"""What a study returns: a number with how much it saw, or why there is none."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure; `value` is None when it is not known, and `note` says why."""

    value: float | None
    sample: int
    """How many observations it rests on."""
    at: float | None
    """The time of the newest of them, in seconds since the epoch."""
    note: str = ""

    def __post_init__(self) -> None:
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"a measure must be a number or None, it is {self.value}")


def unknown(note: str, *, sample: int = 0, at: float | None = None) -> Measure:
    """Return the measure of what cannot be known yet."""
    return Measure(value=None, sample=sample, at=at, note=note)
