"""The numbers a flatten decides by, with their units and where they come from."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from console.domain.ranges import Within


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenLimits:
    """How positions are closed. Fractions are of the touch; times are seconds."""

    collar: Annotated[Decimal, Within("fraction", 0, 0.5)] = Decimal("0.01")
    """How far through the touch a closing limit reaches, so that it trades at once."""
    reach: Annotated[Decimal, Within("fraction", 0.001, 0.5)] = Decimal("0.05")
    """How far from the first touch a closing limit may ever go: beyond that the market runs,
    and a person must decide again."""
    slice_of_quote: Annotated[int, Within("times", 1, 1_000)] = 10
    """A closing order is at most this many times what the touch shows, so that it does not
    sweep the book to its collar."""
    most_slices: Annotated[int, Within("slices", 1, 1_000)] = 10
    """A position is closed in no more slices than this, however little the touch shows."""
    reprice_after: Annotated[float, Within("s", 0.5, 120)] = 5.0
    """Seconds a closing order may rest before it is canceled and priced anew."""
    most_tries: Annotated[int, Within("orders", 1, 100)] = 6
    """Closing orders of one position that may end without a fill before it is left."""
    at_once: Annotated[int, Within("positions", 1, 4)] = 4
    """Positions that are closed at the same time."""
    positions_lag: Annotated[float, Within("s", 0.1, 60)] = 5.0
    """Seconds the broker's list of holdings is taken to lag behind a fill at most: until then
    a fill of a canceled stop is subtracted from what the list says. The broker publishes no
    figure."""
    quote_patience: Annotated[float, Within("s", 0.5, 60)] = 5.0
    """Seconds to wait for a quote young enough to price by."""
