"""Two datasets become a third: what the command and the dataset screen merge by."""

from dataclasses import dataclass
from typing import get_args

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Lineage
from console.lab.frames import as_table
from console.lab.merging import How, as_of, by_keys
from console.lab.problems import NotAsked, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeWish:
    """By which columns, or as of a time."""

    on: tuple[str, ...] = ()
    how: How = "inner"
    is_as_of: bool = False
    within: str | None = None

    def __post_init__(self) -> None:
        if self.how not in get_args(How):
            hows = ", ".join(get_args(How))
            raise NotAsked(f"{shown(self.how)} is no way to merge: there are {hows}.")
        if self.is_as_of == bool(self.on):
            raise NotAsked(
                "Say either --on COLUMN, for equal keys, or --asof, for the newest before."
            )

    @property
    def words(self) -> str:
        """How the origin of the result tells it."""
        if self.is_as_of:
            return "by time" + (f" within {self.within}" if self.within else "")
        return f"{self.how} on {', '.join(self.on)}"


def merge(catalog: Catalog, first: Dataset, second: Dataset, wish: MergeWish, into: str) -> Dataset:
    """Make one dataset of two, which stay as they are; it says what it was made of."""
    into = catalog.refuse_taken(into)
    if wish.is_as_of:
        made = as_of(catalog, first, second, wish.within)
    else:
        made = by_keys(catalog, first, second, list(wish.on), wish.how)
    lineage = Lineage(operation="merge", detail=wish.words, parents=(first.handle, second.handle))
    return catalog.keep_table(into, as_table(made), lineage)
