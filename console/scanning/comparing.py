"""How a scan differs from the one before it: new, gone, up, down, and what cannot be said."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from console.domain.scans import Mark, ScanRow, ScanRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the last scan of the same rule over the same universe found."""

    at: datetime
    ranks: Mapping[str, float | None]
    """What each match was ranked by; None where that was not known."""
    judged: frozenset[str]
    """Every symbol it could decide on, matches too."""


def marked(rule: ScanRule, found: ScanRow, before: Before | None) -> ScanRow:
    """Return the row with its mark; a symbol that was not judged before is neither new nor old."""
    if before is None or found.symbol not in before.judged:
        return found
    if found.symbol not in before.ranks:
        return replace(found, mark=Mark.NEW)
    earlier, rank = before.ranks[found.symbol], found.facts.figure(rule.ranks_by)
    if earlier is None or rank is None:
        return found
    step = (rank > earlier) - (rank < earlier)
    return replace(found, mark=_STEPS[step], before=earlier)


_STEPS = {1: Mark.UP, -1: Mark.DOWN, 0: Mark.SAME}


def gone(before: Before | None, refused: Collection[str]) -> tuple[str, ...]:
    """Return what matched before and was judged again and refused."""
    return () if before is None else tuple(sorted(set(before.ranks) & set(refused)))
