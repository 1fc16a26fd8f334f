"""Every strategy that came before the gate: what was tried, what was found, and who approved.

A try is never changed or deleted. An approval is a row of its own, with a name and a reason.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from console.sandbox.books import open_books
from console.sandbox.endings import SandboxProblem
from console.strategies.gate import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What was tried."""

    strategy: str
    parameters: Mapping[str, Any]
    code: str
    """The fingerprint of its code; empty for a built-in one."""
    symbol: str
    frame: str
    source: str
    """Where the bars came from."""
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try, judged."""

    number: int
    at: datetime
    tried: Tried
    checks: tuple[Check, ...]
    approved_by: str = ""
    approved_why: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check that was made was passed."""
        return all(check.passed is not False for check in self.checks)

    @property
    def stage(self) -> str:
        """How far it has come: rejected, passed, or paper when somebody approved it."""
        if not self.passed:
            return "rejected"
        return "paper" if self.approved_by else "passed"

    @property
    def reasons(self) -> str:
        """Why it was rejected."""
        failed = [check for check in self.checks if check.passed is False]
        return "; ".join(f"{check.name}: {check.found}, {check.asked}" for check in failed)


class Tries:
    """The tries of one profile; close it, or use it as a context."""

    def __init__(self, folder: Path) -> None:
        """Open the record.

        Raises:
            SandboxProblem: when it cannot be.
        """
        self._database = open_books(folder)
        self._tries = self._database.table("tries")
        self._tries.create(
            {"number": int, "at": str, "symbol": str, "frame": str, "tried": str, "checks": str},
            pk="number",
            if_not_exists=True,
        )
        self._approvals = self._database.table("approvals")
        self._approvals.create(
            {"number": int, "at": str, "who": str, "why": str}, pk="number", if_not_exists=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def count(self, symbol: str, frame: str) -> int:
        """Return how often something was tried on this market."""
        return int(self._tries.count_where("symbol = ? and frame = ?", [symbol, frame]))

    def add(self, at: datetime, tried: Tried, checks: Sequence[Check]) -> Try:
        """Write a try down, whatever came of it."""
        row = {
            "at": at.isoformat(timespec="seconds"),
            "symbol": tried.symbol,
            "frame": tried.frame,
            "tried": json.dumps(asdict(tried)),
            "checks": json.dumps([asdict(check) for check in checks]),
        }
        number = int(str(self._tries.insert(row).last_pk))
        return Try(number=number, at=at, tried=tried, checks=tuple(checks))

    def all(self) -> list[Try]:
        """Return every try, newest first."""
        approvals = {row["number"]: row for row in self._approvals.rows}
        rows = self._tries.rows_where(order_by="number desc")
        return [_read(row, approvals.get(row["number"])) for row in rows]

    def get(self, number: int) -> Try:
        """Return the try of this number.

        Raises:
            SandboxProblem: when there is none.
        """
        found = next((one for one in self.all() if one.number == number), None)
        if found is None:
            raise SandboxProblem(f"No try is numbered {number}: killcord strategies list")
        return found

    def approve(self, number: int, at: datetime, who: str, why: str) -> Try:
        """Let a try that passed go on to paper.

        Raises:
            SandboxProblem: when it did not pass, or was approved before.
        """
        found = self.get(number)
        if not found.passed:
            raise SandboxProblem(f"Try {number} was rejected and stays so: {found.reasons}.")
        if found.approved_by:
            raise SandboxProblem(f"Try {number} was approved by {found.approved_by} before.")
        self._approvals.insert(
            {"number": number, "at": at.isoformat(timespec="seconds"), "who": who, "why": why}
        )
        return self.get(number)


def _read(row: Mapping[str, Any], approval: Mapping[str, Any] | None) -> Try:
    return Try(
        number=row["number"],
        at=datetime.fromisoformat(row["at"]),
        tried=Tried(**json.loads(row["tried"])),
        checks=tuple(Check(**check) for check in json.loads(row["checks"])),
        approved_by="" if approval is None else approval["who"],
        approved_why="" if approval is None else approval["why"],
    )
