"""Two datasets become a new one: by equal keys, or as of a time.

As of a time each row of the first gets the newest row of the second that is not later: nothing
of the future is seen. Neither dataset changes.
"""

from typing import Literal

import pandas as pd

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Kind, Role
from console.lab.frames import frame, needed, time_of
from console.lab.limits import LIMITS
from console.lab.problems import NotAsked, shown

How = Literal["inner", "left", "outer"]
MOST_ROWS = LIMITS.rows // 10


def by_keys(
    catalog: Catalog, first: Dataset, second: Dataset, keys: list[str], how: How
) -> pd.DataFrame:
    """Return the rows whose keys are equal; columns both have get `_2` from the second.

    Raises:
        NotAsked: when a key is missing, of two kinds, or would make too many rows.
    """
    for key in keys:
        _refuse_unlike(first, second, key, needed(first, key).kind, needed(second, key).kind)
    ours, theirs = frame(catalog, first), frame(catalog, second)
    counts = (
        ours.groupby(keys, dropna=False)
        .size()
        .to_frame("n")
        .join(theirs.groupby(keys, dropna=False).size().rename("m"), how="inner")
    )
    expected = int((counts["n"] * counts["m"]).sum())
    if expected > MOST_ROWS:
        raise NotAsked(
            f"The keys repeat in both: the result would have {expected:,} rows and may have"
            f" {MOST_ROWS:,}: name more keys, or merge --asof."
        )
    return ours.merge(theirs, on=keys, how=how, suffixes=("", "_2"))


def as_of(catalog: Catalog, first: Dataset, second: Dataset, within: str | None) -> pd.DataFrame:
    """Return each row of the first with the newest of the second; of its symbol if both have one.

    Raises:
        NotAsked: when one has no time.
    """
    ours_at, theirs_at = time_of(first), time_of(second)
    ours = frame(catalog, first).dropna(subset=[ours_at]).sort_values(ours_at, kind="stable")
    theirs = frame(catalog, second).dropna(subset=[theirs_at])
    theirs = theirs.sort_values(theirs_at, kind="stable")
    for told, at in ((ours, ours_at), (theirs, theirs_at)):
        told[at] = told[at].astype("datetime64[ns, UTC]")
    symbols = [one.first(Role.SYMBOL) for one in (first, second)]
    by = [column.name for column in symbols if column is not None]
    sided = len(by) == len(symbols)
    # the second's own time stays, so that one sees how old what was joined is
    theirs = theirs.assign(**{f"{theirs_at}_2": theirs[theirs_at]})
    return pd.merge_asof(
        ours,
        theirs.rename(columns={theirs_at: ours_at}),
        on=ours_at,
        left_by=by[0] if sided else None,
        right_by=by[1] if sided else None,
        tolerance=None if within is None else _length(within),
        direction="backward",
        suffixes=("", "_2"),
    )


def _length(text: str) -> pd.Timedelta:
    try:
        return pd.Timedelta(text)
    except ValueError:
        raise NotAsked(f"{shown(text)} is no length of time: write 30s, 5min or 1h.") from None


def _refuse_unlike(first: Dataset, second: Dataset, key: str, one: Kind, other: Kind) -> None:
    if one is not other and not (one.is_number and other.is_number):
        raise NotAsked(
            f"{shown(key)} is {one.value} in {first.name} and {other.value} in {second.name}:"
            " load one of them again with --text."
        )
