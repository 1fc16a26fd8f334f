"""What counts as a pivot: the window it stands out in, and how far from its neighbours it is."""

from dataclasses import dataclass
from typing import Annotated

from console.domain.ranges import Within


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotRules:
    """What counts as a pivot, and how long one is news. Specification F3."""

    window: Annotated[int, Within("bars, an odd number", 3, 201)] = 11
    """Bars in which it stands out, itself in the middle: odd, at least 3."""
    min_distance: Annotated[int, Within("bars", 0, 1_000)] = 3
    """Bars between two pivots of one kind; a later one that is closer is none. Half a
    window and one bar lie between them anyhow, so this bites only beyond that."""
    min_swing: Annotated[float, Within("fraction", 0, 1)] = 0.0
    """How far from the newest pivot of the other kind, as a share of its price."""
    fresh_bars: Annotated[int, Within("bars", 0, 1_000)] = 3
    """For so long after its confirmation a pivot is a signal."""
    near: Annotated[float, Within("fraction", 0, 1)] = 0.02
    """How far from its price, as a share of it, the close may be for that."""

    def __post_init__(self) -> None:
        if self.window < 3 or self.window % 2 == 0:  # noqa: PLR2004 - one bar on each side
            raise ValueError(f"a pivot's window is odd and at least 3 bars, it is {self.window}")
        if self.min_distance < 0 or not self.min_swing >= 0:
            raise ValueError("distance and swing of pivots cannot be below 0")

    @property
    def half(self) -> int:
        """Bars on each side, and from a pivot to its confirmation."""
        return self.window // 2


DEFAULT = PivotRules()


class PivotGate:
    """Remembers the newest pivot of each kind, and lets through what is far enough."""

    def __init__(self, rules: PivotRules) -> None:
        self._rules = rules
        self._newest: dict[bool, tuple[int, float]] = {}

    def lets(self, place: int, price: float, is_peak: bool) -> bool:  # noqa: FBT001 - a row of columns
        """Return whether this candidate is a pivot; ask in the order of their bars."""
        like, opposite = self._newest.get(is_peak), self._newest.get(not is_peak)
        if like is not None and place - like[0] < self._rules.min_distance:
            return False
        if opposite is not None:
            swing = (price - opposite[1]) * (1 if is_peak else -1)
            if self._rules.min_swing > 0 and swing < self._rules.min_swing * abs(opposite[1]):
                return False
        self._newest[is_peak] = place, price
        return True
