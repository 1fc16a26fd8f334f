"""The catalog of datasets: a SQLite file of the lab's own, and a Parquet file for each.

It is not the desk's database: the desk alone writes that, and the audit in it only grows,
while datasets come and go, and a slow or damaged catalog must never hold up an order.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pysqlite3

from console.lab import live
from console.lab.catalog_rows import dataset_of, open_database, row_of
from console.lab.datasets import LIVE, Column, Dataset, Kind, Lineage, Role
from console.lab.kinds import kind_of
from console.lab.names import dataset_name
from console.lab.problems import LabProblem, NameTaken, UnknownDataset, shown
from console.lab.roles import role_of, with_roles
from console.lab.table_files import read_table, write_table

DATABASE = "datasets.db"
FILES = "data"
_PART = ".part"


class Catalog:
    """The datasets of one profile."""

    def __init__(self, folder: Path) -> None:
        """Open the catalog in a folder, which is made if there is none.

        Raises:
            LabProblem: when it cannot be.
        """
        self._folder = folder
        try:
            (folder / FILES).mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = open_database(folder / DATABASE)
        except (OSError, pysqlite3.Error) as error:
            raise LabProblem(f"The datasets in {folder} cannot be opened: {error}.") from None
        self._table = self._database.table("datasets")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def all(self) -> list[Dataset]:
        """Return every dataset, by name."""
        return [self._told(row) for row in self._table.rows_where(order_by="name")]

    def get(self, name: str) -> Dataset:
        """Return the dataset of this name.

        Raises:
            UnknownDataset: when there is none.
        """
        for row in self._table.rows_where("name = ?", [name.lower()]):
            return self._told(row)
        known = ", ".join(dataset.name for dataset in self.all()[:8]) or "none yet"
        raise UnknownDataset(f"There is no dataset {shown(name)}: there are {known}.")

    def path(self, dataset: Dataset) -> Path:
        """Return the file with the dataset's rows."""
        return self._folder / FILES / f"{dataset.id}.{'ring' if dataset.is_ring else 'parquet'}"

    def read(self, dataset: Dataset, names: Sequence[str] | None = None) -> pa.Table:
        """Read the rows, or only the named columns of them.

        Raises:
            LabProblem: when the file is gone or damaged.
        """
        wanted = None if names is None else list(names)
        try:
            if dataset.is_ring:
                ring = live.read_ring(self.path(dataset))
                return ring if wanted is None else ring.select(wanted)
            return read_table(self.path(dataset), wanted)
        except (OSError, pa.ArrowException) as error:
            raise LabProblem(
                f"The rows of {dataset.name} cannot be read ({shown(str(error))}): drop it and"
                " load it again."
            ) from None

    def read_newest(self, dataset: Dataset, first: int, count: int) -> pa.Table:
        """Read a stretch of a ring as it stands now, without the rest of it.

        Raises:
            LabProblem: when the file is gone or damaged.
        """
        try:
            return live.read_ring(self.path(dataset), first, count)
        except OSError as error:
            raise LabProblem(
                f"The rows of {dataset.name} cannot be read ({shown(str(error))}): drop it."
            ) from None

    def is_live(self, dataset: Dataset) -> bool:
        """Return whether rows are still coming."""
        return dataset.is_ring and live.is_live(self.path(dataset))

    @contextmanager
    def file(self, dataset: Dataset) -> Iterator[Path]:
        """Lend a Parquet file with the rows: the dataset's own, or what a ring holds now."""
        if not dataset.is_ring:
            yield self.path(dataset)
            return
        with self.part() as part:
            write_table(part, self.read(dataset))
            yield part

    @contextmanager
    def part(self) -> Iterator[Path]:
        """Lend a path to write a file to; what `keep` has not taken at the end is deleted."""
        path = self._folder / FILES / f"{secrets.token_hex(6)}{_PART}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def refuse_taken(self, name: str) -> str:
        """Return the name, if a dataset may be called so.

        Raises:
            BadName: when it is no name.
            NameTaken: when there is one.
        """
        name = dataset_name(name)
        if self._table.count_where("name = ?", [name]):
            raise NameTaken(
                f"There is a dataset {name} already: give another name, or drop it first."
            )
        return name

    def keep(
        self,
        name: str,
        part: Path,
        lineage: Lineage,
        *,
        memory_bytes: int,
        notes: Sequence[str] = (),
        roles: dict[str, Role] | None = None,
    ) -> Dataset:
        """Take a written file into the catalog.

        Raises:
            NameTaken: when there is a dataset of this name.
            NotAsked: when a role does not fit.
        """
        name = self.refuse_taken(name)
        footer = pq.read_metadata(part)
        dataset = Dataset(
            id=part.name.removesuffix(_PART),
            name=name,
            columns=with_roles(_columns(footer.schema.to_arrow_schema()), roles or {}),
            rows=footer.num_rows,
            disk_bytes=part.stat().st_size,
            memory_bytes=memory_bytes,
            lineage=lineage,
            notes=tuple(notes),
            made_at=datetime.now(UTC),
        )
        part.replace(self.path(dataset))
        _sync(self._folder / FILES)
        self._insert(dataset)
        return dataset

    def open_ring(
        self,
        name: str,
        symbols: Sequence[str],
        rows: int,
        *,
        detail: str,
        figures: Sequence[str] = live.QUOTED,
    ) -> tuple[Dataset, live.LiveWriter]:
        """Make a dataset that grows up to so many rows, and whoever writes it.

        Raises:
            NameTaken: when there is a dataset of this name.
            LabProblem: for more rows or symbols than it may have.
        """
        dataset = Dataset(
            id=secrets.token_hex(6),
            name=self.refuse_taken(name),
            columns=_columns(live.empty_table(figures).schema),
            rows=0,
            disk_bytes=rows * live.row_bytes(figures),
            memory_bytes=rows * live.row_bytes(figures),
            lineage=Lineage(operation=LIVE, detail=detail, parents=()),
            notes=(),
            made_at=datetime.now(UTC),
        )
        try:
            writer = live.LiveWriter(self.path(dataset), symbols, rows, figures)
        except OSError as error:
            raise LabProblem(f"{name} cannot be kept: {error.strerror}.") from None
        self._insert(dataset)
        return dataset, writer

    def keep_table(
        self, name: str, table: pa.Table, lineage: Lineage, *, notes: Sequence[str] = ()
    ) -> Dataset:
        """Write a table and take it into the catalog."""
        self.refuse_taken(name)
        with self.part() as part:
            size = write_table(part, table)
            return self.keep(name, part, lineage, memory_bytes=size, notes=notes)

    def say_roles(self, dataset: Dataset, roles: dict[str, Role]) -> Dataset:
        """Give columns other roles; the rows stay as they are."""
        told = replace(dataset, columns=with_roles(dataset.columns, roles))
        self._table.update(dataset.id, {"columns": row_of(told)["columns"]})
        return told

    def note(self, dataset: Dataset, text: str) -> Dataset:
        """Write down what is to be known of a dataset's rows."""
        told = replace(dataset, notes=(*dataset.notes, text))
        self._table.update(dataset.id, {"notes": row_of(told)["notes"]})
        return told

    def drop(self, dataset: Dataset) -> None:
        """Forget a dataset and delete its rows.

        Raises:
            LabProblem: when rows are still coming.
        """
        if self.is_live(dataset):
            raise LabProblem(f"{dataset.name} still grows: end it first, then drop it.")
        self._table.delete(dataset.id)
        self.path(dataset).unlink(missing_ok=True)

    def _insert(self, dataset: Dataset) -> None:
        try:
            self._table.insert(row_of(dataset))
        except pysqlite3.IntegrityError:
            self.path(dataset).unlink(missing_ok=True)
            raise NameTaken(
                f"There is a dataset {dataset.name} already: give another name."
            ) from None

    def _told(self, row: dict[str, Any]) -> Dataset:
        """Return a dataset as the catalog has it; of a ring, as long as it is now."""
        dataset = dataset_of(row)
        if not dataset.is_ring:
            return dataset
        return replace(dataset, rows=live.count_rows(self.path(dataset)))


def _columns(schema: pa.Schema) -> tuple[Column, ...]:
    made = []
    for column in schema:
        kind = kind_of(column.type) or Kind.TEXT
        made.append(Column(name=column.name, kind=kind, role=role_of(column.name, kind)))
    return tuple(made)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
