"""Which part of each position was entered today, and what for: the gains of a day need both.

A day begins at midnight in New York, as the bars of days do.
"""

from decimal import Decimal

from msgspec.structs import replace

from console.venue.trading.orders import ZERO, Fill
from console.venue.trading.positions import Position, after_fill
from console.venue.wire.timestamps import next_new_york_midnight


class Today:
    """What was entered since midnight; what is sold leaves it and the rest in proportion."""

    def __init__(self) -> None:
        self._entered: dict[str, Position] = {}
        self._ends_at = 0

    def book(self, before: Position | None, fill: Fill) -> None:
        """Take note of a fill, given the position as it stood before."""
        if fill.at >= self._ends_at:
            self._entered.clear()
            self._ends_at = next_new_york_midnight(fill.at)
        signed = fill.side.sign * fill.qty
        entered = self._entered.pop(fill.symbol, None)
        after = after_fill(before, fill)
        if before is None or after is None or (before.qty > 0) != (after.qty > 0):
            entered = after
        elif (before.qty > 0) == (signed > 0):
            entered = after_fill(entered, fill)
        elif entered:
            part = after.qty / before.qty
            entered = replace(entered, qty=entered.qty * part, cost=entered.cost * part)
        if entered:
            self._entered[fill.symbol] = entered

    def split(self, symbol: str, ratio: Decimal) -> None:
        """Turn each share into `ratio` shares."""
        if entered := self._entered.get(symbol):
            self._entered[symbol] = replace(entered, qty=entered.qty * ratio)

    def cost(self, position: Position, close: Decimal | None, now: int) -> Decimal:
        """Return what a position cost by today's reckoning: at the last close if held then."""
        if close is None:
            return position.cost
        entered = self._entered.get(position.symbol) if now < self._ends_at else None
        qty, cost = (entered.qty, entered.cost) if entered else (ZERO, ZERO)
        return (position.qty - qty) * close + cost
