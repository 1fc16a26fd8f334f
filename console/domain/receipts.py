"""What came of a command: the four noes are told apart, and unknown is not failed."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from console.domain.market import Quote
from console.domain.orders import OrderRequest


class Outcome(StrEnum):
    """How a command ended."""

    ACCEPTED = "accepted"
    """The broker has it, or the desk did it."""
    FORBIDDEN = "forbidden"
    """The person may not."""
    DENIED = "denied"
    """Our own gate or latch said no; nothing was sent but what the detail says."""
    REJECTED = "rejected"
    """The broker said no; the order does not exist there."""
    UNKNOWN = "unknown"
    """No answer came; the order may or may not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule of the gate and what it found."""

    rule: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to a command, in a sentence a person can act on."""

    outcome: Outcome
    detail: str
    order: str | None = None
    """The client order id, where the command made or touched one order."""
    failures: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the gate would say of a ticket now, and what the order would do."""

    request: OrderRequest | None
    """The order with its price filled in; None when there was no quote to price it from."""
    checks: tuple[Check, ...]
    quote: Quote | None
    notional: Decimal | None
    buying_power_after: Decimal | None
    position_after: Decimal | None

    @property
    def is_clear(self) -> bool:
        """Whether every check passed."""
        return self.request is not None and all(check.passed for check in self.checks)
