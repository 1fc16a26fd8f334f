"""What a print counts for, by its sale conditions: not every one sets the last price.

Source: the consolidated processing guidelines of the CTA plan (tapes A and B) and the
UTP plan (tape C). Where those make the last price depend on what came before (sold out
of sequence, prior reference price, derivatively priced, bunched and sold), it is not set.
One departure: a print of the extended hours (`T`) sets the last price, since a trader
who trades then looks for it, and widens no range, which is the regular session's.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_NOWHERE_BUT_IN_VOLUME = frozenset("CHINRUVW78")
"""Cash, price variation, odd lot, next day, seller, extended out of sequence, contingent,
average price, qualified contingent, 611 exempt."""

_NOT_LAST = _NOWHERE_BUT_IN_VOLUME | frozenset("GMPQZ4")
_NOT_IN_RANGE = _NOWHERE_BUT_IN_VOLUME | frozenset("MQT")
_NOT_IN_VOLUME = frozenset("MQ9")
"""The market's official open and close, and the corrected close: prices told again."""

_CTA_TAPES = ("A", "B")
_CTA_AVERAGE_PRICE = "B"
"""On tape C the same letter is a bunched trade, which counts for everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one print counts for."""

    sets_last: bool = True
    sets_range: bool = True
    """Whether it may be the day's low or high."""
    has_volume: bool = True


EVERYTHING = Counts()


def counts_for(conditions: Iterable[str], tape: str = "") -> Counts:
    """Return what a print with these conditions counts for; an unknown code forbids nothing."""
    codes = frozenset(conditions)
    if tape in _CTA_TAPES and _CTA_AVERAGE_PRICE in codes:
        return Counts(
            sets_last=False, sets_range=False, has_volume=codes.isdisjoint(_NOT_IN_VOLUME)
        )
    return Counts(
        sets_last=codes.isdisjoint(_NOT_LAST),
        sets_range=codes.isdisjoint(_NOT_IN_RANGE),
        has_volume=codes.isdisjoint(_NOT_IN_VOLUME),
    )
