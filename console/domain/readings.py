"""What an analysis found, with how much it saw and how old that is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Unit(StrEnum):
    """How a reading is to be written."""

    PRICE = "price"
    PERCENT = "percent"
    BASIS_POINTS = "bp"
    PER_MINUTE = "/min"
    SHARES = "shares"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One measured figure of one symbol; `value` is None when it is not known."""

    symbol: str
    name: str
    value: float | None
    unit: Unit
    sample: int
    """How many observations it rests on."""
    at: datetime | None
    """The time of the newest observation, on the desk's clock."""
    note: str = ""
