"""Whether the names of our orders bear the audit out: a witness outside of the database.

Each client order id carries the beginning of the audit's last hash when it was given,
and the broker keeps it. An audit whose end was cut off, or that was exchanged as a
whole, verifies in itself; but it lacks the hash that a later order was named by.
"""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote as percent_encoded

import msgspec
import pysqlite3

from console.adapters.sqlite.chain import GENESIS
from console.domain.order_ids import WITNESS_LETTERS, is_ours, witness_of

_BATCH = 2_000


def doubtful_names(path: Path, at_the_broker: Iterable[str] = ()) -> dict[str, str]:
    """Return each order name that the audit does not bear out, with the reason in words.

    `at_the_broker` are client order ids that the broker tells of; those that the audit
    itself holds are looked at in any case.

    Raises:
        pysqlite3.Error: when the file cannot be read as a database.
    """
    heads, intended, doubtful = {GENESIS.hex()[:WITNESS_LETTERS]}, set[str](), dict[str, str]()
    for record, own_hash in _records(path):
        name = _named(record)
        if name is not None:
            intended.add(name)
            if not _is_borne_out(name, heads):
                doubtful[name] = "it is recorded before the record that it was named by"
        heads.add(own_hash.hex()[:WITNESS_LETTERS])
    for name in at_the_broker:
        if not is_ours(name):
            continue
        if not _is_borne_out(name, heads):
            doubtful[name] = "the audit lacks the record that it was named by"
        elif name not in intended:
            doubtful[name] = "the audit holds no intent to send it"
    return doubtful


def head_of(path: Path) -> str:
    """Return the hash of the last record, as hexadecimal text."""
    newest = GENESIS
    for _, own_hash in _records(path, "ORDER BY seq DESC LIMIT 1"):
        newest = own_hash
    return newest.hex()


def holds_head(path: Path, seen: str) -> bool:
    """Return whether a hash that somebody saw as the last one is still in the audit.

    `seen` is its beginning, or the whole, as hexadecimal text.
    """
    wanted = seen.strip().lower()
    hashes = (own_hash for _, own_hash in _records(path))
    return GENESIS.hex().startswith(wanted) or any(h.hex().startswith(wanted) for h in hashes)


def _is_borne_out(name: str, heads: set[str]) -> bool:
    """Return whether the name's witness is known; a name without one, of old, proves nothing."""
    witness = witness_of(name)
    return witness is None or witness in heads


def _named(record: bytes) -> str | None:
    """Return the order that the record intends to send, if it does."""
    if b".intended" not in record:
        return None
    told = msgspec.json.decode(record)
    name = told["body"].get("order")
    return name if told["kind"].endswith(".intended") and isinstance(name, str) else None


def _records(path: Path, which: str = "ORDER BY seq") -> Iterable[tuple[bytes, bytes]]:
    database = pysqlite3.connect(f"file:{percent_encoded(str(path))}?mode=ro", uri=True)
    try:
        cursor = database.execute(f"SELECT record, hash FROM audit {which}")  # noqa: S608 - our own words
        while rows := cursor.fetchmany(_BATCH):
            yield from rows
    finally:
        database.close()
