"""Rows that a program hands over, such as orders, as a table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pyarrow as pa

from console.lab.kinds import MICROS, kind_of
from console.lab.outside import neutral_column
from console.lab.problems import LabProblem


def table_of(rows: Sequence[Mapping[str, Any]], what: str) -> pa.Table:
    """Return the rows as they are stored; the first one names the columns.

    Raises:
        LabProblem: when there are none.
    """
    if not rows:
        raise LabProblem(f"There are no {what} now: nothing is made of them.")
    return pa.table({name: _column([row[name] for row in rows]) for name in rows[0]})


def _column(told: list[Any]) -> pa.Array:
    values = [value.value if isinstance(value, Enum) else value for value in told]
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, datetime) for value in known):
        return pa.array(values, MICROS)
    if known and all(isinstance(value, Decimal) for value in known):
        return pa.array(values)
    made = pa.array(values)
    if not known or kind_of(made.type) is None or pa.types.is_string(made.type):
        texts = [None if value is None else str(value) for value in values]
        return neutral_column(pa.array(texts, pa.string()))
    return made
