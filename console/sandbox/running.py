"""One run of a trader's code, from outside: what goes in, and what comes out, as plain data."""

import math
import time
from array import array
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from os import close
from typing import Any, BinaryIO

import pyarrow as pa

from console.sandbox.endings import Ended, Limit, Mistake, SandboxProblem
from console.sandbox.frames import Frame
from console.sandbox.isolation import Isolation
from console.sandbox.limits import LIMITS, MIB, RunLimits
from console.sandbox.returned import VALUE_BYTES, TooLarge, UnreadKind, read_table
from console.sandbox.runs import MOST_POINTS, MOST_SHOWN, MOST_SHOWN_ROWS
from console.sandbox.worker import Worker, lent

TABLES = ("numpy", "pandas", "pyarrow")
FORGED = (
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    OverflowError,
    AttributeError,
    pa.ArrowException,
)
"""What reading a made-up answer comes to."""
GARBLED = "The code spoke over its own result: nothing of it can be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table to look at: its first rows."""

    title: str
    rows: int
    """How many it has in all."""
    head: pa.Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Lines to draw; None is a gap."""

    title: str
    lines: Mapping[str, list[float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to, good or bad; all text in it is a stranger's."""

    printed: str
    shown: tuple[ShownTable | Figure, ...] = ()
    result: pa.Table | None = None
    parameters: Mapping[str, Any]
    problem: SandboxProblem | None = None
    """A mistake in the code, or why it was ended; None when it ran to its end."""
    seconds: float


class Bench:
    """Runs code, with a worker that is ready before it is needed."""

    def __init__(self, isolation: Isolation, limits: RunLimits = LIMITS) -> None:
        self.isolation = isolation
        self.limits = limits
        self._spare: Worker | None = None

    def warm(self) -> None:
        """Have the next worker load its libraries now."""
        if self._spare is None:
            self._spare = self._worker(TABLES)

    def run(
        self, code: str, tables: Mapping[str, pa.Table], parameters: Mapping[str, str]
    ) -> Outcome:
        """Run code over tables, the first of which it knows as `df`.

        Raises:
            SandboxProblem: when it cannot even begin.
        """
        size = len(code.encode(errors="replace"))
        if size > self.limits.code_bytes:
            most = self.limits.code_bytes // 1024
            raise SandboxProblem(f"The code is too long: {most:,} KiB is the most.")
        worker, self._spare = self._spare or self._worker(TABLES if tables else ()), None
        begun = time.monotonic()
        with worker, ExitStack() as files:
            lent_files = [_lend(table, files) for table in tables.values()]
            job = {"code": code, "tables": list(tables), "parameters": dict(parameters)}
            try:
                told, problem = worker.begin(job, lent_files), None
            except Ended as ended:
                told, problem = Frame({"kind": "made"}), ended
            return self._outcome(told, problem, worker.printed, time.monotonic() - begun)

    def close(self) -> None:
        """End the worker that waits."""
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    def _worker(self, preload: tuple[str, ...]) -> Worker:
        inside = ("inside", "frames", "lock", "manners", "runs")
        host = "console.sandbox.runs"
        return Worker(self.isolation, inside, host=host, preload=preload, limits=self.limits)

    def _outcome(
        self, told: Frame, problem: SandboxProblem | None, printed: str, seconds: float
    ) -> Outcome:
        head = told.head
        given = _Given(told.blobs, self.limits.result_bytes)
        shown: tuple[ShownTable | Figure, ...] = ()
        result, parameters = None, {}
        try:
            parameters = {str(name): value for name, value in head.get("parameters", {}).items()}
            shown = tuple(given.shown(one) for one in head.get("shown", [])[:MOST_SHOWN])
            result = None if head.get("result") is None else given.table(head["result"])
            wrong = head.get("mistake")
            if wrong is not None:
                problem = self._mistake(wrong)
        except FORGED:
            shown, result, parameters, problem = (), None, {}, SandboxProblem(GARBLED)
        except UnreadKind as kind:
            problem = Mistake(f"a table has a column of {kind}, which is not read: leave it out")
        except TooLarge:
            most = self.limits.result_bytes // MIB
            words = f"What the code gives back takes more than {most:,} MiB, written out."
            problem = Ended(words, Limit.RESULT)
        return Outcome(
            printed=printed,
            shown=shown,
            result=result,
            parameters=parameters,
            problem=problem,
            seconds=seconds,
        )

    def _mistake(self, told: Mapping[str, Any]) -> SandboxProblem:
        line = told["line"] if isinstance(told["line"], int) else None
        if told.get("memory"):
            most = self.limits.memory_bytes // 1024**2
            place = "" if line is None else f"line {line}: "
            return Ended(
                f"{place}there is not enough memory for this: a run may take {most:,} MiB.",
                Limit.MEMORY,
            )
        return Mistake(str(told["text"]), line)


def _lend(table: pa.Table, until: ExitStack) -> int:
    """Return a file with the table, laid out so that it is read where it lies."""

    def fill(out: BinaryIO) -> None:
        with pa.ipc.new_file(out, table.schema) as writer:
            writer.write_table(table.combine_chunks())

    file = lent(fill)
    until.callback(close, file)
    return file


class _Given:
    """What came with an answer; all of it together takes no more than it may."""

    def __init__(self, blobs: list[bytes], most: int) -> None:
        self._blobs = blobs
        self._left = most

    def table(self, place: int) -> pa.Table:
        table, size = read_table(self._blobs[place], self._left)
        self._left -= size
        return table

    def shown(self, told: Mapping[str, Any]) -> ShownTable | Figure:
        title = str(told["title"])
        if told["kind"] == "table":
            head = self.table(told["blob"]).slice(0, MOST_SHOWN_ROWS)
            return ShownTable(title=title, rows=int(told["rows"]), head=head)
        lines = {str(line["name"]): self._points(line["blob"]) for line in told["lines"]}
        return Figure(title=title, lines=lines)

    def _points(self, place: int) -> list[float | None]:
        points = array("d", self._blobs[place])
        self._left -= VALUE_BYTES * len(points)
        if len(points) > MOST_POINTS:
            raise ValueError("too many points")
        if self._left < 0:
            raise TooLarge("points")
        return [None if math.isnan(y) else y for y in points]
