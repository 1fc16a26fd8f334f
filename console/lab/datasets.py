"""What a dataset is: columns with kinds and roles, and where it came from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; there are no others."""

    FLAG = "flag"
    WHOLE = "whole"
    NUMBER = "number"
    EXACT = "exact"
    """A decimal, as money is."""
    TIME = "time"
    """In UTC."""
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether one can reckon with it."""
        return self in (Kind.WHOLE, Kind.NUMBER, Kind.EXACT)


LIVE = "live"
"""The operation of a dataset that grows."""


class Role(StrEnum):
    """What a column means in trading."""

    TIME = "time"
    SYMBOL = "symbol"
    PRICE = "price"
    SIZE = "size"
    SIDE = "side"
    ID = "id"
    CATEGORY = "category"
    VALUE = "value"
    """A number without a better name."""
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    name: str
    kind: Kind
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """How a dataset came to be, and from which others."""

    operation: str
    """`file`, `bars`, `merge` …"""
    detail: str
    """The file's name, the symbols, the parameters."""
    parents: tuple[str, ...] = ()
    """The datasets it was made of, as `name#id`: they keep standing here when they are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One dataset of the catalog; its rows are in a Parquet file that never changes."""

    id: str
    name: str
    columns: tuple[Column, ...]
    rows: int
    disk_bytes: int
    memory_bytes: int
    """What its columns take when they are read whole."""
    lineage: Lineage
    notes: tuple[str, ...]
    """What was done to the rows on their way in."""
    made_at: datetime

    @property
    def is_ring(self) -> bool:
        """Whether it grows, or has grown: a ring of the newest rows."""
        return self.lineage.operation == LIVE

    @property
    def handle(self) -> str:
        """How another dataset's lineage names it."""
        return f"{self.name}#{self.id}"

    def column(self, name: str) -> Column | None:
        """Return the column of this name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def first(self, role: Role) -> Column | None:
        """Return the first column with this role, or None."""
        return next((column for column in self.columns if column.role is role), None)
