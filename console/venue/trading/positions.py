"""What an account holds of one symbol, and how a fill changes it."""

from decimal import Decimal

import msgspec

from console.domain.orders import Side
from console.venue.trading.orders import Fill


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A holding: qty below zero is short, and so is then its cost."""

    symbol: str
    qty: Decimal
    cost: Decimal

    @property
    def avg_entry_price(self) -> Decimal:
        """What a share was bought or sold short for, on average."""
        return self.cost / self.qty

    @property
    def side(self) -> str:
        """`long` or `short`."""
        return "long" if self.qty > 0 else "short"


def after_fill(position: Position | None, fill: Fill) -> Position | None:
    """Return the holding after a fill, or None when nothing is left of it."""
    signed = fill.side.sign * fill.qty
    if position is None:
        return Position(symbol=fill.symbol, qty=signed, cost=signed * fill.price)
    qty = position.qty + signed
    if qty == 0:
        return None
    if (position.qty > 0) == (signed > 0):
        return Position(symbol=fill.symbol, qty=qty, cost=position.cost + signed * fill.price)
    if (position.qty > 0) == (qty > 0):
        cost = qty * position.avg_entry_price
        return Position(symbol=fill.symbol, qty=qty, cost=cost)
    return Position(symbol=fill.symbol, qty=qty, cost=qty * fill.price)


def closing_side(position: Position) -> Side:
    """Return the side that makes a holding flat."""
    return Side.SELL if position.qty > 0 else Side.BUY
