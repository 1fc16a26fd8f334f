"""The VWAP of the tape, print by print, with sale conditions, corrections and cancels.

Which prints count follows the sale conditions of the consolidated tapes: the "Consolidated
Volume Update" columns of the CTA and UTP participant specifications (the closing and
opening prints told once more add no volume), and the custom of leaving out of an average
what was not priced by the market at that moment (average-price, derivatively priced,
contingent, prior-reference and specially settled trades). What is canceled is taken out
again, what is corrected counts as corrected.
"""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

TOLD_TWICE = frozenset("MQ9")
"""Official close, official open, corrected consolidated close: volume that was told before."""
PRICED_ELSEWHERE = frozenset("BW47VPCNRGHUZ")
"""Average price, derivative, contingent, prior reference, cash, next day, seller's option,
bunched sold, price variation, and trades reported out of sequence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One trade as the tape told it; `price` in dollars, `size` in shares."""

    id: int
    price: float
    size: float
    conditions: Collection[str] = ()

    @property
    def counts(self) -> bool:
        """Whether it belongs into an average of what the market paid."""
        left_out = TOLD_TWICE | PRICED_ELSEWHERE
        return self.price > 0 and self.size > 0 and left_out.isdisjoint(self.conditions)


class TapeVwap:
    """Follows one session; kept exact, so that a cancel leaves no trace."""

    def __init__(self) -> None:
        self._counted: dict[int, Print] = {}
        self._paid = Fraction(0)
        self._size = Fraction(0)

    def add(self, told: Print) -> None:
        """Count a print, or with the id of one known its correction."""
        self.cancel(told.id)
        if told.counts:
            self._counted[told.id] = told
            self._move(told, 1)

    def correct(self, original: int, corrected: Print) -> None:
        """Count the corrected print in the place of the original."""
        self.cancel(original)
        self.add(corrected)

    def cancel(self, original: int) -> None:
        """Take a print out again; one that never counted changes nothing."""
        known = self._counted.pop(original, None)
        if known is not None:
            self._move(known, -1)

    def reset(self) -> None:
        """Begin a new session."""
        self._counted.clear()
        self._paid = self._size = Fraction(0)

    @property
    def value(self) -> float | None:
        """The average price in dollars; None while nothing counts."""
        return float(self._paid / self._size) if self._size else None

    def _move(self, told: Print, sign: int) -> None:
        size = Fraction(told.size) * sign
        self._size += size
        self._paid += Fraction(told.price) * size
