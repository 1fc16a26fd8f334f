"""How many audit records a second become durable, against the bare sqlite3 of Python."""

import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from console.adapters.sqlite.journal import SqliteJournal, open_journal
from console.domain.permissions import Actor, Role
from console.ports import Record

RECORDS = 300
WRITERS = 64
ROUNDS = 7

ACTOR = Actor(uid=1000, name="bench", pid=1, role=Role.OWNER, via="bench")
BODY = {"order": "kc-0123456789", "symbol": "AAPL", "side": "buy", "qty": "100", "price": "190.1"}


def measure(rounds: int = ROUNDS, records: int = RECORDS) -> list[dict[str, object]]:
    """Return appends a second: one at a time, and with many writers waiting.

    The two take turns, and each round has a ratio of its own, for a shared disk is
    not as fast now as a second ago.
    """
    single, grouped = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            bare = _bare(Path(folder) / "bare.db", records)
            one = asyncio.run(_ours(Path(folder) / "one.db", records, 1))
            again = _bare(Path(folder) / "again.db", records)
            many = asyncio.run(_ours(Path(folder) / "many.db", records * 4, WRITERS))
            single.append((one, (bare + again) / 2))
            grouped.append((many, again))
    return [
        _line("durable append, records/s", single, 0.8),
        _line(f"{WRITERS} writers, records/s", grouped, 3.0),
    ]


def _line(name: str, rounds: list[tuple[float, float]], goal: float) -> dict[str, object]:
    return {
        "name": name,
        "ours": round(statistics.median(ours for ours, _ in rounds)),
        "baseline": round(statistics.median(baseline for _, baseline in rounds)),
        "ratio": round(statistics.median(ours / baseline for ours, baseline in rounds), 2),
        "goal": goal,
    }


def _bare(path: Path, records: int) -> float:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE audit (seq INTEGER PRIMARY KEY, at TEXT, body TEXT)")
    began = perf_counter()
    for _ in range(records):
        database.execute("BEGIN IMMEDIATE")
        at = datetime.now(UTC).isoformat()
        database.execute("INSERT INTO audit (at, body) VALUES (?, ?)", (at, json.dumps(BODY)))
        database.execute("COMMIT")
    took = perf_counter() - began
    database.close()
    return records / took


async def _ours(path: Path, records: int, writers: int) -> float:
    journal = open_journal(path)
    began = perf_counter()
    await asyncio.gather(*(_write(journal, records // writers) for _ in range(writers)))
    took = perf_counter() - began
    await journal.close()
    return records / took


async def _write(journal: SqliteJournal, records: int) -> None:
    for _ in range(records):
        at = datetime.now(UTC)
        await journal.write(Record(kind="bench", actor=ACTOR, at=at, body=BODY))


if __name__ == "__main__":
    for line in measure():
        sys.stdout.write(json.dumps(line) + "\n")
