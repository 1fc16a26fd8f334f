"""Some back-tests beside each other: their curves over common moments, and the trades that differ.

Two trades are the same when symbol, side, entry and leave agree. Shares and prices do not
count: both follow from the equity at hand and from the costs, and would tell every trade
after the first difference apart.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from console.backtest.findings import Finding, Plain

Key = tuple[str, str, str]
"""Of a trade: its symbol, its side, when it was entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A trade that not every run has in the same way."""

    symbol: str
    side: str
    entered_at: str
    each: tuple[Plain | None, ...]
    """As each run made it, None where one did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTrades:
    """The trades of some runs, matched."""

    shared: int
    """How many are the same in all of them."""
    differing: tuple[Differing, ...]
    """The others, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """What each run had gained, over the moments of all of them."""

    at: tuple[str, ...]
    gains: tuple[tuple[float | None, ...], ...]
    """In percent of the cash it began with; None outside of a run's own bars."""


def compare_trades(found: Sequence[Finding]) -> ComparedTrades:
    """Match the trades of some runs by symbol, side and entry."""
    books = [_book(one) for one in found]
    keys = sorted({key for book in books for key in book}, key=lambda key: (key[2], key))
    shared, differing = 0, []
    for key in keys:
        each = tuple(book.get(key) for book in books)
        if _is_same(each):
            shared += 1
            continue
        symbol, side, entered_at = key
        differing.append(Differing(symbol=symbol, side=side, entered_at=entered_at, each=each))
    return ComparedTrades(shared=shared, differing=tuple(differing))


def common_curves(found: Sequence[Finding]) -> Curves:
    """Return what was gained by every moment that one of the runs has."""
    at = sorted({moment for one in found for moment in one.at})
    return Curves(at=tuple(at), gains=tuple(_gains(one, at) for one in found))


def same_bars(found: Sequence[Finding]) -> bool:
    """Return whether the runs saw the same stretch of the same market."""
    return len({(one.symbol, one.frame, one.bars, one.first_at, one.last_at) for one in found}) <= 1


def _book(found: Finding) -> dict[Key, Plain]:
    return {(found.symbol, one["side"], one["entered_at"]): one for one in found.trades}


def _is_same(each: Sequence[Plain | None]) -> bool:
    made = [one["left_at"] for one in each if one is not None]
    return len(made) == len(each) and len(set(made)) == 1


def _gains(found: Finding, at: Sequence[str]) -> tuple[float | None, ...]:
    cash = found.terms["cash"]
    known = [100 * (equity / cash - 1) for equity in found.equity]
    places = (bisect_right(found.at, moment) for moment in at)
    return tuple(
        known[place - 1] if place and moment <= found.at[-1] else None
        for place, moment in zip(places, at, strict=True)
    )
