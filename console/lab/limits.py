"""How large what is loaded may be: a file is refused before it can fill memory or disk."""

from dataclasses import dataclass

KIB, MIB, GIB = 1024, 1024**2, 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLimits:
    """The bounds of one file."""

    unpacked_bytes: int = 8 * GIB
    ratio: int = 100
    """How many times larger than packed a file may be, from `ratio_from` on."""
    ratio_from: int = 16 * MIB
    columns: int = 2_000
    header_bytes: int = MIB
    row_bytes: int = 4 * MIB
    """One row, or one JSON object; what is read at once."""
    cell_bytes: int = 64 * KIB
    rows: int = 50_000_000
    name: int = 128
    """How long a column's name may be."""


LIMITS = LoadLimits()
