"""The Journal port over SQLite: durable when the call returns, or refused whole."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pysqlite3
from sqlite_utils import Database

from console.adapters.sqlite import rows
from console.adapters.sqlite.chain import canonical
from console.adapters.sqlite.schema import create_file, open_database
from console.adapters.sqlite.writer import Entry, Line, Question, Writer
from console.adapters.system_clock import SystemClock
from console.ports import Clock, JournalUnavailable, Note, Record, Remembered, Row, Unrecordable

_CLOSE_SECONDS = 10.0

T = TypeVar("T")


def open_journal(path: Path, *, clock: Clock | None = None) -> "SqliteJournal":
    """Open a desk's journal, which is made if there is none.

    Raises:
        JournalUnavailable: when the file cannot be written, or is no journal.
    """
    try:
        create_file(path)
        database = open_database(path)
    except (OSError, pysqlite3.Error) as error:
        raise JournalUnavailable(f"the journal {path} cannot be opened: {error}") from None
    try:
        return SqliteJournal(path, database, clock or SystemClock())
    except (OSError, pysqlite3.Error) as error:
        database.close()
        raise JournalUnavailable(f"the journal {path} cannot be written: {error}") from None


class SqliteJournal:
    """One desk's memory and audit, written by one thread."""

    def __init__(self, path: Path, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._session = _open_session(database, clock)
        self._writer = Writer(path, database)
        self._is_closed = False

    def head(self) -> str:
        """The hash of the last durable record, as hexadecimal text."""
        return self._writer.head.hash.hex()

    async def write(self, record: Record, *stored: Row) -> int:
        """Append the record and store the rows, all or nothing; return its number.

        Raises:
            JournalUnavailable: when it is not on the disk.
        """
        return await self._put((_line(record, stored),))

    async def write_all(self, notes: Sequence[Note]) -> None:
        """Append all these records in their order, each with its rows, or none of them.

        Raises:
            JournalUnavailable: when they are not on the disk.
        """
        if notes:
            await self._put([_line(record, stored) for record, stored in notes])

    def _put(self, lines: Sequence[Line]) -> "asyncio.Future[int]":
        self._check_open()
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._writer.put(Entry(lines=lines, answer=answer))
        return answer

    async def remembered(self) -> Remembered:
        """What was stored before: open orders and those of the last days, fills, alerts."""
        now = self._clock.now()
        return await self._ask(lambda database: rows.remembered(database, now))

    async def close(self) -> None:
        """Finish what is queued and close the file."""
        if self._is_closed:
            return
        work = self._ask(self._close_session, is_last=True)
        self._is_closed = True
        try:
            await work
        finally:
            await asyncio.to_thread(self._writer.join, _CLOSE_SECONDS)

    async def _ask(self, ask: Callable[[Database], T], *, is_last: bool = False) -> T:
        if not is_last:
            self._check_open()
        answer = asyncio.get_running_loop().create_future()
        self._writer.put(Question(ask=ask, answer=answer, is_last=is_last))
        said: T = await answer
        return said

    def _check_open(self) -> None:
        if self._is_closed:
            raise JournalUnavailable("the journal is closed")

    def _close_session(self, database: Database) -> None:
        ended = rows.stamp(self._clock.now())
        database.table("sessions").update(self._session, {"closed_at": ended})


def _line(record: Record, stored: Sequence[Row]) -> Line:
    """Return what is to be written of a record. Unrecordable when it is no plain value."""
    try:
        return Line(canonical(record), [rows.storing(row) for row in stored])
    except (TypeError, ValueError, RecursionError) as error:
        raise Unrecordable(f"{record.kind} cannot be recorded: {error}") from error


def _open_session(database: Database, clock: Clock) -> int:
    """Note that a desk runs; one that never closed its session has died."""
    cursor = database.execute(
        "INSERT INTO sessions (opened_at, pid) VALUES (?, ?)",
        (rows.stamp(clock.now()), os.getpid()),
    )
    return int(cursor.lastrowid or 0)
