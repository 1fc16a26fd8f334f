"""Orders: what the trader asks for, and what the broker holds.

An order is always told whole, with cumulative quantities, so the newest telling
of it is all that is ever needed; `console.domain.tellings` says which of two that is.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from console.domain.prices import dollars


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The side that undoes this one."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """How an order is priced."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"


class TimeInForce(StrEnum):
    """How long an order stays working."""

    DAY = "day"
    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    OPG = "opg"
    CLS = "cls"


class OrderClass(StrEnum):
    """Which orders come with an order and share its fate."""

    SIMPLE = "simple"
    """An order alone."""
    BRACKET = "bracket"
    """An entry with a take-profit and a stop-loss, held until it is filled."""
    OCO = "oco"
    """A take-profit and a stop-loss of a holding; one cancels the other."""
    OTO = "oto"
    """An entry with one of the two exits, held until it is filled."""


class LegRole(StrEnum):
    """What an order of a bracket, OCO or OTO is there for."""

    ENTRY = "entry"
    TAKE_PROFIT = "take_profit"
    STOP_LOSS = "stop_loss"


class OrderStatus(StrEnum):
    """Where an order is in its life.

    The first three are the desk's own word, before the broker has spoken; the
    rest are the broker's, with the values of its wire.
    """

    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    ABSENT = "absent"

    ACCEPTED = "accepted"
    PENDING_NEW = "pending_new"
    ACCEPTED_FOR_BIDDING = "accepted_for_bidding"
    HELD = "held"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    CALCULATED = "calculated"
    DONE_FOR_DAY = "done_for_day"
    PENDING_REPLACE = "pending_replace"
    PENDING_CANCEL = "pending_cancel"

    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELED = "canceled"
    REPLACED = "replaced"
    FILLED = "filled"

    @property
    def is_ours(self) -> bool:
        """Whether this is the desk's word and not yet the broker's."""
        return self in _OURS

    @property
    def is_closed(self) -> bool:
        """Whether nothing more can happen to the order."""
        return self in _CLOSED


_OURS = frozenset({OrderStatus.IN_FLIGHT, OrderStatus.UNKNOWN, OrderStatus.ABSENT})
_CLOSED = frozenset(
    {
        OrderStatus.ABSENT,
        OrderStatus.REJECTED,
        OrderStatus.EXPIRED,
        OrderStatus.CANCELED,
        OrderStatus.REPLACED,
        OrderStatus.FILLED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order as the trader wants it; `client_order_id` names it for ever."""

    client_order_id: str
    symbol: str
    side: Side
    qty: Decimal
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    extended_hours: bool = False
    notional: Decimal | None = None
    """Dollars to trade for; then the broker finds the quantity, and `qty` is the most it can be."""
    order_class: OrderClass = OrderClass.SIMPLE
    take_profit: Decimal | None = None
    """Limit price of the exit that takes the profit."""
    stop_loss: Decimal | None = None
    """Stop price of the exit that ends the loss."""
    stop_loss_limit: Decimal | None = None
    """Limit price of that exit; without one it sells at the market."""

    def __post_init__(self) -> None:
        if not self.qty > 0:
            raise ValueError(f"the quantity must be more than 0, it is {self.qty}")
        for label in _ABOVE_ZERO:
            price: Decimal | None = getattr(self, label)
            if price is not None and not price > 0:
                words = label.replace("_", " ")
                raise ValueError(f"the {words} must be more than 0, it is {price}")
        kind = self.order_type.value.replace("_", " ")
        if self.order_type in _NEEDS_LIMIT and self.limit_price is None:
            raise ValueError(f"a {kind} order needs a limit price")
        if self.order_type in _NEEDS_STOP and self.stop_price is None:
            raise ValueError(f"a {kind} order needs a stop price")
        if self.order_type is OrderType.TRAILING_STOP and (
            (self.trail_price is None) == (self.trail_percent is None)
        ):
            raise ValueError("a trailing stop order needs a trail in dollars or in percent")

    @property
    def has_exits(self) -> bool:
        """Whether it names a take-profit or a stop-loss."""
        return self.take_profit is not None or self.stop_loss is not None

    def __str__(self) -> str:
        qty = f"{self.qty:f}" if self.notional is None else f"${self.notional:f}"
        words = [self.side.value, qty, self.symbol, *self._prices(), *self._exits()]
        words.append(self.time_in_force.value)
        if self.extended_hours:
            words.append("ext")
        return " ".join(words)

    def _prices(self) -> list[str]:
        if self.order_class is OrderClass.OCO and self.take_profit is not None:
            return []
        words = list[str]()
        if self.order_type is OrderType.MARKET:
            words.append("mkt")
        if self.stop_price is not None:
            words += ["stop", dollars(self.stop_price)]
        if self.limit_price is not None:
            words += ["@", dollars(self.limit_price)]
        if self.trail_price is not None:
            words += ["trail", dollars(self.trail_price)]
        if self.trail_percent is not None:
            words += ["trail", f"{self.trail_percent:f}%"]
        return words

    def _exits(self) -> list[str]:
        words = list[str]()
        if self.order_class is OrderClass.OCO or (
            self.order_class is not OrderClass.SIMPLE and not self.has_exits
        ):
            words.append(self.order_class.value)
        if self.take_profit is not None:
            words += ["tp", dollars(self.take_profit)]
        if self.stop_loss is not None:
            limit = "" if self.stop_loss_limit is None else f"/{dollars(self.stop_loss_limit)}"
            words += ["sl", f"{dollars(self.stop_loss)}{limit}"]
        return words


_ABOVE_ZERO = (
    "limit_price",
    "stop_price",
    "trail_price",
    "trail_percent",
    "notional",
    "take_profit",
    "stop_loss",
    "stop_loss_limit",
)
_NEEDS_LIMIT = (OrderType.LIMIT, OrderType.STOP_LIMIT)
_NEEDS_STOP = (OrderType.STOP, OrderType.STOP_LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceRequest:
    """New terms for a working order; what is None stays as it is."""

    order: str
    client_order_id: str
    qty: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    time_in_force: TimeInForce | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the broker holds it, or as the desk knows it before that."""

    request: OrderRequest
    status: OrderStatus
    updated_at: datetime
    submitted_at: datetime
    broker_id: str | None = None
    filled_qty: Decimal = Decimal(0)
    filled_avg_price: Decimal | None = None
    replaces: str | None = None
    """The broker's id of the order this one took the place of."""
    replaced_by: str | None = None
    is_foreign: bool = False
    """Whether another program, not this desk, placed it."""
    reason: str = ""
    """The broker's words on a rejection, as it said them."""
    group: str | None = None
    """The broker's name for the orders of one bracket, OCO or OTO."""
    parent: str | None = None
    """The broker's id of the order that this one is a leg of."""
    role: LegRole | None = None
    """What it does in its group."""
    legs: "tuple[Order, ...]" = ()
    """Legs that were told along with it; in the state each stands for itself."""

    @property
    def is_leg(self) -> bool:
        """Whether it came with another order, and the trader placed only that one."""
        if self.parent is not None or self.role is LegRole.STOP_LOSS:
            return True
        is_head = self.request.order_class is OrderClass.OCO
        return self.role is LegRole.TAKE_PROFIT and not is_head

    @property
    def is_group_exit(self) -> bool:
        """Whether it is one of the exits of which only one can trade."""
        is_oco = self.request.order_class is OrderClass.OCO
        return is_oco or self.is_leg or self.role is LegRole.TAKE_PROFIT

    @property
    def key(self) -> str:
        """The client order id: unique over all orders of the account."""
        return self.request.client_order_id

    @property
    def is_open(self) -> bool:
        """Whether it may still trade; an unknown order counts as open."""
        return not self.status.is_closed

    @property
    def leaves_qty(self) -> Decimal:
        """How much may still fill."""
        if self.status.is_closed:
            return Decimal(0)
        return self.request.qty - self.filled_qty
