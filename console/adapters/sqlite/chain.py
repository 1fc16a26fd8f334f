"""The audit's chain: every record carries the hash of the one before it.

A record is stored as the bytes that were hashed - JSON with sorted keys, in which its
own number comes last - so a verifier needs SHA-256 and nothing of ours:
hash = sha256(hash of the record before, then the record).
"""

import hashlib
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import quote as percent_encoded

import msgspec
import pysqlite3

from console.ports import Record

GENESIS = hashlib.sha256(b"killcord audit 1").digest()
"""What stands for the hash before the first record."""

_BATCH = 2_000


def canonical(record: Record) -> bytes:
    """Return the record's bytes but for its number.

    Raises:
        TypeError: when its body holds something that is no plain value.
    """
    actor = record.actor
    whole = {
        "actor": {
            "uid": actor.uid,
            "name": actor.name,
            "pid": actor.pid,
            "role": actor.role.value,
            "via": actor.via,
        },
        "at": record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "body": record.body,
        "kind": record.kind,
    }
    return msgspec.json.encode(whole, order="sorted")


def numbered(unnumbered: bytes, seq: int) -> bytes:
    """Return the whole record's bytes; `seq` is the last of its keys in their order."""
    return b'%b,"seq":%d}' % (unnumbered[:-1], seq)


def chained(before: bytes, record: bytes) -> bytes:
    """Return the hash of a record that follows the one with the hash `before`."""
    return hashlib.sha256(before + record).digest()


def verify_chain(path: Path) -> tuple[int, int | None]:
    """Return how many records are good from the first on, and the number of the first bad one.

    Raises:
        pysqlite3.Error: when the file cannot be read as a database.
    """
    database = pysqlite3.connect(f"file:{percent_encoded(str(path))}?mode=ro", uri=True)
    try:
        cursor = database.execute("SELECT seq, record, prev_hash, hash FROM audit ORDER BY seq")
        good, before = 0, GENESIS
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                if not _follows(good + 1, before, row):
                    return good, good + 1
                good, before = good + 1, row[3]
    finally:
        database.close()
    return good, None


def _follows(seq: int, before: bytes, row: tuple[Any, ...]) -> bool:
    told_seq, record, prev_hash, own_hash = row
    return (
        told_seq == seq
        and isinstance(record, bytes)
        and prev_hash == before
        and record.endswith(b',"seq":%d}' % seq)
        and own_hash == chained(before, record)
    )
