"""A log that cannot be brought into its database costs no record and no desk."""

import asyncio
import threading

import pysqlite3

from console.adapters.sqlite.chain import verify_chain
from console.adapters.sqlite.journal import SqliteJournal
from console.adapters.sqlite.schema import create_file, open_database
from console.adapters.sqlite.writer import RECORDS_A_LOG
from console.adapters.system_clock import SystemClock
from console.ports import Record
from tests import builders

PATIENCE = 60.0


class FailsToCheckpoint:
    """A connection to a disk that fails when the log is brought into the database."""

    def __init__(self, connection) -> None:
        self._connection = connection
        self.has_failed = threading.Event()

    def execute(self, statement, *values):
        if "wal_checkpoint" in statement:
            self.has_failed.set()
            raise pysqlite3.OperationalError("disk I/O error")
        return self._connection.execute(statement, *values)

    def __getattr__(self, name):
        return getattr(self._connection, name)


class Failing:
    """A database over such a connection."""

    def __init__(self, database) -> None:
        self._database = database
        self.conn = FailsToCheckpoint(database.conn)
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True
        self._database.close()

    def __getattr__(self, name):
        return getattr(self._database, name)


async def test_records_go_on_after_a_log_that_could_not_be_brought_into_the_file(tmp_path):
    path = tmp_path / "desk.db"
    create_file(path)
    database = Failing(open_database(path))
    journal = SqliteJournal(path, database, SystemClock())
    note = Record(kind="note", actor=builders.OWNER, at=builders.NOON, body={})
    await journal.write_all([(note, ())] * RECORDS_A_LOG)

    assert await asyncio.to_thread(database.conn.has_failed.wait, PATIENCE)

    async with asyncio.timeout(PATIENCE):
        assert await journal.write(note) == RECORDS_A_LOG + 1
    await journal.close()
    assert database.is_closed
    assert verify_chain(path) == (RECORDS_A_LOG + 1, None)
