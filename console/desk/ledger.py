"""Our own ledger: what was held when it began, and every fill since, each counted once.

Fills may be told late and in any order; the ledger is what they make in the order in
which they were made.
"""

import bisect
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from console.domain.fills import Fill
from console.domain.ledger import ZERO, Holding, book, book_all, exchange_day, moment_of
from console.domain.positions import Position
from console.domain.reconciliation import Difference, Subject

SAME_COST = Decimal("0.001")
"""How far, as a fraction, the cost may move in a split: cash is paid for broken shares."""


class Ledger:
    """Our own reckoning of the holdings, to hold against the broker's."""

    def __init__(self) -> None:
        self.holdings: dict[str, Holding] = {}
        """By symbol; flat ones stay, for what they realized."""
        self._base: dict[str, Holding] = {}
        self._fills: dict[str, list[Fill]] = {}
        self._booked: set[str] = set()
        self._revision = 0
        self.is_open = False
        """Whether there is anything to reckon from."""

    def take_up(self, holdings: Mapping[str, Holding], fills: Iterable[Fill]) -> None:
        """Go on from a former desk's holdings, which contain these fills already."""
        self._booked |= {fill.execution_id for fill in fills}
        self._start_from(holdings)

    def begin(self, positions: Iterable[Position], fills: Iterable[Fill]) -> None:
        """Begin with what the broker holds, which contains these fills already.

        Where the fills make the whole position, they tell its cost and its entry; of any
        other position the broker's average is all that is known.
        """
        known = tuple(fills)
        held = {position.symbol: position for position in positions}
        self._booked |= {fill.execution_id for fill in known}
        symbols = held.keys() | {fill.symbol for fill in known}
        self._start_from(
            {
                symbol: _first(symbol, held.get(symbol), [f for f in known if f.symbol == symbol])
                for symbol in symbols
            }
        )

    def book(self, fill: Fill) -> Holding | None:
        """Count a fill; return the holding it makes, None when it was counted before."""
        if fill.execution_id in self._booked:
            return None
        self._booked.add(fill.execution_id)
        symbol, fills = fill.symbol, self._fills.setdefault(fill.symbol, [])
        base = self._base.get(symbol, Holding(symbol=symbol))
        is_late = bool(fills) and moment_of(fill) < moment_of(fills[-1])
        bisect.insort(fills, fill, key=moment_of)
        before = self.holdings.get(symbol, base)
        return self._keep(book_all(base, fills) if is_late else book(before, fill))

    def adopt(self, positions: Iterable[Position]) -> None:
        """Go on from what the broker holds; what was realized and entered stays as it is known."""
        held = {position.symbol: position for position in positions}
        symbols = self.holdings.keys() | held.keys()
        self._start_from({symbol: self._adopted(symbol, held.get(symbol)) for symbol in symbols})

    def learn_costs(self, positions: Iterable[Position]) -> None:
        """Take the broker's average for what we hold, too, and do not know the cost of."""
        for position in positions:
            ours = self.holdings.get(position.symbol)
            if ours is not None and ours.cost is None and ours.qty == position.qty:
                known = self._keep(replace(ours, cost=_cost(position)))
                self._base[position.symbol] = known
                self._fills.pop(position.symbol, None)

    def differences(self, positions: Iterable[Position]) -> dict[str, Difference]:
        """Return, by symbol, where the broker has another quantity than we."""
        theirs = {position.symbol: position for position in positions}
        found = {}
        for symbol in sorted(self.holdings.keys() | theirs.keys()):
            ours = self.holdings.get(symbol, Holding(symbol=symbol))
            difference = _difference(ours, theirs.get(symbol))
            if difference is not None:
                found[symbol] = difference
        return found

    def _adopted(self, symbol: str, theirs: Position | None) -> Holding:
        ours = self.holdings.get(symbol, Holding(symbol=symbol))
        if theirs is None or not theirs.qty:
            return replace(ours, qty=ZERO, cost=ZERO, opened_at=None)
        if theirs.qty == ours.qty and ours.cost is not None:
            return ours
        is_same_side = theirs.qty * ours.qty > 0
        opened_at = ours.opened_at if is_same_side else None
        return replace(ours, qty=theirs.qty, cost=_cost(theirs), opened_at=opened_at)

    def _start_from(self, holdings: Mapping[str, Holding]) -> None:
        for held in holdings.values():
            if held != self.holdings.get(held.symbol):
                self._keep(held)
        self._base, self._fills = dict(self.holdings), {}
        self.is_open = True

    def _keep(self, held: Holding) -> Holding:
        self._revision += 1
        self.holdings[held.symbol] = replace(held, revision=self._revision)
        return self.holdings[held.symbol]

    def to_text(self) -> str:
        """Return the holdings as text that outlives the desk; old days' results are left out."""
        newest = max((h.day for h in self.holdings.values() if h.day), default=None)
        kept = {s: h for s, h in sorted(self.holdings.items()) if h.qty or h.day == newest}
        return json.dumps({symbol: _plain(held) for symbol, held in kept.items()})


def from_text(text: str) -> dict[str, Holding]:
    """Return the holdings that `to_text` wrote. ValueError when it did not."""
    try:
        return {symbol: _read(symbol, told) for symbol, told in json.loads(text).items()}
    except (TypeError, AttributeError, LookupError, InvalidOperation) as error:
        raise ValueError(f"these are no holdings: {text!r}") from error


def holdings_of(positions: Iterable[Position]) -> dict[str, Decimal]:
    """Return the quantities held by symbol."""
    return {position.symbol: position.qty for position in positions if position.qty}


def _first(symbol: str, position: Position | None, fills: list[Fill]) -> Holding:
    held = ZERO if position is None else position.qty
    filled = sum((fill.qty * fill.side.sign for fill in fills), ZERO)
    if held == filled:
        return book_all(Holding(symbol=symbol), fills)
    day = max((exchange_day(fill.at) for fill in fills), default=None)
    return Holding(
        symbol=symbol,
        qty=held,
        cost=ZERO if position is None else _cost(position),
        realized=None if fills else ZERO,
        day=day,
    )


def _difference(ours: Holding, theirs: Position | None) -> Difference | None:
    has = ZERO if theirs is None else theirs.qty
    if ours.qty == has:
        return None
    text = f"Position in {ours.symbol}: we had {ours.qty:f}, the broker has {has:f}."
    if theirs is not None and _is_split(ours, theirs):
        return Difference(
            subject=Subject.SPLIT,
            symbol=ours.symbol,
            text=f"{text} It cost the same: a split.",
            done="The new quantity was taken over; cost and entry stay.",
        )
    return Difference(
        subject=Subject.POSITION,
        symbol=ours.symbol,
        text=text,
        done="The broker's quantity and average were taken over.",
    )


def _is_split(ours: Holding, theirs: Position) -> bool:
    if not ours.cost or ours.qty * theirs.qty <= 0:
        return False
    return abs(_cost(theirs) - ours.cost) <= ours.cost * SAME_COST


def _cost(position: Position) -> Decimal:
    return abs(position.qty) * position.avg_entry_price


def _plain(held: Holding) -> dict[str, str | None]:
    return {
        "qty": str(held.qty),
        "cost": None if held.cost is None else str(held.cost),
        "opened_at": None if held.opened_at is None else held.opened_at.isoformat(),
        "realized": None if held.realized is None else str(held.realized),
        "day": None if held.day is None else held.day.isoformat(),
    }


def _read(symbol: str, told: Any) -> Holding:
    if isinstance(told, str):
        # as desks wrote it before they kept costs
        return Holding(symbol=symbol, qty=Decimal(told), cost=None, realized=None)
    cost, opened_at, realized, day = (
        told[name] for name in ("cost", "opened_at", "realized", "day")
    )
    return Holding(
        symbol=symbol,
        qty=Decimal(told["qty"]),
        cost=None if cost is None else Decimal(cost),
        opened_at=None if opened_at is None else datetime.fromisoformat(opened_at),
        realized=None if realized is None else Decimal(realized),
        day=None if day is None else date.fromisoformat(day),
    )
