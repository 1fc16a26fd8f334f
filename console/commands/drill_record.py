"""What drills measured: one line of JSON each, in the profile's state folder, and their trend.

A file of its own and not the desk's journal: a drill is run with or without a desk, and
the journal has one writer.
"""

import json
import os
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from console.commands.tables import NOT_KNOWN, aligned
from console.folders import StateFolder

FILE_NAME = "drills.jsonl"
SHOWN = 10
LONGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One pull of a drill; milliseconds count from the trigger."""

    way: str
    sent: int
    """Orders that reached the venue in this round."""
    late: int
    """Orders that left after the desk had said that it is halted."""
    left_open: int
    has_receipt: bool
    latch_ms: float
    cancel_ms: float | None
    """Until the first cancel reached the venue; None when none did."""
    confirmed_ms: float

    @property
    def passed(self) -> bool:
        """Whether the halt did what it promises."""
        return not self.late and not self.left_open and self.has_receipt and bool(self.cancel_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One drill: its pulls, and what broke it off."""

    at: str
    pulls: tuple[Pull, ...]
    trouble: str = ""

    @property
    def passed(self) -> bool:
        """Whether every way was tried and every one passed."""
        return bool(self.pulls) and not self.trouble and all(pull.passed for pull in self.pulls)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "at": self.at,
            "passed": self.passed,
            "trouble": self.trouble,
            "pulls": [asdict(pull) for pull in self.pulls],
        }


def keep(folder: StateFolder, drill: Drill) -> str:
    """Add the drill to the profile's file; return why it could not be kept, or nothing."""
    line = json.dumps(drill.as_json()).encode() + b"\n"
    try:
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder.path / FILE_NAME
        handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        try:
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        return f"The drill's figures could not be kept: {error}."
    return ""


def kept(folder: StateFolder) -> list[Drill]:
    """Return the drills of a profile, oldest first; a line that cannot be read is left out."""
    try:
        with (folder.path / FILE_NAME).open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - LONGEST, 0))
            lines = file.read().splitlines()
    except OSError:
        return []
    return [drill for drill in map(_read, lines) if drill is not None]


def told(drill: Drill) -> str:
    """Return one drill as a table and a verdict."""
    rows = [
        (
            pull.way,
            _ms(pull.latch_ms),
            _ms(pull.cancel_ms),
            _ms(pull.confirmed_ms),
            str(pull.sent),
            str(pull.late),
            str(pull.left_open),
            "yes" if pull.has_receipt else "NO",
            "passed" if pull.passed else "FAILED",
        )
        for pull in drill.pulls
    ]
    head = ("pull by", "latch", "cancel", "confirmed", "orders", "late", "open", "receipt")
    verdict = "DRILL PASSED." if drill.passed else f"DRILL FAILED. {drill.trouble}".strip()
    return f"{aligned((*head, 'verdict'), rows)}\n{verdict}"


def trend(drills: list[Drill]) -> str:
    """Return the last drills, one a line, and what the latest is beside their median."""
    if not drills:
        return "No drill has been kept yet: killcord halt --drill."
    shown = drills[-SHOWN:]
    rows = [
        (
            drill.at.replace("T", " ")[:16],
            _ms(_worst(drill, "latch_ms")),
            _ms(_worst(drill, "cancel_ms")),
            _ms(_worst(drill, "confirmed_ms")),
            "passed" if drill.passed else "FAILED",
        )
        for drill in shown
    ]
    found = [_worst(drill, "confirmed_ms") for drill in shown]
    known = [value for value in found if value is not None]
    middle = _ms(median(known)) if known else NOT_KNOWN
    head = ("drill (UTC)", "latch", "first cancel", "confirmed", "verdict")
    return (
        f"The last {len(shown)} of {len(drills)}, the slowest pull of each:\n"
        f"{aligned(head, rows)}\nMedian until confirmed: {middle}."
    )


def _worst(drill: Drill, name: str) -> float | None:
    found = [getattr(pull, name) for pull in drill.pulls]
    return max((value for value in found if value is not None), default=None)


def _ms(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:,.1f} ms"


def _read(line: bytes) -> Drill | None:
    try:
        found = json.loads(line)
        pulls = tuple(Pull(**pull) for pull in found["pulls"])
        return Drill(at=str(found["at"]), pulls=pulls, trouble=str(found["trouble"]))
    except (ValueError, KeyError, TypeError):
        return None
