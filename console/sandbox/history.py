"""What was run: the code as it was, when, with what, and how it ended. The newest are kept.

Of the newest one that a console showed, what it made is kept too, as it was shown.
"""

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
        self._shown = self._database.table("shown")
        columns = {"place": int, "number": int, "lines": str}
        self._shown.create(columns, pk="place", if_not_exists=True)

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

    def keep_lines(self, number: int, lines: Sequence[Any]) -> None:
        """Keep what the newest run made, in the place of the one before."""
        self._shown.upsert({"place": 1, "number": number, "lines": json.dumps(lines)}, pk="place")

    def newest_lines(self) -> tuple[int, list[Any]]:
        """Return the number of the run whose lines are kept, and them; 0 and none at first."""
        row = next(iter(self._shown.rows), None)
        return (0, []) if row is None else (row["number"], json.loads(row["lines"]))

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
