"""What a market besides the stocks shows: an order book, and the last print."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Level = tuple[Decimal, Decimal]
"""A price, and how much stands there: coins, so parts of one count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One moment of it; both sides begin with the best price."""

    symbol: str
    at: int
    bids: Sequence[Level]
    asks: Sequence[Level]
    last: Decimal
    last_size: Decimal
