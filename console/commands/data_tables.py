"""What `killcord data` prints: tables for people, plain values for programs."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from console.commands.tables import NOT_KNOWN, aligned
from console.lab.datasets import Dataset
from console.lab.limits import GIB, KIB, MIB
from console.lab.summary import ColumnSummary
from widgets.outside import neutral

WIDEST = 40
TOO_WIDE = 1e15
NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+(e[+-]?\d+)?")


def dataset_facts(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as plain values."""
    return {
        "name": dataset.name,
        "id": dataset.id,
        "rows": dataset.rows,
        "columns": [{"name": c.name, "kind": c.kind, "role": c.role} for c in dataset.columns],
        "disk_bytes": dataset.disk_bytes,
        "memory_bytes": dataset.memory_bytes,
        "operation": dataset.lineage.operation,
        "detail": dataset.lineage.detail,
        "parents": list(dataset.lineage.parents),
        "notes": list(dataset.notes),
        "made_at": dataset.made_at,
    }


def kept_words(dataset: Dataset) -> str:
    """Say that a dataset is there now, and what was done to its rows."""
    first = (
        f"{dataset.name}: {dataset.rows:,} rows, {len(dataset.columns):,} columns,"
        f" {size(dataset.memory_bytes)} in memory."
    )
    return "\n".join([first, *(f"  {clean(note)}" for note in dataset.notes)])


def list_words(every: Sequence[Dataset]) -> str:
    """Return the datasets as a table, and what they take together."""
    if not every:
        return "No datasets: make one with `killcord data load FILE`."
    header = ("name", "rows", "columns", "disk", "memory", "from", "made")
    rows = [
        (
            one.name,
            f"{one.rows:,}",
            f"{len(one.columns):,}",
            size(one.disk_bytes),
            size(one.memory_bytes),
            clean(f"{one.lineage.operation} {one.lineage.detail}"),
            one.made_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        )
        for one in every
    ]
    disk, memory = sum(d.disk_bytes for d in every), sum(d.memory_bytes for d in every)
    total = f"{len(every):,} datasets, {size(disk)} on the disk, {size(memory)} read whole."
    return f"{aligned(header, rows)}\n{total}"


def show_words(dataset: Dataset, columns: Sequence[ColumnSummary]) -> str:
    """Return a dataset with its columns in figures."""
    header = (
        "column",
        "kind",
        "role",
        "missing",
        "distinct",
        "least",
        "median",
        "mean",
        "greatest",
    )
    rows = [
        (
            clean(one.column.name),
            one.column.kind.value,
            one.column.role.value,
            f"{one.missing:,}",
            f"{one.distinct:,}",
            cell(one.least),
            cell(one.median),
            cell(one.mean),
            cell(one.greatest),
        )
        for one in columns
    ]
    lines = [kept_words(dataset), f"  {origin(dataset)}", aligned(header, rows)]
    return "\n".join(lines)


def dropped_words(dataset: Dataset) -> str:
    """Say that a dataset is gone."""
    return f"{dataset.name} is dropped, {dataset.rows:,} rows."


def exported_words(out: Path, rows: int, changed: int) -> str:
    """Say what was written, and how many cells were made harmless."""
    more = f", {changed:,} cells begin with an apostrophe now: a spreadsheet would run them"
    return f"{clean(str(out), 200)}: {rows:,} rows{more if changed else ''}."


def origin(dataset: Dataset) -> str:
    """Say where a dataset came from."""
    lineage = dataset.lineage
    of = f" of {', '.join(lineage.parents)}" if lineage.parents else ""
    return clean(f"{lineage.operation} {lineage.detail}{of}", 200)


def summary_facts(one: ColumnSummary) -> dict[str, Any]:
    """Return a column in figures as plain values."""
    return {
        "name": one.column.name,
        "kind": one.column.kind,
        "role": one.column.role,
        "missing": one.missing,
        "distinct": one.distinct,
        "least": one.least,
        "greatest": one.greatest,
        "mean": one.mean,
        "deviation": one.deviation,
        "median": one.median,
        "commonest": [{"value": value, "count": count} for value, count in one.commonest],
    }


def size(count: int) -> str:
    """Return bytes as people read them."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return f"{count:,} B"


def cell(value: object) -> str:
    """Return one value as a table shows it."""
    if value is None:
        return NOT_KNOWN
    match value:
        case int() if not isinstance(value, bool):
            words = f"{value:,}"
        case float():
            words = f"{value:,.6g}" if abs(value) < TOO_WIDE else f"{value:.6g}"
        case Decimal():
            words = f"{value:f}"
        case datetime():
            words = value.isoformat(sep=" ").removesuffix("+00:00")
        case _:
            words = clean(str(value))
    return words


def is_number(text: str) -> bool:
    """Return whether a cell shows a number, or that there is none."""
    return text == NOT_KNOWN or NUMBER.fullmatch(text) is not None


def clean(text: str, longest: int = WIDEST) -> str:
    """Return outside text as a table can bear it."""
    plain = neutral(text)
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
