"""The Sharpe ratios of a sweep over two parameters, as a map of one against the other."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.backtest.findings import Finding

DIRECTIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Two parameters with their values, and what each pair of them came to."""

    down: str
    across: str
    rows: tuple[float, ...]
    heads: tuple[float, ...]
    cells: Mapping[tuple[float, float], float | None]

    @property
    def most(self) -> float:
        """The largest ratio without its sign, above 0."""
        return max((abs(value) for value in self.cells.values() if value is not None), default=1.0)


def heat_of(found: Finding) -> Heat | None:
    """Return the map of a sweep; None unless exactly two parameters were moved."""
    moved = [
        name
        for name in found.parameters
        if len({one["parameters"].get(name) for one in found.sweep}) > 1
    ]
    if len(moved) != DIRECTIONS:
        return None
    down, across = moved
    cells = {
        (one["parameters"][down], one["parameters"][across]): one["sharpe"] for one in found.sweep
    }
    return Heat(
        down=down,
        across=across,
        rows=tuple(sorted({key[0] for key in cells})),
        heads=tuple(sorted({key[1] for key in cells})),
        cells=cells,
    )
