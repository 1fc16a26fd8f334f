"""What can be traded, and the price steps it trades in."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

PENNY = Decimal("0.01")
SUB_PENNY = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One tradable instrument as the broker lists it."""

    symbol: str
    name: str
    is_tradable: bool
    is_fractionable: bool = False
    is_shortable: bool = False


def tick_size(price: Decimal) -> Decimal:
    """Return the smallest price step at `price`: a cent from $1 up, 1/100 cent below.

    Source: SEC Rule 612 of Regulation NMS.
    """
    return PENNY if price >= 1 else SUB_PENNY


def is_on_tick(price: Decimal) -> bool:
    """Return whether `price` is a whole number of ticks."""
    return price % tick_size(price) == 0


def to_tick(price: Decimal | float) -> Decimal:
    """Return `price` rounded to the nearest tick (half to even)."""
    exact = Decimal(str(price))
    return exact.quantize(tick_size(exact), rounding=ROUND_HALF_EVEN)
