"""The numbers a flatten decides by, with their units and where they come from."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenLimits:
    """How positions are closed. Fractions are of the touch; times are seconds."""

    collar: Decimal = Decimal("0.01")
    """How far through the touch a closing limit reaches, so that it trades at once."""
    reach: Decimal = Decimal("0.05")
    """How far from the first touch a closing limit may ever go: beyond that the market runs,
    and a person must decide again."""
    slice_of_quote: int = 10
    """A closing order is at most this many times what the touch shows, so that it does not
    sweep the book to its collar."""
    most_slices: int = 10
    """A position is closed in no more slices than this, however little the touch shows."""
    reprice_after: float = 5.0
    """Seconds a closing order may rest before it is canceled and priced anew."""
    most_tries: int = 6
    """Closing orders of one position that may end without a fill before it is left."""
    at_once: int = 4
    """Positions that are closed at the same time."""
    quote_patience: float = 5.0
    """Seconds to wait for a quote young enough to price by."""
