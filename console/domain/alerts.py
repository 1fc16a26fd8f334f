"""What deserves the trader's eye, and the crossings they asked to be told of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class AlertKind(StrEnum):
    """What it is about."""

    PRICE = "price"
    FILL = "fill"
    REJECT = "reject"
    UNKNOWN = "unknown"
    STALE = "stale"
    MOVE = "move"
    DIFFERENCE = "difference"
    HALT = "halt"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that happened, until somebody has acknowledged it."""

    id: str
    kind: AlertKind
    severity: Severity
    text: str
    at: datetime
    symbol: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody has seen it."""
        return self.acknowledged_at is not None


class Direction(StrEnum):
    """Which way a price has to cross."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A price the trader wants to hear of; it fires once."""

    id: str
    symbol: str
    direction: Direction
    price: float
    by: str
    at: datetime
    is_armed: bool = True

    def is_crossed_by(self, price: float) -> bool:
        """Whether `price` lies at or beyond the level."""
        if self.direction is Direction.ABOVE:
            return price >= self.price
        return price <= self.price
