"""Questions to one dataset, or two: what `killcord data` answers beyond what a dataset is."""

import argparse
import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from console.commands import data_charts, data_tables
from console.commands.data_tables import cell, clean
from console.commands.tables import aligned
from console.lab.catalog import Catalog
from console.lab.comparing import compare
from console.lab.datasets import Lineage, Role
from console.lab.distribution import distribution
from console.lab.exporting import export
from console.lab.frames import as_table, frame, number
from console.lab.merging import as_of, by_keys
from console.lab.outliers import outliers
from console.lab.pages import Pages
from console.lab.problems import NotAsked
from console.lab.quality import quality
from console.lab.relations import correlations
from console.lab.sampling import sample
from console.lab.segments import segments
from console.lab.series import Gap, resampled

Answer = tuple[Any, str]
"""The same for programs and for people."""


def ask_sample(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print some rows."""
    dataset = catalog.get(options.name)
    rows = sample(catalog, dataset, options.rows, options.seed).to_pylist()
    header = [clean(column.name) for column in dataset.columns]
    return rows, aligned(header, [[cell(value) for value in row.values()] for row in rows])


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
    told = quality(catalog, catalog.get(options.name))
    rows = [
        (
            clean(one.name),
            f"{one.missing:,}",
            "yes" if one.is_constant else "no",
            cell(one.backward),
            cell(one.outliers),
        )
        for one in told.columns
    ]
    header = ("column", "missing", "constant", "backward", "outliers")
    first = f"{told.rows:,} rows, {told.duplicates:,} as one before."
    return dataclasses.asdict(told), f"{first}\n{aligned(header, rows)}"


def ask_correlate(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print how the columns go together."""
    told = correlations(catalog, catalog.get(options.name), options.columns, options.method)
    rows = [(clean(p.one), clean(p.other), _fixed(p.r), f"{p.pairs:,}") for p in told]
    return [dataclasses.asdict(pair) for pair in told], aligned(
        ("one", "other", "r", "pairs"), rows
    )


def ask_distribution(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print how a column is spread, as a histogram too."""
    told = distribution(catalog, catalog.get(options.name), options.column)
    quantiles = "  ".join(f"{share:.0%} {cell(value)}" for share, value in told.quantiles)
    words = (
        f"{told.known:,} values, {told.missing:,} missing, skewness {_fixed(told.skewness)},"
        f" excess kurtosis {_fixed(told.excess_kurtosis)}\n{quantiles}\n"
        + data_charts.histogram(told)
    )
    return dataclasses.asdict(told), words


def ask_outliers(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print the values far from the median."""
    dataset = catalog.get(options.name)
    name = number(dataset, options.column).name
    symbol = dataset.first(Role.SYMBOL)
    made = frame(catalog, dataset, [name, *([symbol.name] if symbol else [])])
    groups = made[symbol.name] if symbol else None
    told = outliers(np.asarray(made[name], dtype=np.float64), options.far, groups)
    rows = [(f"{o.row:,}", cell(o.value), f"{o.score:+,.1f}") for o in told[: options.rows]]
    of = " of their symbol" if symbol else ""
    first = f"{len(told):,} of {dataset.rows:,} are farther than {options.far} from the median{of}."
    table = f"\n{aligned(('row', clean(name), 'score'), rows)}" if rows else ""
    return [dataclasses.asdict(one) for one in told], first + table


def ask_series(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print a column in steps of time, or keep it as a dataset."""
    dataset = catalog.get(options.name)
    made, gaps = resampled(catalog, dataset, options.column, options.every, options.how)
    detail = f"{options.column} {options.how} every {options.every}"
    if options.into:
        return _kept(
            catalog,
            options.into,
            made,
            Lineage(operation="series", detail=detail, parents=(dataset.handle,)),
        )
    lines = [_rows_words(made, options.rows), *map(_gap_words, gaps)]
    if options.chart:
        lines.insert(0, data_charts.lines(dataset, made, options.column))
    facts = {"steps": _records(made), "gaps": [dataclasses.asdict(gap) for gap in gaps]}
    return facts, "\n".join(lines)


def ask_segment(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print a column in parts."""
    dataset = catalog.get(options.name)
    told = segments(catalog, dataset, options.by, options.column)
    if options.into:
        return _kept(
            catalog,
            options.into,
            pd.DataFrame(told),
            Lineage(
                operation="segment",
                detail=f"{options.column} by {options.by}",
                parents=(dataset.handle,),
            ),
        )
    return told, aligned(
        list(told[0]) if told else [""], [[*map(cell, row.values())] for row in told]
    )


def ask_compare(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Print what differs between two datasets."""
    first, second = catalog.get(options.first), catalog.get(options.second)
    told = compare(catalog, first, second)
    rows = [
        (
            clean(pair.name),
            " / ".join(dict.fromkeys(kind.value for kind in pair.kinds)),
            *(f"{count:,}" for count in pair.missing),
            *map(cell, pair.medians),
            _fixed(pair.distance),
        )
        for pair in told.both
    ]
    header = ("column", "kind", "missing", "missing 2", "median", "median 2", "distance")
    lines = [f"{first.name}: {told.rows[0]:,} rows. {second.name}: {told.rows[1]:,} rows."]
    for one, only in ((first, told.only_first), (second, told.only_second)):
        if only:
            lines.append(f"Only in {one.name}: {clean(', '.join(only), 200)}.")
    return dataclasses.asdict(told), "\n".join([*lines, aligned(header, rows)])


def ask_merge(catalog: Catalog, options: argparse.Namespace) -> Answer:
    """Make one dataset of two."""
    first, second = catalog.get(options.first), catalog.get(options.second)
    into = catalog.refuse_taken(options.into)
    if options.asof == bool(options.on):
        raise NotAsked("Say either --on COLUMN, for equal keys, or --asof, for the newest before.")
    if options.asof:
        made = as_of(catalog, first, second, options.within)
        detail = "as of" + (f" within {options.within}" if options.within else "")
    else:
        made = by_keys(catalog, first, second, options.on, options.how)
        detail = f"{options.how} on {', '.join(options.on)}"
    lineage = Lineage(operation="merge", detail=detail, parents=(first.handle, second.handle))
    return _kept(catalog, into, made, lineage)


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
    more = f", {changed:,} cells begin with an apostrophe now: a spreadsheet would run them"
    words = f"{clean(str(options.out), 200)}: {dataset.rows:,} rows{more if changed else ''}."
    return {"rows": dataset.rows, "neutralized": changed, "file": str(options.out)}, words


def _kept(catalog: Catalog, name: str, made: pd.DataFrame, lineage: Lineage) -> Answer:
    dataset = catalog.keep_table(name, as_table(made), lineage)
    return data_tables.dataset_facts(dataset), data_tables.kept_words(dataset)


def _records(made: pd.DataFrame) -> Sequence[dict[Any, Any]]:
    return made.astype(object).where(made.notna(), None).to_dict("records")


def _rows_words(made: pd.DataFrame, most: int) -> str:
    shown = _records(made.head(most))
    table = aligned([*map(clean, made.columns)], [[*map(cell, row.values())] for row in shown])
    rest = len(made) - len(shown)
    return f"{table}\n… and {rest:,} more" if rest else table


def _gap_words(gap: Gap) -> str:
    of = f" of {clean(gap.symbol)}" if gap.symbol else ""
    return f"no rows{of} from {cell(gap.begins_at)} for {gap.ends_at - gap.begins_at}"


def _fixed(value: float | None) -> str:
    return cell(None) if value is None else f"{value:+.3f}"
