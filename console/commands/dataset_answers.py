"""What the dataset screen asks of the catalog: answers in texts as shown, and a few counts."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from console.commands import data_desk, data_said, data_tables
from console.commands.data_said import role_called, role_said, unit_said
from console.commands.data_tables import cell, clean
from console.domain.market import Timeframe
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Lineage
from console.lab.loading import load_file
from console.lab.names import name_from
from console.lab.pages import Pages
from console.lab.problems import LabProblem
from console.lab.rows import table_of
from console.lab.wishes import Wish
from console.screens.lab_link import Far

Words = dict[str, Any]
MOST_PAGE = 2_000
OPEN_FILES = 4
WIDEST = 60


def datasets(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return every dataset, and what they take together."""
    del asked, far
    with catalog_of(folder) as catalog:
        every = catalog.all()
        listed = [_facts(one) | {"is_live": catalog.is_live(one)} for one in every]
    disk, memory = (sum(getattr(d, size) for d in every) for size in ("disk_bytes", "memory_bytes"))
    return {
        "datasets": listed,
        "total": f"{data_tables.size(disk)} on the disk, {data_tables.size(memory)} read whole",
    }


def page(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return some rows as they stand."""
    del far
    with catalog_of(folder) as catalog:
        dataset = catalog.get(asked["name"])
        first, count = asked["first"], min(asked["count"], MOST_PAGE)
        if dataset.is_ring:
            table = catalog.read_newest(dataset, first, count)
        else:
            table = _pages(catalog, dataset).read(first, count)
    return {"first": asked["first"], "rows": _cells(table)}


def load(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Make a dataset of a file, by the same terms as `killcord data load`."""
    path = Path(asked["path"]).expanduser()
    with catalog_of(folder) as catalog:
        name = catalog.refuse_taken(asked.get("name") or name_from(path.name.partition(".")[0]))
        wish = Wish(
            path=path,
            encoding=asked.get("encoding") or "utf-8",
            as_text=frozenset(asked.get("text", ())),
            as_time=dict(map(unit_said, asked.get("time", ()))),
        )
        roles = dict(map(role_said, asked.get("role", ())))
        with catalog.part() as part:
            loaded = load_file(wish, part, lambda share: far(share, clean(path.name)))
            dataset = catalog.keep(
                name,
                part,
                Lineage(operation="file", detail=path.name),
                memory_bytes=loaded.memory_bytes,
                notes=loaded.notes,
                roles=roles,
            )
    return {"name": dataset.name, "words": data_tables.kept_words(dataset).splitlines()}


def take(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Make a dataset of what the desk knows."""
    del far
    source, symbols = asked["source"], asked["symbols"]
    if source not in data_desk.SOURCES:
        raise LabProblem(f"Nothing is called so: take {', '.join(data_desk.SOURCES)}.")
    with catalog_of(folder) as catalog:
        name = catalog.refuse_taken(asked.get("name") or source)
        frame = data_said.timeframe_called(asked.get("timeframe", Timeframe.MIN_1))
        rows = data_desk.taken(folder, source, symbols, frame, asked.get("limit", 1_000))
        words = [frame.value] if source == "bars" else []
        lineage = Lineage(operation=source, detail=" ".join([*words, *symbols]) or folder.profile)
        dataset = catalog.keep_table(name, table_of(rows, source), lineage)
    return {"name": dataset.name, "words": data_tables.kept_words(dataset).splitlines()}


def follow(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Follow the stream into a dataset until it is interrupted."""
    from console.commands import data_live  # noqa: PLC0415 - as above

    wish = data_live.LiveWish(
        name=asked["name"],
        symbols=tuple(asked["symbols"]),
        every=asked["every"],
        rows=asked["rows"],
    )
    with catalog_of(folder) as catalog:
        dataset = data_live.follow(catalog, folder, wish, lambda rows: far(rows / wish.rows, ""))
    return {"name": dataset.name, "words": data_tables.kept_words(dataset).splitlines()}


def roles(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Give columns other roles."""
    del far
    with catalog_of(folder) as catalog:
        said = {name: role_called(role) for name, role in asked["roles"].items()}
        return _facts(catalog.say_roles(catalog.get(asked["name"]), said))


def drop(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Delete a dataset."""
    del far
    with catalog_of(folder) as catalog:
        dataset = catalog.get(asked["name"])
        _forget(catalog.path(dataset))
        catalog.drop(dataset)
    return {"words": [data_tables.dropped_words(dataset)]}


ANSWERS: dict[str, Callable[[StateFolder, Words, Far], Any]] = {
    "datasets": datasets,
    "page": page,
    "load": load,
    "take": take,
    "follow": follow,
    "roles": roles,
    "drop": drop,
}


@contextmanager
def catalog_of(folder: StateFolder) -> Iterator[Catalog]:
    """Open the catalog for one question: another process may change it before the next."""
    catalog = Catalog(folder.lab)
    try:
        yield catalog
    finally:
        catalog.close()


_open: OrderedDict[Path, Pages] = OrderedDict()
"""The files that were read last: a dataset's rows never change under its id."""


def _pages(catalog: Catalog, dataset: Dataset) -> Pages:
    path = catalog.path(dataset)
    if path not in _open:
        catalog.read(dataset, [])  # says in a sentence when the file is gone
        _open[path] = Pages(path)
    _open.move_to_end(path)
    if len(_open) > OPEN_FILES:
        _open.popitem(last=False)
    return _open[path]


def _forget(path: Path) -> None:
    """Let go of a file that is to be deleted."""
    pages = _open.pop(path, None)
    if pages is not None:
        pages.close()


def _cells(table: pa.Table) -> list[list[str]]:
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _cell(value: object) -> str:
    return clean(cell(value), WIDEST)


def _facts(dataset: Dataset) -> Words:
    return {
        "name": dataset.name,
        "rows": dataset.rows,
        "columns": [[c.name, c.kind.value, c.role.value] for c in dataset.columns],
        "memory": data_tables.size(dataset.memory_bytes),
        "origin": data_tables.origin(dataset),
        "notes": [clean(note, 200) for note in dataset.notes],
        "made": dataset.made_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        "is_live": False,
    }
