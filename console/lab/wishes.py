"""What is to be loaded and how it is read, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from console.lab.limits import LIMITS, LoadLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to load, and how to read it."""

    path: Path
    encoding: str = "utf-8"
    as_text: frozenset[str] = frozenset()
    """Columns that stay words whatever is in them."""
    as_time: Mapping[str, str] = field(default_factory=dict)
    """Whole numbers that count from 1970: `s`, `ms`, `us` or `ns` by column."""
    limits: LoadLimits = LIMITS


@dataclass(slots=True, kw_only=True)
class Loaded:
    """What was written."""

    schema: pa.Schema
    rows: int = 0
    memory_bytes: int = 0
    notes: list[str] = field(default_factory=list)
