"""The exchange's own orders and fills: whole, immutable, and written to the books as they are.

Times are nanoseconds of the venue's clock. An order changes by being replaced
with its next telling; nobody holds one that changes under him. They hold nothing
that could hold them, so the garbage collector need not look at them (`gc=False`).
"""

from decimal import Decimal
from enum import StrEnum

import msgspec

from console.domain.orders import OrderStatus, OrderType, Side, TimeInForce

ZERO = Decimal(0)
FRACTION = Decimal("0.000000001")
"""The smallest part of a share that trades."""


class Intent(StrEnum):
    """What an order does to the position, as the account stood when it came."""

    BUY_TO_OPEN = "buy_to_open"
    BUY_TO_CLOSE = "buy_to_close"
    SELL_TO_OPEN = "sell_to_open"
    SELL_TO_CLOSE = "sell_to_close"

    @property
    def opens(self) -> bool:
        """Whether it needs buying power."""
        return self in (Intent.BUY_TO_OPEN, Intent.SELL_TO_OPEN)


class OrderClass(StrEnum):
    """Whether an order stands alone or brings others that depend on it."""

    SIMPLE = ""
    BRACKET = "bracket"
    OCO = "oco"
    OTO = "oto"


class Role(StrEnum):
    """What an order is among those that came with it."""

    ENTRY = "entry"
    TAKE_PROFIT = "take_profit"
    STOP_LOSS = "stop_loss"


class Exits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where the orders that come with another one get out: limit, stop, and the stop's limit."""

    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    stop_loss_limit: Decimal | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What was asked for: `qty` in shares or `notional` in dollars, never both."""

    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    client_order_id: str
    qty: Decimal | None = None
    notional: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    extended_hours: bool = False
    order_class: OrderClass = OrderClass.SIMPLE
    exits: Exits | None = None
    intent: Intent | None = None
    """What the client says the order does to the position, if it says so."""


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order"):
    """One order and how far it has come."""

    id: str
    seq: int
    """Time priority: who came first has the lower number."""
    terms: Terms
    intent: Intent
    status: OrderStatus
    created_at: int
    submitted_at: int
    updated_at: int
    reserve_price: Decimal = ZERO
    """Dollars of buying power each open share holds; 0 for an order that closes."""
    filled_qty: Decimal = ZERO
    filled_notional: Decimal = ZERO
    hwm: Decimal | None = None
    """Best price since a trailing stop came: highest for a sell, lowest for a buy."""
    is_triggered: bool = False
    filled_at: int | None = None
    canceled_at: int | None = None
    expired_at: int | None = None
    expires_at: int | None = None
    failed_at: int | None = None
    replaced_at: int | None = None
    replaced_by: str | None = None
    replaces: str | None = None
    group_id: str | None = None
    """What the orders of one bracket, OCO or OTO share, replacements included."""
    role: Role | None = None
    parent_id: str | None = None
    """For a leg, the order it came with."""

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return not self.status.is_closed

    @property
    def leaves_qty(self) -> Decimal:
        """Shares that may still fill; 0 for an order in dollars, see `wants`."""
        return self.terms.qty - self.filled_qty if self.terms.qty is not None else ZERO

    @property
    def avg_price(self) -> Decimal | None:
        """What a share cost on average, or None before the first fill."""
        return self.filled_notional / self.filled_qty if self.filled_qty else None

    @property
    def reserved(self) -> Decimal:
        """The buying power it holds."""
        if not self.is_open or not self.intent.opens:
            return ZERO
        if self.terms.notional is not None:
            return self.terms.notional - self.filled_notional
        return self.leaves_qty * self.reserve_price

    @property
    def is_waiting(self) -> bool:
        """Whether it is a stop that has not been set off."""
        return self.stop_price is not None and not self.is_triggered

    @property
    def stop_price(self) -> Decimal | None:
        """Where it is set off: as asked, or trailing the best price."""
        if self.terms.type is not OrderType.TRAILING_STOP:
            return self.terms.stop_price
        if self.hwm is None:
            return None
        trail = self.terms.trail_price
        if trail is None:
            trail = self.hwm * (self.terms.trail_percent or ZERO) / 100
        return tick_rounded(self.hwm + self.terms.side.sign * trail)

    @property
    def worst_price(self) -> Decimal | None:
        """The highest price it buys at or the lowest it sells at; None for any price.

        A buy stop that was set off is a limit 4 % (below $50) or 2.5 % over its stop.
        """
        if self.terms.limit_price is not None:
            return self.terms.limit_price
        stop = self.terms.stop_price
        if stop is None or self.terms.side is Side.SELL:
            return None
        collar = Decimal("1.04") if stop < 50 else Decimal("1.025")  # noqa: PLR2004 - Alpaca's rule
        return tick_rounded(stop * collar)

    def wants(self, price: Decimal) -> Decimal:
        """Return how many shares it would still take at `price`."""
        if self.terms.notional is None:
            return self.leaves_qty
        return ((self.terms.notional - self.filled_notional) / price).quantize(
            FRACTION, rounding="ROUND_DOWN"
        )

    def filled(self, qty: Decimal, price: Decimal, now: int) -> tuple["Order", Decimal]:
        """Return the order after a fill, and what it would still take at that price."""
        leaves = self.wants(price) - qty
        is_ending = self.status is OrderStatus.PENDING_CANCEL
        status = self.status if is_ending else OrderStatus.PARTIALLY_FILLED
        changed = msgspec.structs.replace(
            self,
            filled_qty=self.filled_qty + qty,
            filled_notional=self.filled_notional + qty * price,
            status=status if leaves else OrderStatus.FILLED,
            filled_at=self.filled_at if leaves else now,
            updated_at=now,
        )
        return changed, leaves

    def accepts(self, price: Decimal) -> bool:
        """Whether it may trade at `price`."""
        worst = self.worst_price
        if worst is None:
            return True
        return price <= worst if self.terms.side is Side.BUY else price >= worst


class Fill(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="fill"):
    """One execution: `qty` is never below zero, `side` says which way."""

    id: str
    order_id: str
    symbol: str
    side: Side
    qty: Decimal
    price: Decimal
    at: int
    cum_qty: Decimal
    leaves_qty: Decimal
    position_qty: Decimal
    is_short_sale: bool = False


class EventKind(StrEnum):
    """What happened to an order, in the trading stream's words."""

    ACCEPTED = "accepted"
    PENDING_NEW = "pending_new"
    NEW = "new"
    HELD = "held"
    RESTATED = "restated"
    PARTIAL_FILL = "partial_fill"
    FILL = "fill"
    PENDING_CANCEL = "pending_cancel"
    CANCELED = "canceled"
    EXPIRED = "expired"
    CANCEL_REJECTED = "order_cancel_rejected"
    REPLACED = "replaced"
    REPLACE_REJECTED = "order_replace_rejected"
    PENDING_REPLACE = "pending_replace"
    REJECTED = "rejected"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    CALCULATED = "calculated"
    DONE_FOR_DAY = "done_for_day"
    TRADE_BUST = "trade_bust"
    TRADE_CORRECT = "trade_correct"


class OrderEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One change of one order, with the order as it then stood."""

    kind: EventKind
    order: Order
    at: int
    position_qty: Decimal
    fill: Fill | None = None

    @property
    def is_told(self) -> bool:
        """Whether the trading stream tells it; that a new order is pending is in the answer."""
        return self.kind is not EventKind.PENDING_NEW or self.at > self.order.submitted_at


def price_tick(price: Decimal) -> Decimal:
    """Return the smallest price step at `price`: a cent from one dollar up, else 0.0001."""
    return Decimal("0.01") if price >= 1 else Decimal("0.0001")


def tick_rounded(price: Decimal) -> Decimal:
    """Return the nearest price the exchange quotes."""
    return price.quantize(price_tick(price))
