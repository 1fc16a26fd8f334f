"""The commands a trader can write, before they have become orders."""

from dataclasses import dataclass
from decimal import Decimal

from console.domain.alerts import Direction
from console.domain.orders import OrderType, Side, TimeInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An order the trader is filling in; without a limit price it is priced at the touch."""

    symbol: str
    side: Side
    qty: Decimal
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None


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
    time_in_force: TimeInForce | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatCommand:
    """Cancel the working orders of one symbol and close its position."""

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
    | AlertCommand
    | UnalertCommand
    | WatchCommand
)
