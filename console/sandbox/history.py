"""What was run: the code as it was, when, with what, and how it ended. The newest are kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from console.sandbox.books import open_books

KEPT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One run of the past."""

    number: int
    at: datetime
    name: str
    """Of the file."""
    code: str
    tables: tuple[str, ...]
    parameters: Mapping[str, Any]
    seconds: float
    problem: str
    """Empty when it ran to its end."""


class History:
    """The runs of one profile; close it, or use it as a context."""

    def __init__(self, folder: Path) -> None:
        """Open the record.

        Raises:
            SandboxProblem: when it cannot be.
        """
        self._database = open_books(folder)
        self._runs = self._database.table("runs")
        self._runs.create(
            {
                "number": int,
                "at": str,
                "name": str,
                "code": str,
                "tables": str,
                "parameters": str,
                "seconds": float,
                "problem": str,
            },
            pk="number",
            if_not_exists=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(
        self,
        at: datetime,
        name: str,
        code: str,
        *,
        tables: Sequence[str],
        parameters: Mapping[str, Any],
        seconds: float,
        problem: str,
    ) -> int:
        """Write a run down, let the oldest go, and return the run's number."""
        row = {
            "at": at.isoformat(timespec="seconds"),
            "name": name,
            "code": code,
            "tables": json.dumps(list(tables)),
            "parameters": json.dumps(dict(parameters)),
            "seconds": seconds,
            "problem": problem,
        }
        number = int(str(self._runs.insert(row).last_pk))
        self._runs.delete_where("number <= ?", [number - KEPT])
        return number

    def all(self) -> list[PastRun]:
        """Return every run, newest first."""
        return [_read(row) for row in self._runs.rows_where(order_by="number desc")]

    def get(self, number: int) -> PastRun | None:
        """Return the run of this number."""
        return next(map(_read, self._runs.rows_where("number = ?", [number])), None)


def _read(row: dict[str, Any]) -> PastRun:
    return PastRun(
        number=row["number"],
        at=datetime.fromisoformat(row["at"]),
        name=row["name"],
        code=row["code"],
        tables=tuple(json.loads(row["tables"])),
        parameters=json.loads(row["parameters"]),
        seconds=row["seconds"],
        problem=row["problem"],
    )
