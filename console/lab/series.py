"""A dataset as a time series: equal steps of what happened in each, and gaps between rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import pandas as pd

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Role
from console.lab.frames import frame, number, time_of
from console.lab.problems import NotAsked, shown

How = Literal["last", "first", "mean", "median", "sum", "min", "max", "count", "ohlc"]
HOWS: tuple[str, ...] = get_args(How)
MOST_STEPS = 5_000_000
GAPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch without rows."""

    symbol: str | None
    begins_at: datetime
    ends_at: datetime


def resampled(
    catalog: Catalog, dataset: Dataset, name: str, every: str, how: How
) -> tuple[pd.DataFrame, list[Gap]]:
    """Return the column in steps named by their begin, each symbol apart, and the longest gaps.

    A step holds rows from its begin to before its end; one without rows is missing, not filled.

    Raises:
        NotAsked: when there is no time, the step is none, or there would be too many.
    """
    time, symbol = time_of(dataset), dataset.first(Role.SYMBOL)
    step = _step(every)
    names = dict.fromkeys([time, *([symbol.name] if symbol else []), number(dataset, name).name])
    told = frame(catalog, dataset, list(names)).dropna(subset=[time])
    told = told.sort_values(time, kind="stable")
    span = told[time].iloc[-1] - told[time].iloc[0] if len(told) else pd.Timedelta(0)
    groups = told[symbol.name].nunique() if symbol else 1
    if span / step * groups > MOST_STEPS:
        raise NotAsked(f"{shown(every)} makes more than {MOST_STEPS:,} steps: name a longer one.")
    timed = told.set_index(time)
    if symbol is None:
        steps: Any = timed[name].resample(step).agg(how)
    else:
        steps = timed.groupby(symbol.name)[name].resample(step).agg(how)
    made = steps.to_frame(name) if isinstance(steps, pd.Series) else steps
    return made.reset_index(), _gaps(told, time, symbol.name if symbol else None)


def _step(every: str) -> pd.Timedelta:
    try:
        step = pd.Timedelta(every)
    except ValueError:
        step = pd.Timedelta(0)
    if step > pd.Timedelta(0):  # not so of NaT either
        return step
    raise NotAsked(f"{shown(every)} is no length of time: write 30s, 5min, 1h or 1d.")


def _gaps(told: pd.DataFrame, time: str, symbol: str | None) -> list[Gap]:
    before = told.groupby(symbol)[time].shift() if symbol else told[time].shift()
    lengths = (told[time] - before).dropna()
    longest = lengths[lengths > pd.Timedelta(0)].sort_values(ascending=False, kind="stable")
    return [
        Gap(
            symbol=str(told.loc[row, symbol]) if symbol else None,
            begins_at=before.loc[row].to_pydatetime(warn=False),
            ends_at=told.loc[row, time].to_pydatetime(warn=False),
        )
        for row in longest.index[:GAPS]
    ]
