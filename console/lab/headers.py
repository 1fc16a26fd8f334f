"""The names of columns: harmless, present, different, and not too many."""

from collections.abc import Sequence

from console.lab.limits import LoadLimits
from console.lab.outside import neutral
from console.lab.problems import Unreadable, shown


def column_names(file: str, told: Sequence[str], limits: LoadLimits, notes: list[str]) -> list[str]:
    """Return the columns' names as they may be shown.

    Raises:
        Unreadable: when there are too many, or two are called the same.
    """
    if len(told) > limits.columns:
        raise Unreadable(
            f"{file}: there are {len(told):,} columns and may be {limits.columns:,}: turn the"
            " table so that what repeats stands in rows."
        )
    names = [_name(place, name, limits) for place, name in enumerate(told, 1)]
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if name in seen:
            raise Unreadable(
                f"{file}: the columns {seen[name]:,} and {place:,} are both called"
                f" {shown(name)}: rename one."
            )
        seen[name] = place
    changed = sum(name != said for name, said in zip(names, told, strict=True))
    if changed:
        notes.append(f"{changed:,} column names were empty, too long or not clean, and are changed")
    return names


def _name(place: int, told: str, limits: LoadLimits) -> str:
    clean = neutral(told[: limits.name * 4]).strip()[: limits.name].strip()
    return clean or f"column_{place}"
