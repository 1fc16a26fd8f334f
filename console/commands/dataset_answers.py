"""What the dataset screen asks: answers in texts as they are shown, and a few counts."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from console.commands import data_desk, data_tables
from console.commands.data_tables import cell, clean
from console.domain.market import Timeframe
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Lineage, Role
from console.lab.loading import load_file
from console.lab.names import name_from
from console.lab.pages import Pages
from console.lab.problems import LabProblem
from console.lab.rows import table_of
from console.lab.sampling import sample
from console.lab.wishes import Wish
from console.screens.lab_link import Far

Words = dict[str, Any]
MOST_PAGE = 2_000
OPEN_FILES = 4
WIDEST = 60


def datasets(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return every dataset, and what they take together."""
    del asked, far
    with _catalog(folder) as catalog:
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
    with _catalog(folder) as catalog:
        dataset = catalog.get(asked["name"])
        first, count = asked["first"], min(asked["count"], MOST_PAGE)
        if dataset.is_ring:
            table = catalog.read(dataset).slice(first, count)
        else:
            table = _pages(catalog, dataset).read(first, count)
    return {"first": asked["first"], "rows": _cells(table)}


def some(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return rows that were chosen by chance."""
    del far
    with _catalog(folder) as catalog:
        dataset = catalog.get(asked["name"])
        return {"first": 0, "rows": _cells(sample(catalog, dataset, asked["rows"], asked["seed"]))}


def summary(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return the columns in figures."""
    from console.lab import summary as figures  # noqa: PLC0415 - read when it is first asked

    with _catalog(folder) as catalog:
        dataset = catalog.get(asked["name"])
        told = []
        for place, column in enumerate(dataset.columns):
            far(place / len(dataset.columns), "")
            values = catalog.read(dataset, [column.name]).column(0)
            told.append(figures.column_summary(column, values))
    return [
        [
            clean(one.column.name),
            one.column.kind.value,
            one.column.role.value,
            *(cell(value) for value in (one.missing, one.distinct)),
            *(cell(value) for value in (one.least, one.median, one.mean, one.greatest)),
        ]
        for one in told
    ]


def quality(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return what may be wrong."""
    from console.lab import quality as judging  # noqa: PLC0415 - as above

    del far
    with _catalog(folder) as catalog:
        told = judging.quality(catalog, catalog.get(asked["name"]))
    return {
        "words": f"{told.rows:,} rows, {told.duplicates:,} as one before",
        "columns": [
            [
                clean(one.name),
                f"{one.missing:,}",
                "yes" if one.is_constant else "no",
                cell(one.backward),
                cell(one.outliers),
            ]
            for one in told.columns
        ],
    }


def spread(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return how a column is spread, as a picture."""
    from console.commands import data_charts  # noqa: PLC0415 - as above
    from console.lab.distribution import distribution  # noqa: PLC0415 - as above

    del far
    with _catalog(folder) as catalog:
        told = distribution(catalog, catalog.get(asked["name"]), asked["column"])
    quantiles = "  ".join(f"{share:.0%} {cell(value)}" for share, value in told.quantiles)
    words = (
        f"{told.known:,} values, {told.missing:,} missing, skewness {cell(told.skewness)},"
        f" excess kurtosis {cell(told.excess_kurtosis)}"
    )
    picture = data_charts.spread_picture(told, (asked["width"], asked["height"]))
    return {"picture": picture, "words": [words, quantiles]}


def series(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return a column over time, as a picture, and the longest gap."""
    from console.commands import data_charts  # noqa: PLC0415 - as above

    del far
    with _catalog(folder) as catalog:
        dataset = catalog.get(asked["name"])
        size = (asked["width"], asked["height"])
        told = data_charts.series_picture(catalog, dataset, asked["column"], size)
    return {"picture": told, "words": []}


def load(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Make a dataset of a file."""
    path = Path(asked["path"]).expanduser()
    with _catalog(folder) as catalog:
        name = catalog.refuse_taken(asked.get("name") or name_from(path.name.partition(".")[0]))
        with catalog.part() as part:
            loaded = load_file(Wish(path=path), part, lambda share: far(share, clean(path.name)))
            dataset = catalog.keep(
                name,
                part,
                Lineage(operation="file", detail=path.name),
                memory_bytes=loaded.memory_bytes,
                notes=loaded.notes,
            )
    return {"name": dataset.name, "words": data_tables.kept_words(dataset).splitlines()}


def take(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Make a dataset of what the desk knows."""
    del far
    source, symbols = asked["source"], asked["symbols"]
    if source not in data_desk.SOURCES:
        raise LabProblem(f"Nothing is called so: take {', '.join(data_desk.SOURCES)}.")
    with _catalog(folder) as catalog:
        name = catalog.refuse_taken(asked.get("name") or source)
        rows = data_desk.taken(folder, source, symbols, Timeframe.MIN_1, 1_000)
        lineage = Lineage(operation=source, detail=" ".join(symbols) or folder.profile)
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
    with _catalog(folder) as catalog:
        dataset = data_live.follow(catalog, folder, wish, lambda rows: far(rows / wish.rows, ""))
    return {"name": dataset.name, "words": data_tables.kept_words(dataset).splitlines()}


def roles(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Give columns other roles."""
    del far
    with _catalog(folder) as catalog:
        said = {name: Role(role) for name, role in asked["roles"].items()}
        return _facts(catalog.say_roles(catalog.get(asked["name"]), said))


ANSWERS: dict[str, Callable[[StateFolder, Words, Far], Any]] = {
    "datasets": datasets,
    "page": page,
    "sample": some,
    "summary": summary,
    "quality": quality,
    "spread": spread,
    "series": series,
    "load": load,
    "take": take,
    "follow": follow,
    "roles": roles,
}


@contextmanager
def _catalog(folder: StateFolder) -> Iterator[Catalog]:
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
