"""What the dataset screen asks that has to be reckoned: figures, findings and their pictures.

It stands apart from the other questions because of what it imports: that is done before a
question may be interrupted, for an import that is cut short is not made good later.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.commands import (
    data_charts,
    data_findings,
    data_merging,
    data_tables,
    finding_pictures,
)
from console.commands.data_findings import Finding
from console.commands.data_tables import cell, clean
from console.commands.dataset_answers import catalog_of
from console.commands.drawing import Picture
from console.folders import StateFolder
from console.lab import summary as figures
from console.lab.catalog import Catalog
from console.lab.datasets import Dataset
from console.lab.distribution import distribution
from console.lab.exporting import export as write_out
from console.lab.problems import NotAsked
from console.screens.lab_link import Far

Words = dict[str, Any]
MOST_SHOWN = 500
"""Rows of a finding that a screen is told; a dataset that is made of it holds all."""
MOST_GAPS = 2
AXES = 2
"""Lines of words below a picture."""


def summary(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return the columns in figures."""
    with catalog_of(folder) as catalog:
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


def finding(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return what one view of the screen shows as a table."""
    del far
    with catalog_of(folder) as catalog:
        found = _FOUND[asked["view"]](catalog, catalog.get(asked["name"]), asked)
    rows = found.rows[:MOST_SHOWN]
    words = list(found.words)
    if len(found.rows) > MOST_SHOWN:
        words.append(f"The first {MOST_SHOWN:,} of {len(found.rows):,} are shown.")
    return {"words": words, "header": _headings(found.header, rows), "rows": list(map(list, rows))}


def draw(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return what one view of the screen draws, and what is said below it."""
    del far
    with catalog_of(folder) as catalog:
        drawn, words = _DRAWN[asked["view"]](catalog, catalog.get(asked["name"]), asked)
    return {"picture": drawn, "words": words}


def keep(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Make a dataset of what a view shows."""
    del far
    with catalog_of(folder) as catalog:
        into = catalog.refuse_taken(asked["into"])
        dataset = catalog.get(asked["name"])
        found = _FOUND[asked["view"]](catalog, dataset, asked)
        made = data_findings.keep(catalog, into, found, asked["view"], [dataset])
    return {"name": made.name, "words": data_tables.kept_words(made).splitlines()}


def merge(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Make one dataset of two."""
    far(0.0, f"merging {asked['name']} and {asked['other']}")
    wish = data_merging.MergeWish(
        on=tuple(asked["on"]),
        how=asked["how"],
        is_as_of=asked["is_as_of"],
        within=asked["within"],
    )
    with catalog_of(folder) as catalog:
        first, second = catalog.get(asked["name"]), catalog.get(asked["other"])
        made = data_merging.merge(catalog, first, second, wish, asked["into"])
    return {
        "name": made.name,
        "words": [*data_tables.kept_words(made).splitlines(), f"  {data_tables.origin(made)}"],
    }


def export(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Write a dataset to a new file."""
    path = Path(asked["path"]).expanduser()
    with catalog_of(folder) as catalog:
        dataset = catalog.get(asked["name"])
        changed = write_out(catalog, dataset, path, lambda share: far(share, clean(path.name)))
    return {"words": [data_tables.exported_words(path, dataset.rows, changed)]}


def _found_sample(catalog: Catalog, dataset: Dataset, asked: Words) -> Finding:
    return data_findings.find_sample(catalog, dataset, asked["rows"], asked["seed"])


def _found_quality(catalog: Catalog, dataset: Dataset, asked: Words) -> Finding:
    del asked
    return data_findings.find_quality(catalog, dataset)


def _found_outliers(catalog: Catalog, dataset: Dataset, asked: Words) -> Finding:
    column, far = asked["column"], asked["far"]
    return data_findings.find_outliers(catalog, dataset, column, far, MOST_SHOWN)


def _found_segments(catalog: Catalog, dataset: Dataset, asked: Words) -> Finding:
    return data_findings.find_segments(catalog, dataset, asked["by"], asked["column"])


def _found_correlations(catalog: Catalog, dataset: Dataset, asked: Words) -> Finding:
    return data_findings.find_correlations(catalog, dataset, [], asked["method"])


def _found_differences(catalog: Catalog, dataset: Dataset, asked: Words) -> Finding:
    return data_findings.find_differences(catalog, dataset, catalog.get(asked["with"]))


def _found_series(catalog: Catalog, dataset: Dataset, asked: Words) -> Finding:
    if not asked["every"]:
        raise NotAsked("Say how long a step is first, such as every=5min: o writes the terms.")
    return data_findings.find_series(
        catalog, dataset, asked["column"], (asked["every"], asked["how"]), MOST_SHOWN
    )


def _draw_spread(catalog: Catalog, dataset: Dataset, asked: Words) -> tuple[Picture, list[str]]:
    told = distribution(catalog, dataset, asked["column"])
    drawn = data_charts.spread_picture(told, _size(asked, AXES))
    return drawn, list(data_findings.spread_words(told))


def _draw_series(catalog: Catalog, dataset: Dataset, asked: Words) -> tuple[Picture, list[str]]:
    size = _size(asked, MOST_GAPS)
    if not asked["every"]:
        return data_charts.series_picture(catalog, dataset, [asked["column"]], size), []
    found = _found_series(catalog, dataset, asked)
    drawn = data_charts.steps_picture(dataset, found.made, asked["column"], size)
    return drawn, [words for words in found.words if words.startswith("no rows")][:MOST_GAPS]


def _draw_outliers(catalog: Catalog, dataset: Dataset, asked: Words) -> tuple[Picture, list[str]]:
    drawn = finding_pictures.outliers_picture(
        catalog, dataset, asked["column"], asked["far"], _size(asked)
    )
    return drawn, []


def _draw_segments(catalog: Catalog, dataset: Dataset, asked: Words) -> tuple[Picture, list[str]]:
    drawn = finding_pictures.segments_picture(
        catalog, dataset, asked["by"], asked["column"], _size(asked, 1)
    )
    return drawn, [f"median of {clean(asked['column'])} by {clean(asked['by'])}"]


def _draw_pair(catalog: Catalog, dataset: Dataset, asked: Words) -> tuple[Picture, list[str]]:
    one, other = _names(dataset, asked["row"], 2)
    drawn = finding_pictures.pair_picture(catalog, dataset, one, other, _size(asked, 1))
    return drawn, [f"{clean(one)} to the right, {clean(other)} upward"]


def _draw_difference(catalog: Catalog, dataset: Dataset, asked: Words) -> tuple[Picture, list[str]]:
    [column] = _names(dataset, asked["row"], 1)
    other = catalog.get(asked["with"])
    drawn = finding_pictures.difference_picture(catalog, dataset, other, column, _size(asked, 1))
    return drawn, [f"share of {clean(column)} that is no larger than the value below"]


def _size(asked: Words, below: int = 0) -> tuple[int, int]:
    return asked["width"], max(asked["height"] - below, 1)


def _names(dataset: Dataset, row: list[str], count: int) -> list[str]:
    """Return the columns that a row of a finding names as it is shown.

    Raises:
        NotAsked: when it names none.
    """
    known = {clean(column.name): column.name for column in dataset.columns}
    names = [known[text] for text in row[:count] if text in known]
    if len(names) != count:
        raise NotAsked("There is nothing to draw.")
    return names


def _headings(header: tuple[str, ...], rows: Any) -> list[list[str]]:
    """Return each heading with the side its column stands on: numbers on the right."""
    sides = [all(data_tables.is_number(row[place]) for row in rows) for place in range(len(header))]
    return [
        [label, "right" if rows and is_right else "left"]
        for label, is_right in zip(header, sides, strict=True)
    ]


_FOUND: dict[str, Callable[[Catalog, Dataset, Words], Finding]] = {
    "sample": _found_sample,
    "quality": _found_quality,
    "outliers": _found_outliers,
    "segment": _found_segments,
    "correlate": _found_correlations,
    "compare": _found_differences,
    "series": _found_series,
}
_DRAWN: dict[str, Callable[[Catalog, Dataset, Words], tuple[Picture, list[str]]]] = {
    "distribution": _draw_spread,
    "series": _draw_series,
    "outliers": _draw_outliers,
    "segment": _draw_segments,
    "correlate": _draw_pair,
    "compare": _draw_difference,
}
ANSWERS: dict[str, Callable[[StateFolder, Words, Far], Any]] = {
    "summary": summary,
    "finding": finding,
    "draw": draw,
    "keep": keep,
    "merge": merge,
    "export": export,
}
