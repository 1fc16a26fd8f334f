"""What is found in datasets, as tables: the commands print them, the dataset screen shows them."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from console.commands.data_tables import cell, clean
from console.lab.catalog import Catalog
from console.lab.comparing import compare
from console.lab.datasets import Dataset, Lineage, Role
from console.lab.distribution import Distribution
from console.lab.frames import as_table, frame, number
from console.lab.outliers import FAR, Outlier, outliers
from console.lab.problems import NotAsked, shown
from console.lab.quality import quality
from console.lab.relations import Method, correlations
from console.lab.sampling import sample
from console.lab.segments import segments
from console.lab.series import Gap, How, resampled

Rows = Sequence[Sequence[str]]
MOST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One answer: sentences, a table of texts, and plain values of the same for programs."""

    words: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: Rows = ()
    facts: Any = None
    detail: str = ""
    """What was asked, for the origin of a dataset that is made of it."""
    made: Any = field(default=None, repr=False)
    """The whole table, which can become a dataset."""

    def table(self) -> Any:
        """Return the whole table as it is stored."""
        return as_table(self.made) if isinstance(self.made, pd.DataFrame) else self.made


def find_sample(catalog: Catalog, dataset: Dataset, rows: int, seed: int) -> Finding:
    """Return some rows, chosen by chance that can be repeated."""
    table = sample(catalog, dataset, rows, seed)
    told = table.to_pylist()
    return Finding(
        header=tuple(clean(column.name) for column in dataset.columns),
        rows=[[cell(value) for value in row.values()] for row in told],
        facts=told,
        detail=f"{table.num_rows:,} rows, seed {seed}",
        made=table,
    )


def find_outliers(
    catalog: Catalog, dataset: Dataset, column: str, far: float = FAR, most: int = 20
) -> Finding:
    """Return the values far from the median, with their time and symbol where there are any."""
    if not far > 0:  # not so of NaN either
        raise NotAsked(f"{far:g} is no distance: name a number above 0, such as {FAR}.")
    name = number(dataset, column).name
    time, symbol = dataset.first(Role.TIME), dataset.first(Role.SYMBOL)
    about = [one.name for one in (time, symbol) if one is not None]
    made = frame(catalog, dataset, list(dict.fromkeys([*about, name])))
    groups = made[symbol.name] if symbol else None
    told = outliers(np.asarray(made[name], dtype=np.float64), far, groups)
    of = " of their symbol" if symbol else ""
    return Finding(
        words=(f"{len(told):,} of {dataset.rows:,} are farther than {far:g} from the median{of}.",),
        header=("row", *map(clean, about), clean(name), "score"),
        rows=[_outlier(made, about, one) for one in told[:most]],
        facts=[dataclasses.asdict(one) for one in told],
        detail=f"{column} farther than {far:g}",
        made=_with_scores(made, told),
    )


def find_quality(catalog: Catalog, dataset: Dataset) -> Finding:
    """Return what may be wrong."""
    told = quality(catalog, dataset)
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
    return Finding(
        words=(f"{told.rows:,} rows, {told.duplicates:,} as one before.",),
        header=("column", "missing", "constant", "backward", "outliers"),
        rows=rows,
        facts=dataclasses.asdict(told),
    )


def spread_words(told: Distribution) -> tuple[str, str]:
    """Say how a column is spread, and its quantiles."""
    words = (
        f"{told.known:,} values, {told.missing:,} missing, skewness {fixed(told.skewness)},"
        f" excess kurtosis {fixed(told.excess_kurtosis)}"
    )
    return words, "  ".join(f"{share:.0%} {cell(value)}" for share, value in told.quantiles)


def find_segments(catalog: Catalog, dataset: Dataset, by: str, column: str) -> Finding:
    """Return a column in parts."""
    told = segments(catalog, dataset, by, column)
    return Finding(
        header=tuple(told[0]) if told else ("",),
        rows=[[*map(cell, row.values())] for row in told],
        facts=told,
        detail=f"{column} by {by}",
        made=pd.DataFrame(told),
    )


def find_correlations(
    catalog: Catalog, dataset: Dataset, columns: list[str], method: Method
) -> Finding:
    """Return how columns go together, the strongest first."""
    told = correlations(catalog, dataset, columns, method)
    facts = [dataclasses.asdict(pair) for pair in told]
    return Finding(
        header=("one", "other", "r", "pairs"),
        rows=[(clean(p.one), clean(p.other), fixed(p.r), f"{p.pairs:,}") for p in told],
        facts=facts,
        detail=method,
        made=pd.DataFrame(facts),
    )


def find_differences(catalog: Catalog, first: Dataset, second: Dataset) -> Finding:
    """Return what differs between two datasets."""
    told = compare(catalog, first, second)
    lines = [f"{first.name}: {told.rows[0]:,} rows. {second.name}: {told.rows[1]:,} rows."]
    for one, only in ((first, told.only_first), (second, told.only_second)):
        if only:
            lines.append(f"Only in {one.name}: {clean(', '.join(only), MOST_WORDS)}.")
    rows = [
        (
            clean(pair.name),
            " / ".join(dict.fromkeys(kind.value for kind in pair.kinds)),
            *(f"{count:,}" for count in pair.missing),
            *map(cell, pair.medians),
            fixed(pair.distance),
        )
        for pair in told.both
    ]
    return Finding(
        words=tuple(lines),
        header=("column", "kind", "missing", "missing 2", "median", "median 2", "distance"),
        rows=rows,
        facts=dataclasses.asdict(told),
        detail=f"{first.name} and {second.name}",
    )


def find_series(
    catalog: Catalog, dataset: Dataset, column: str, steps: tuple[str, How], most: int = 20
) -> Finding:
    """Return a column in steps of time, each so long and reckoned so, and the longest gaps."""
    every, how = steps
    made, gaps = resampled(catalog, dataset, column, every, how)
    told = records(made.head(most))
    rest = len(made) - len(told)
    return Finding(
        words=(*((f"… and {rest:,} more",) if rest else ()), *map(gap_words, gaps)),
        header=tuple(map(clean, made.columns)),
        rows=[[*map(cell, row.values())] for row in told],
        facts={"steps": made, "gaps": [dataclasses.asdict(gap) for gap in gaps]},
        detail=f"{column} {how} every {every}",
        made=made,
    )


def gap_words(gap: Gap) -> str:
    """Say where there are no rows, and for how long."""
    of = f" of {clean(gap.symbol)}" if gap.symbol else ""
    return f"no rows{of} from {cell(gap.begins_at)} for {gap.ends_at - gap.begins_at}"


def records(made: pd.DataFrame) -> Sequence[Mapping[Any, Any]]:
    """Return a frame's rows as plain values; what is missing is None."""
    plain = made.astype(object).where(made.notna(), None)
    told: Sequence[Mapping[Any, Any]] = plain.to_dict("records")
    return told


def fixed(value: float | None) -> str:
    """Return a number between -1 and 1 as a table shows it."""
    return cell(None) if value is None else f"{value:+.3f}"


def keep(
    catalog: Catalog, name: str, found: Finding, operation: str, parents: Sequence[Dataset]
) -> Dataset:
    """Make a dataset of what was found; it says what it was made of.

    Raises:
        NotAsked: when there is nothing to keep.
    """
    if found.made is None or len(found.made) == 0:
        raise NotAsked(f"There is nothing to keep as {shown(name)}: no rows were found.")
    lineage = Lineage(
        operation=operation,
        detail=found.detail,
        parents=tuple(parent.handle for parent in parents),
    )
    return catalog.keep_table(name, found.table(), lineage)


def _with_scores(made: pd.DataFrame, told: Sequence[Outlier]) -> pd.DataFrame:
    chosen = made.iloc[[one.row - 1 for one in told]].copy()
    chosen[_free("row", made)] = [one.row for one in told]
    chosen[_free("score", made)] = [one.score for one in told]
    return chosen


def _free(name: str, made: pd.DataFrame) -> str:
    return f"{name}_2" if name in made.columns else name


def _outlier(made: pd.DataFrame, about: Sequence[str], one: Outlier) -> list[str]:
    told = made.iloc[one.row - 1]
    return [
        f"{one.row:,}",
        *(cell(None if pd.isna(told[name]) else told[name]) for name in about),
        cell(one.value),
        f"{one.score:+,.1f}",
    ]
