"""The halt: a latch that stays until it is lifted, and the proof of what it did."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """What the desk lets through; the highest of all its sources counts."""

    ACTIVE = "active"
    REDUCING = "reducing"
    HALTED = "halted"


class StepStatus(StrEnum):
    """How far one step of a halt has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltStep:
    """One line of the halt's checklist."""

    name: str
    status: StepStatus = StepStatus.WAITING
    detail: str = ""
    elapsed_ms: float | None = None
    """From the pull of the cord to the end of this step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltedOrder:
    """One order that was open when the cord was pulled, or since."""

    order: str
    """Its client order id."""
    terms: str
    status: str
    elapsed_ms: float | None = None
    """From the pull of the cord until it was known to be over; None while it is open."""
    is_kept: bool = False
    """Whether it is a protective stop that the halt leaves standing by choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """One pull of the cord, and how far its sequence has come.

    `is_confirmed` only after two successive snapshots of the broker showed no
    open order and nothing is unknown; until then every screen says so.
    """

    id: str
    reason: str
    by: str
    at: datetime
    steps: tuple[HaltStep, ...] = ()
    is_confirmed: bool = False
    receipt: str = ""
    covers: str = ""
    """Which account of which broker it holds for, in words."""
    orders: tuple[HaltedOrder, ...] = ()
    """Every order that was open during the halt."""
    is_question_open: bool = False
    """Whether positions are open and nobody has said yet if they are to be closed."""
    is_fenced: bool = False
    """Whether the broker itself holds the account suspended, as read back from it."""
