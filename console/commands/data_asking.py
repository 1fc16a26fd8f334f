"""Questions to one dataset, or two: what `killcord data` answers beyond what a dataset is."""

import argparse
import dataclasses
from typing import Any

from console.commands import data_charts, data_findings, data_tables
from console.commands.data_findings import Finding
from console.commands.data_merging import MergeWish, merge
from console.commands.data_tables import cell, clean
from console.commands.tables import aligned
from console.lab.catalog import Catalog
from console.lab.datasets import Dataset
from console.lab.distribution import distribution
from console.lab.exporting import export
from console.lab.frames import number
from console.lab.pages import Pages

Answer = tuple[Any, str]
"""The same for programs and for people."""


def ask_sample(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print some rows."""
    dataset = catalog.get(options.name)
    return _told(data_findings.find_sample(catalog, dataset, options.rows, options.seed))


def ask_rows(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print rows as they stand."""
    dataset = catalog.get(options.name)
    catalog.read(dataset, [])  # says in a sentence when the file is gone
    with catalog.file(dataset) as file, Pages(file) as pages:
        rows = pages.read(options.at - 1, options.rows).to_pylist()
    header = ["row", *(clean(column.name) for column in dataset.columns)]
    lines = [[f"{place:,}", *map(cell, row.values())] for place, row in enumerate(rows, options.at)]
    return rows, aligned(header, lines)


def ask_quality(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print what may be wrong."""
    return _told(data_findings.find_quality(catalog, catalog.get(options.name)))


def ask_correlate(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print how the columns go together."""
    dataset = catalog.get(options.name)
    return _told(data_findings.find_correlations(catalog, dataset, options.columns, options.method))


def ask_distribution(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print how a column is spread, as a histogram too."""
    told = distribution(catalog, catalog.get(options.name), options.column)
    words = [*data_findings.spread_words(told), data_charts.histogram(told)]
    return dataclasses.asdict(told), "\n".join(words)


def ask_outliers(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print the values far from the median."""
    dataset = catalog.get(options.name)
    found = data_findings.find_outliers(catalog, dataset, options.column, options.far, options.rows)
    return _told(found) if found.rows else (found.facts, found.words[0])


def ask_series(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print a column in steps of time, or keep it as a dataset."""
    dataset = catalog.get(options.name)
    found = data_findings.find_series(
        catalog, dataset, options.column, (options.every, options.how), options.rows
    )
    if options.into:
        return _kept(catalog, options.into, found, "series", dataset)
    lines = [aligned(found.header, found.rows), *found.words]
    if options.chart:
        lines.insert(0, data_charts.lines(dataset, found.made, options.column))
    facts = found.facts | {"steps": data_findings.records(found.made)}
    return facts, "\n".join(lines)


def ask_segment(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print a column in parts."""
    dataset = catalog.get(options.name)
    found = data_findings.find_segments(catalog, dataset, options.by, options.column)
    if options.into:
        return _kept(catalog, options.into, found, "segment", dataset)
    return _told(found)


def ask_compare(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print what differs between two datasets."""
    first, second = catalog.get(options.first), catalog.get(options.second)
    return _told(data_findings.find_differences(catalog, first, second))


def ask_merge(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Make one dataset of two."""
    first, second = catalog.get(options.first), catalog.get(options.second)
    wish = MergeWish(
        on=tuple(options.on), how=options.how, is_as_of=options.asof, within=options.within
    )
    dataset = merge(catalog, first, second, wish, options.into)
    return data_tables.dataset_facts(dataset), data_tables.kept_words(dataset)


def ask_chart(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Draw columns over time, or over the rows."""
    dataset = catalog.get(options.name)
    told = [number(dataset, name).name for name in options.columns]
    drawn = data_charts.columns(catalog, dataset, told)
    return {"columns": told}, drawn


def ask_export(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Write a dataset to a file."""
    dataset = catalog.get(options.name)
    changed = export(catalog, dataset, options.out.expanduser())
    words = data_tables.exported_words(options.out, dataset.rows, changed)
    return {"rows": dataset.rows, "neutralized": changed, "file": str(options.out)}, words


def _told(found: Finding) -> Answer:
    return found.facts, "\n".join([*found.words, aligned(found.header, found.rows)])


def _kept(catalog: Catalog, name: str, found: Finding, operation: str, *parents: Dataset) -> Answer:
    dataset = data_findings.keep(catalog, name, found, operation, parents)
    return data_tables.dataset_facts(dataset), data_tables.kept_words(dataset)
