"""The tables of a desk, and the guard that lets the audit only grow."""

import os
from pathlib import Path
from urllib.parse import quote as percent_encoded

import pysqlite3
from sqlite_utils import Database

BUSY_MS = 2_000

_AUDIT = """
CREATE TABLE IF NOT EXISTS audit (
    seq INTEGER PRIMARY KEY,
    record BLOB NOT NULL,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
)
"""
_READABLE = """
CREATE VIEW IF NOT EXISTS audit_lines AS
    SELECT
        seq,
        json_extract(CAST(record AS TEXT), '$.at') AS at,
        json_extract(CAST(record AS TEXT), '$.kind') AS kind,
        json_extract(CAST(record AS TEXT), '$.actor.name') AS actor,
        json_extract(CAST(record AS TEXT), '$.actor.via') AS via,
        json_extract(CAST(record AS TEXT), '$.body') AS body,
        lower(hex(hash)) AS hash
    FROM audit
"""
"""For people: nothing of a record is stored twice, so nothing can disagree with its hash."""

_NO_UPDATE = """
CREATE TRIGGER IF NOT EXISTS audit_is_never_updated BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END
"""
_NO_DELETE = """
CREATE TRIGGER IF NOT EXISTS audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END
"""
_ONLY_APPEND = """
CREATE TRIGGER IF NOT EXISTS audit_is_only_appended_to BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE seq >= NEW.seq)
    OR (NEW.seq <> 1 AND NEW.prev_hash IS NOT (SELECT hash FROM audit WHERE seq = NEW.seq - 1))
BEGIN SELECT RAISE(ABORT, 'the audit is only appended to'); END
"""
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
)
_GUARDED = "audit"


def create_file(path: Path) -> None:
    """Make sure that the file is there, and readable by its owner alone.

    Raises:
        OSError: when it cannot be.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(handle, 0o600)
    finally:
        os.close(handle)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def open_database(path: Path) -> Database:
    """Open the file, which must be there; every statement is its own transaction until BEGIN.

    Raises:
        pysqlite3.Error: when it is no database, or cannot be written.
    """
    connection = pysqlite3.connect(
        f"file:{percent_encoded(str(path))}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma).fetchall()
        database = Database(connection, execute_plugins=False)
        _create_tables(database)
        connection.set_authorizer(_authorize)
    except BaseException:
        connection.close()
        raise
    return database


def _create_tables(database: Database) -> None:
    with database.atomic():
        for definition in (_AUDIT, _READABLE, _NO_UPDATE, _NO_DELETE, _ONLY_APPEND):
            database.execute(definition)
        database.table("sessions").create(
            {"id": int, "opened_at": str, "closed_at": str, "pid": int},
            pk="id",
            not_null={"opened_at", "pid"},
            if_not_exists=True,
        )
        database.table("orders").create(
            {
                "client_order_id": str,
                "broker_id": str,
                "symbol": str,
                "side": str,
                "qty": str,
                "filled_qty": str,
                "status": str,
                "is_open": int,
                "submitted_at": str,
                "updated_at": str,
                "whole": str,
            },
            pk="client_order_id",
            not_null={"symbol", "status", "is_open", "updated_at", "whole"},
            if_not_exists=True,
        )
        database.table("fills").create(
            {"execution_id": str, "client_order_id": str, "symbol": str, "at": str, "whole": str},
            pk="execution_id",
            not_null={"at", "whole"},
            if_not_exists=True,
        )
        database.table("alerts").create(
            {"id": str, "at": str, "is_acknowledged": int, "whole": str},
            pk="id",
            not_null={"at", "is_acknowledged", "whole"},
            if_not_exists=True,
        )
        database.table("crossings").create(
            {"id": str, "is_armed": int, "whole": str},
            pk="id",
            not_null={"is_armed", "whole"},
            if_not_exists=True,
        )
        database.table("settings").create(
            {"name": str, "value": str}, pk="name", not_null={"value"}, if_not_exists=True
        )
        for table, columns in (
            ("orders", ["is_open"]),
            ("orders", ["updated_at"]),
            ("fills", ["at"]),
            ("alerts", ["at"]),
        ):
            database.table(table).create_index(columns, if_not_exists=True)


_CHANGES = frozenset(
    {pysqlite3.SQLITE_UPDATE, pysqlite3.SQLITE_DELETE, pysqlite3.SQLITE_DROP_TABLE}
)
_SCHEMA_CHANGES = frozenset({pysqlite3.SQLITE_ALTER_TABLE, pysqlite3.SQLITE_DROP_TRIGGER})


def _authorize(action: int, name: str | None, other: str | None, *_: object) -> int:
    """Refuse statements of ours that would change or drop the audit, before they run."""
    if action in _CHANGES and name == _GUARDED:
        return int(pysqlite3.SQLITE_DENY)
    if action in _SCHEMA_CHANGES and other == _GUARDED:
        return int(pysqlite3.SQLITE_DENY)
    return int(pysqlite3.SQLITE_OK)
