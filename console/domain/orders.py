"""Orders: what the trader asks for, what the broker holds, what was executed.

An order is always told whole, with cumulative quantities, so the newest telling
of it is all that is ever needed; `newest` says which of two that is.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


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
_RANK = {status: rank for rank, status in enumerate(OrderStatus)}


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

    def __post_init__(self) -> None:
        if not self.qty > 0:
            raise ValueError(f"the quantity must be more than 0, it is {self.qty}")
        for label in ("limit_price", "stop_price", "trail_price", "trail_percent"):
            price: Decimal | None = getattr(self, label)
            if price is not None and not price > 0:
                words = label.replace("_", " ")
                raise ValueError(f"the {words} must be more than 0, it is {price}")
        if self.order_type in _NEEDS_LIMIT and self.limit_price is None:
            raise ValueError(f"a {_words(self.order_type)} order needs a limit price")
        if self.order_type in _NEEDS_STOP and self.stop_price is None:
            raise ValueError(f"a {_words(self.order_type)} order needs a stop price")
        if self.order_type is OrderType.TRAILING_STOP and (
            (self.trail_price is None) == (self.trail_percent is None)
        ):
            raise ValueError("a trailing stop order needs a trail in dollars or in percent")

    def __str__(self) -> str:
        words = [self.side.value, f"{self.qty:f}", self.symbol]
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
        words.append(self.time_in_force.value)
        return " ".join(words)


def dollars(price: Decimal) -> str:
    """Return a price with its cents, and with all its decimals where it has more."""
    whole, _, cents = f"{price:f}".partition(".")
    return f"{whole}.{cents:0<2}" if price.is_finite() else whole


_NEEDS_LIMIT = (OrderType.LIMIT, OrderType.STOP_LIMIT)
_NEEDS_STOP = (OrderType.STOP, OrderType.STOP_LIMIT)


def _words(order_type: OrderType) -> str:
    return order_type.value.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceRequest:
    """New terms for a working order; what is None stays as it is."""

    order: str
    client_order_id: str
    qty: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution of one of our orders."""

    execution_id: str
    order: str
    """The client order id of the order that was executed."""
    symbol: str
    side: Side
    qty: Decimal
    price: Decimal
    at: datetime


def newest(known: Order, told: Order) -> Order:
    """Return the later word on one order, whichever order they arrived in.

    The broker's word beats ours; a closed order stays closed; more filled is
    later; then the broker's own time decides, then how far the life has come.
    This is a maximum over a total order, so repeats and reorderings are harmless.
    """
    if told is known:
        return known
    return told if _lateness(told) > _lateness(known) else known


def _lateness(order: Order) -> tuple[bool, bool, Decimal, datetime, int, str]:
    return (
        _is_the_brokers_word(order),
        order.status.is_closed,
        order.filled_qty,
        order.updated_at,
        _RANK[order.status],
        repr(order),
    )


def _is_the_brokers_word(order: Order) -> bool:
    # An order the broker once named and now denies is absent by the broker's word, not by ours.
    is_denied = order.status is OrderStatus.ABSENT and order.broker_id is not None
    return is_denied or not order.status.is_ours
