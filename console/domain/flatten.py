"""Flatten: what was asked to be closed, and what has become of each position."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from console.domain.positions import Position

LOSS_PERCENT = Decimal(10)
"""A position losing more than this is what `losing` means unless it is said otherwise."""


class Extent(StrEnum):
    """Which positions a flatten closes."""

    ALL = "all"
    LOSING = "losing"
    NAMED = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenRequest:
    """What somebody confirmed: which positions to close, and how."""

    extent: Extent
    symbols: tuple[str, ...] = ()
    """The symbols of a named flatten."""
    loss_percent: Decimal = LOSS_PERCENT
    """The loss, in percent of its cost, over which a position counts as losing."""
    at_market: bool = False
    """Whether market orders are wanted, at any price, rather than limits with a collar."""
    lifts_fence: bool = False
    """Whether the broker-side suspension may be lifted while the positions are closed."""

    def __post_init__(self) -> None:
        if not (self.loss_percent.is_finite() and 0 <= self.loss_percent <= 100):  # noqa: PLR2004 - percent
            raise ValueError(f"the loss must be 0 to 100 percent, it is {self.loss_percent}")

    def __str__(self) -> str:
        words = {
            Extent.ALL: "every position",
            Extent.LOSING: f"positions losing more than {self.loss_percent.normalize():f} %",
            Extent.NAMED: ", ".join(self.symbols),
        }[self.extent]
        return f"{words} at the market's price" if self.at_market else words


class CloseStatus(StrEnum):
    """How far the closing of one position has come."""

    WAITING = "waiting"
    """For its turn, or for a price."""
    FREEING = "freeing"
    """Its own orders are being canceled, and that is being proven."""
    CLOSING = "closing"
    """A closing order is at the broker."""
    CLOSED = "closed"
    """The broker lists nothing of it any more."""
    LEFT = "left"
    """It was not closed, or not all of it: the detail says why."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more is done about it."""
        return self in (CloseStatus.CLOSED, CloseStatus.LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """One position of a flatten."""

    symbol: str
    qty: Decimal
    """What was held when it began, below zero for a short."""
    left_qty: Decimal
    """What is still held as far as is known, with the same sign."""
    status: CloseStatus = CloseStatus.WAITING
    detail: str = ""
    elapsed_ms: float | None = None
    """From the confirmation to the end of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten:
    """One confirmed flatten, and how far it has come."""

    id: str
    what: str
    by: str
    at: datetime
    closings: tuple[Closing, ...] = ()
    is_over: bool = False

    @property
    def left(self) -> tuple[Closing, ...]:
        """The positions that were not closed."""
        return tuple(one for one in self.closings if one.status is CloseStatus.LEFT)

    def __str__(self) -> str:
        closed = sum(one.status is CloseStatus.CLOSED for one in self.closings)
        told = f"{closed} of {len(self.closings)} positions closed"
        if not self.left:
            return told
        return f"{told}; left: " + "; ".join(f"{one.symbol}: {one.detail}" for one in self.left)


def loss_percent(position: Position, price: Decimal) -> Decimal:
    """Return how much of its cost a position has lost at `price`; below zero when it gains."""
    cost = position.avg_entry_price * abs(position.qty)
    return -position.unrealized_pnl(price) / cost * 100 if cost else Decimal(0)
