"""The halt: a latch that stays until it is lifted, and the proof of what it did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """What the desk lets through; the highest of all its sources counts."""

    ACTIVE = "active"
    """Whatever passes the gate."""
    REDUCING = "reducing"
    """Only what makes a position smaller, and cancels."""
    HALTED = "halted"
    """Nothing but cancels, and the closing orders of a confirmed flatten."""

    @property
    def rank(self) -> int:
        """How much it forbids; the higher, the more."""
        return tuple(Mode).index(self)


class Source(StrEnum):
    """What can raise the mode, in words."""

    LATCH = "halt latch"
    """The cord was pulled: here, by a command, a file, a signal or a trigger."""
    REDUCING = "reducing latch"
    """Somebody, or a trigger, asked that positions only get smaller."""
    BROKER = "broker suspension"
    """The broker says that the account is suspended or blocked."""
    RECONCILIATION = "not reconciled"
    """What the broker holds has not been read since the start or a lost stream."""
    AUDIT = "audit not writable"
    """The journal cannot record what would be sent."""

    @property
    def is_latched(self) -> bool:
        """Whether only a re-arm lowers it, rather than the end of what raised it."""
        return self in (Source.LATCH, Source.REDUCING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restraint:
    """One source that raises the mode, and why."""

    source: Source
    mode: Mode
    reason: str
    by: str
    since: datetime

    def __str__(self) -> str:
        return f"{self.source.value}: {self.reason} (by {self.by})"


def highest(restraints: Iterable[Restraint]) -> Mode:
    """Return the highest mode of all sources; active without any."""
    modes = (restraint.mode for restraint in restraints)
    return max(modes, key=lambda mode: mode.rank, default=Mode.ACTIVE)


class StepStatus(StrEnum):
    """How far one step of a halt has come."""

    WAITING = "waiting"
    """For a step before it, or for an answer."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """Not done, with the reason; what can be tried again is."""


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
