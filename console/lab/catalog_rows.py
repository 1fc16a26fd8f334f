"""The catalog's file: one row a dataset, and how a dataset is read from it and written to it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote as percent_encoded

import pysqlite3
from sqlite_utils import Database

from console.lab.datasets import Column, Dataset, Kind, Lineage, Role

BUSY_MS = 5_000


def open_database(path: Path) -> Database:
    """Open the file, which is made with its table if there is none."""
    path.touch(mode=0o600)
    connection = pysqlite3.connect(
        f"file:{percent_encoded(str(path))}?mode=rw", uri=True, isolation_level=None
    )
    try:
        for pragma in (
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "trusted_schema = OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        database = Database(connection, execute_plugins=False)
        database.table("datasets").create(
            {
                "id": str,
                "name": str,
                "rows": int,
                "disk_bytes": int,
                "memory_bytes": int,
                "columns": str,
                "lineage": str,
                "notes": str,
                "made_at": str,
            },
            pk="id",
            not_null={"name", "rows", "columns", "lineage", "made_at"},
            if_not_exists=True,
        )
        database.table("datasets").create_index(["name"], unique=True, if_not_exists=True)
    except BaseException:
        connection.close()
        raise
    return database


def row_of(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as it is written."""
    lineage = dataset.lineage
    return {
        "id": dataset.id,
        "name": dataset.name,
        "rows": dataset.rows,
        "disk_bytes": dataset.disk_bytes,
        "memory_bytes": dataset.memory_bytes,
        "columns": json.dumps([[c.name, c.kind, c.role] for c in dataset.columns]),
        "lineage": json.dumps([lineage.operation, lineage.detail, lineage.parents]),
        "notes": json.dumps(dataset.notes),
        "made_at": dataset.made_at.isoformat(timespec="microseconds"),
    }


def dataset_of(row: dict[str, Any]) -> Dataset:
    """Return a dataset as it was written."""
    operation, detail, parents = json.loads(row["lineage"])
    return Dataset(
        id=row["id"],
        name=row["name"],
        columns=tuple(
            Column(name=name, kind=Kind(kind), role=Role(role))
            for name, kind, role in json.loads(row["columns"])
        ),
        rows=row["rows"],
        disk_bytes=row["disk_bytes"],
        memory_bytes=row["memory_bytes"],
        lineage=Lineage(operation=operation, detail=detail, parents=tuple(parents)),
        notes=tuple(json.loads(row["notes"])),
        made_at=datetime.fromisoformat(row["made_at"]),
    )
