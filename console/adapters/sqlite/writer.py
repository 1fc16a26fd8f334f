"""The one thread that writes: whoever is waiting shares one transaction and one fsync."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import pysqlite3
from sqlite_utils import Database

from console.adapters.sqlite.chain import GENESIS, chained, numbered
from console.adapters.sqlite.rows import Statement
from console.adapters.sqlite.schema import open_database
from console.ports import JournalUnavailable

log = logging.getLogger(__name__)

MOST_AT_ONCE = 512
PAUSE_SECONDS = 1.0
"""How long nothing is written before the log is brought into the database."""
RECORDS_A_LOG = 50
"""Records from which on that is worth it: long before SQLite would do it within a commit."""
_APPEND = "INSERT INTO audit (seq, record, prev_hash, hash) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of the audit: its number and its hash."""

    seq: int
    hash: bytes


class Line(NamedTuple):
    """A record but for its number, and the statements that store its rows."""

    unnumbered: bytes
    statements: Sequence[Statement]


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """Records on their way to the disk, all of them or none; `seq` is the last one's number."""

    lines: Sequence[Line]
    answer: "asyncio.Future[int]"
    seq: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class Question:
    """Something else to do with the database, in its turn."""

    ask: Callable[[Database], Any]
    answer: "asyncio.Future[Any]"
    is_last: bool = field(default=False)


class Writer:
    """Owns the database from when it is opened until it is closed."""

    def __init__(self, path: Path, database: Database) -> None:
        self._path = path
        self._database: Database | None = database
        self._file = _identity(path)
        self._logged = 0
        self.head = _last(database)
        self._waiting = SimpleQueue[Entry | Question]()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def put(self, work: Entry | Question) -> None:
        """Queue it; its future tells when it is durable."""
        self._waiting.put(work)

    def join(self, seconds: float) -> None:
        """Wait for the thread, which ends after the last question."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            batch, question = self._next()
            if batch:
                self._commit(batch)
            if question is None:
                continue
            self._answer(question)
            if question.is_last:
                self._close()
                return

    def _next(self) -> tuple[list[Entry], Question | None]:
        """Wait for work; return what can be written together, and what comes after it."""
        work = self._wait()
        batch = list[Entry]()
        with suppress(Empty):
            while isinstance(work, Entry):
                batch.append(work)
                if len(batch) == MOST_AT_ONCE:
                    return batch, None
                work = self._waiting.get_nowait()
            return batch, work
        return batch, None

    def _wait(self) -> Entry | Question:
        """Wait for work; tidy up in a pause, so that no order has to wait for it later."""
        if self._logged >= RECORDS_A_LOG:
            with suppress(Empty):
                return self._waiting.get(timeout=PAUSE_SECONDS)
            self._bring_in_the_log()
        return self._waiting.get()

    def _bring_in_the_log(self) -> None:
        """Copy what stands in SQLite's log into the database file; durable it is already."""
        self._logged = 0
        if self._database is None:
            return
        try:
            self._database.conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except pysqlite3.Error as error:
            # as after a commit that failed: the next one looks at the file afresh
            self._discard(error)

    def _commit(self, batch: Sequence[Entry]) -> None:
        try:
            head = self._write(self._ready(), batch)
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody's record is on the disk
            self._discard(error)
            _tell(batch, _refuse, f"the record cannot be written: {_words(error, self._path)}")
            return
        self._logged += head.seq - self.head.seq
        self.head = head
        _tell(batch, _accept, None)

    def _write(self, database: Database, batch: Sequence[Entry]) -> Head:
        execute = database.conn.execute
        head = self.head
        execute("BEGIN IMMEDIATE")
        for entry in batch:
            for unnumbered, statements in entry.lines:
                seq = head.seq + 1
                record = numbered(unnumbered, seq)
                own = chained(head.hash, record)
                execute(_APPEND, (seq, record, head.hash, own))
                for statement, values in statements:
                    execute(statement, values)
                head = Head(seq, own)
            entry.seq = head.seq
        execute("COMMIT")
        return head

    def _ready(self) -> Database:
        """Return the database, opened anew after a failure, if it is still the same one."""
        if _identity(self._path) != self._file:
            raise JournalUnavailable(f"{self._path} is another file than the one opened")
        if self._database is None:
            database = open_database(self._path)
            head = _last(database)
            if not _holds(database, self.head):
                database.close()
                raise JournalUnavailable(f"{self._path} lacks records that were written to it")
            self._database, self.head = database, head
        return self._database

    def _discard(self, error: Exception) -> None:
        """Give up the connection, and with it whatever was half written."""
        log.error("the journal failed: %s", error)
        database, self._database = self._database, None
        if database is None:
            return
        with suppress(pysqlite3.Error):
            if database.conn.in_transaction:
                database.conn.execute("ROLLBACK")
        with suppress(pysqlite3.Error):
            database.close()

    def _answer(self, question: Question) -> None:
        try:
            said = question.ask(self._ready())
        except Exception as error:  # noqa: BLE001 - whatever it was, there is no answer
            self._discard(error)
            words = f"the record cannot be read: {_words(error, self._path)}"
            _call(question.answer, _fail, question.answer, JournalUnavailable(words))
            return
        _call(question.answer, _settle, question.answer, said)

    def _close(self) -> None:
        if self._database is not None:
            with suppress(pysqlite3.Error):
                self._database.close()
            self._database = None


def _identity(path: Path) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 - once a batch, and Path.stat is several times slower
    return status.st_dev, status.st_ino


def _last(database: Database) -> Head:
    found = database.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(0, GENESIS) if found is None else Head(found[0], bytes(found[1]))


def _holds(database: Database, head: Head) -> bool:
    if not head.seq:
        return True
    found = database.execute("SELECT hash FROM audit WHERE seq = ?", (head.seq,)).fetchone()
    return found is not None and found[0] == head.hash


def _words(error: Exception, path: Path) -> str:
    """Say what failed; where it was the disk, name the disk."""
    said = str(error) or type(error).__name__
    for words, meaning in _OF_THE_DISK.items():
        if words in said:
            return f"the disk that holds {path} {meaning} ({said})"
    return said


_OF_THE_DISK = {
    "disk is full": "is full",
    "No space left": "is full",
    "disk I/O error": "fails",
    "Input/output error": "fails",
    "readonly database": "cannot be written to",
    "Read-only file system": "cannot be written to",
}


def _tell(
    batch: Sequence[Entry], tell: Callable[[Sequence[Entry], str | None], None], words: str | None
) -> None:
    """Tell all who wait, with one wake-up for each event loop there is among them."""
    loops = {entry.answer.get_loop() for entry in batch}
    for loop in loops:
        mine = [e for e in batch if e.answer.get_loop() is loop] if len(loops) > 1 else batch
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, mine, words)


def _accept(batch: Sequence[Entry], _: str | None) -> None:
    for entry in batch:
        _settle(entry.answer, entry.seq)


def _refuse(batch: Sequence[Entry], words: str | None) -> None:
    for entry in batch:
        _fail(entry.answer, JournalUnavailable(words))


def _call(answer: "asyncio.Future[Any]", function: Callable[..., None], *values: object) -> None:
    with suppress(RuntimeError):
        answer.get_loop().call_soon_threadsafe(function, *values)


def _settle(answer: "asyncio.Future[Any]", said: Any) -> None:
    if not answer.done():
        answer.set_result(said)


def _fail(answer: "asyncio.Future[Any]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
