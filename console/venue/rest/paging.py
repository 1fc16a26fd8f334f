"""Pages over many symbols: sorted by symbol, then time, so many points a page over all of them."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from console.venue.trading.rejections import BAD_SHAPE, Rejection

LATEST = 2**63 - 1
"""The last nanosecond a time can be."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next page begins: so many points into a symbol's points of one time.

    Several ticks may share a time, so it counts those already given.
    """

    symbol: str
    at: int
    given: int = 0

    def token(self) -> str:
        """Return what the client sends back."""
        return base64.b64encode(f"{self.symbol}|{self.at}|{self.given}".encode()).decode()


def place_of(token: str | None) -> Place | None:
    """Read a page token.

    Raises:
        Rejection: when it is none of ours.
    """
    if not token:
        return None
    try:
        symbol, at, given = base64.b64decode(token, validate=True).decode().split("|")
        place = Place(symbol, int(at), int(given))
    except (binascii.Error, ValueError):
        raise Rejection(400, BAD_SHAPE, "invalid page_token") from None
    if place.given < 0 or abs(place.at) > LATEST:
        raise Rejection(400, BAD_SHAPE, "invalid page_token")
    return place


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some points by symbol, and where the next page begins."""

    points: dict[str, list[T]]
    next_place: Place | None


def page(
    symbols: Iterable[str],
    read: Callable[[str], Sequence[T]],
    *,
    at: Callable[[T], int],
    limit: int,
    begin: Place | None,
    is_descending: bool,
) -> Page[T]:
    """Return at most `limit` points; `read` gives all of one symbol, oldest first."""
    points: dict[str, list[T]] = {}
    left = limit
    for symbol in sorted(symbols):
        if begin and symbol < begin.symbol:
            continue
        ordered = [*read(symbol)]
        if is_descending:
            ordered.reverse()
        skipped = (
            _given(ordered, begin, at, is_descending=is_descending)
            if (begin and symbol == begin.symbol)
            else 0
        )
        if skipped < len(ordered) and left == 0:
            return Page(points, _place(symbol, ordered, skipped, at))
        chosen = ordered[skipped : skipped + left]
        if chosen:
            points[symbol] = chosen
        left -= len(chosen)
        if skipped + len(chosen) < len(ordered):
            return Page(points, _place(symbol, ordered, skipped + len(chosen), at))
    return Page(points, None)


def _place(symbol: str, ordered: Sequence[T], index: int, at: Callable[[T], int]) -> Place:
    moment = at(ordered[index])
    given = 0
    while given < index and at(ordered[index - given - 1]) == moment:
        given += 1
    return Place(symbol, moment, given)


def _given(
    ordered: Sequence[T], begin: Place, at: Callable[[T], int], *, is_descending: bool
) -> int:
    """Return how many points earlier pages gave."""
    sign = -1 if is_descending else 1
    return sum(sign * at(point) < sign * begin.at for point in ordered) + begin.given
