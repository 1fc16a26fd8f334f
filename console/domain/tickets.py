"""The commands a trader can write, before they have become orders."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from console.domain.alerts import Direction
from console.domain.orders import OrderClass, OrderType, Side, TimeInForce


class Intent(StrEnum):
    """What a sale or a purchase must not turn out to be something else than."""

    SHORT = "short"
    """Open or add to a short position: nothing may be held."""
    COVER = "cover"
    """Buy back what is short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An order the trader is filling in; without a limit price it is priced at the touch.

    Its size is one of `qty`, `notional`, `portion` and `risk_percent`.
    """

    symbol: str
    side: Side
    qty: Decimal | None = None
    notional: Decimal | None = None
    """Dollars to trade for."""
    portion: Decimal | None = None
    """Percent of what is held."""
    risk_percent: Decimal | None = None
    """Percent of the equity that is lost between the entry and the stop-loss."""
    intent: Intent | None = None
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    extended_hours: bool = False
    order_class: OrderClass = OrderClass.SIMPLE
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    stop_loss_limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCommand:
    """Cancel the working orders of `target`: a symbol, an order's short number, or `all`."""

    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceCommand:
    """New terms for the one working order of `target`: a symbol or an order's short number."""

    target: str
    qty: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    time_in_force: TimeInForce | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatCommand:
    """Cancel the working orders of one symbol and close its position."""

    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitCommand:
    """Free what own orders hold of a position, close it, and protect it again if that fails."""

    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCommand:
    """Tell me when a price crosses a level."""

    symbol: str
    direction: Direction
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UnalertCommand:
    """Take back the price alerts of a symbol: all of them, or the one at `price`."""

    symbol: str
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchCommand:
    """Put a symbol on the watchlist, or take it off."""

    symbol: str
    is_watched: bool


Command = (
    Ticket
    | CancelCommand
    | ReplaceCommand
    | FlatCommand
    | ExitCommand
    | AlertCommand
    | UnalertCommand
    | WatchCommand
)
