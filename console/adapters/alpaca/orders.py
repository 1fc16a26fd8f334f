"""Orders, both ways: the desk's words to Alpaca's wire and back.

Reading is tolerant, for one strange order must not hide the others: what has no
word here becomes the most cautious one that has, and the order's `reason` says so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any, TypeVar

from console.adapters.alpaca.outside import (
    Garbled,
    decimal,
    moment,
    needed_moment,
    plain,
    row,
    rows,
)
from console.adapters.alpaca.pairs import symbol_of
from console.domain.orders import (
    LegRole,
    Order,
    OrderClass,
    OrderRequest,
    OrderStatus,
    OrderType,
    ReplaceRequest,
    Side,
    TimeInForce,
)

STATUS: Mapping[str, OrderStatus] = {
    "accepted": OrderStatus.ACCEPTED,
    "pending_new": OrderStatus.PENDING_NEW,
    "pending_review": OrderStatus.PENDING_NEW,
    "accepted_for_bidding": OrderStatus.ACCEPTED_FOR_BIDDING,
    "held": OrderStatus.HELD,
    "new": OrderStatus.NEW,
    "partially_filled": OrderStatus.PARTIALLY_FILLED,
    "stopped": OrderStatus.STOPPED,
    "suspended": OrderStatus.SUSPENDED,
    "calculated": OrderStatus.CALCULATED,
    "done_for_day": OrderStatus.DONE_FOR_DAY,
    "pending_replace": OrderStatus.PENDING_REPLACE,
    "pending_cancel": OrderStatus.PENDING_CANCEL,
    "rejected": OrderStatus.REJECTED,
    "expired": OrderStatus.EXPIRED,
    "canceled": OrderStatus.CANCELED,
    "replaced": OrderStatus.REPLACED,
    "filled": OrderStatus.FILLED,
}
TYPE: Mapping[str, OrderType] = {theirs.value: theirs for theirs in OrderType}
TIME_IN_FORCE: Mapping[str, TimeInForce] = {theirs.value: theirs for theirs in TimeInForce}
SIDE: Mapping[str, Side] = {
    "buy": Side.BUY,
    "sell": Side.SELL,
    "sell_short": Side.SELL,
}

CLASS: Mapping[str, OrderClass] = {theirs.value: theirs for theirs in OrderClass} | {
    "": OrderClass.SIMPLE,
    "mleg": OrderClass.SIMPLE,
}
ROLE: Mapping[str, LegRole] = {theirs.value: theirs for theirs in LegRole}
PARENT_ID, PARENT_IS_OURS = "parent_id", "parent_is_ours"
"""Under these a leg's row says whose leg it is, once it stands beside its parent."""

SMALLEST_QTY = Decimal("0.000000001")
"""Stands for a quantity above zero that nobody has told, as of an order for an amount of money."""
NO_SYMBOL = "—"

T = TypeVar("T")

IsOurs = Callable[[str], bool]
"""Whether a client order id is one this desk gives."""


def submission(request: OrderRequest) -> dict[str, Any]:
    """Return the body that places an order; numbers travel as exact text."""
    body: dict[str, Any] = {
        "symbol": request.symbol,
        "side": request.side.value,
        "type": request.order_type.value,
        "time_in_force": request.time_in_force.value,
        "client_order_id": request.client_order_id,
    }
    if request.extended_hours:
        body["extended_hours"] = True
    is_oco = request.order_class is OrderClass.OCO  # its limit is that of its take-profit
    prices = () if is_oco else ("limit_price", "stop_price", "trail_price", "trail_percent")
    size = "qty" if request.notional is None else "notional"
    return body | _numbers(request, (size, *prices)) | _exits(request)


def _exits(request: OrderRequest) -> dict[str, Any]:
    """Return the order class and the exits that make it; nothing for a simple order."""
    if request.order_class is OrderClass.SIMPLE:
        return {}
    body: dict[str, Any] = {"order_class": request.order_class.value}
    if request.take_profit is not None:
        body["take_profit"] = {"limit_price": f"{request.take_profit:f}"}
    if request.stop_loss is not None:
        body["stop_loss"] = {"stop_price": f"{request.stop_loss:f}"}
    if request.stop_loss_limit is not None:
        body.setdefault("stop_loss", {})["limit_price"] = f"{request.stop_loss_limit:f}"
    return body


def replacement(request: ReplaceRequest) -> dict[str, Any]:
    """Return the body that changes an order; what stays as it is is not mentioned."""
    body: dict[str, Any] = {"client_order_id": request.client_order_id}
    if request.time_in_force is not None:
        body["time_in_force"] = request.time_in_force.value
    trail = request.trail_price if request.trail_percent is None else request.trail_percent
    if trail is not None:
        body["trail"] = f"{trail:f}"  # dollars or percent: whichever the order has
    return body | _numbers(request, ("qty", "limit_price", "stop_price"))


def _numbers(request: OrderRequest | ReplaceRequest, names: Iterable[str]) -> dict[str, str]:
    told = ((name, getattr(request, name)) for name in names)
    return {name: f"{number:f}" for name, number in told if number is not None}


def orders(told: object, is_ours: IsOurs) -> list[Order]:
    """Return every order of a list, legs after the order they belong to."""
    return [order(each, is_ours) for each in flattened(rows(told), is_ours)]


def flattened(told: Iterable[dict[str, Any]], is_ours: IsOurs) -> list[dict[str, Any]]:
    """Return the orders with their legs as rows of their own, which say whose they are."""
    flat = list[dict[str, Any]]()
    for each in told:
        flat.append(each | {"legs": None} if each.get("legs") else each)
        flat.extend(flattened(_legs(each, is_ours), is_ours))
    return flat


def _legs(parent: dict[str, Any], is_ours: IsOurs) -> list[dict[str, Any]]:
    key = plain(parent.get("client_order_id"))
    tied = {PARENT_ID: parent.get("id"), PARENT_IS_OURS: is_ours(key)}
    return [leg | tied for leg in rows(parent.get("legs") or [])]


def ties(said: dict[str, Any]) -> dict[str, Any]:
    """Return what a row says of whose leg it is."""
    return {name: said[name] for name in (PARENT_ID, PARENT_IS_OURS) if name in said}


def order(told: object, is_ours: IsOurs) -> Order:
    """Return one order as the broker holds it, with the legs told along with it.

    Raises:
        Garbled: when it has no identity, or its numbers and times are no such thing.
    """
    said = row(told)
    broker_id = plain(said.get("id"))
    client_order_id = plain(said.get("client_order_id")) or broker_id
    if not broker_id:
        raise Garbled("an order without an id")
    notes = list[str]()
    submitted_at = needed_moment(said, "submitted_at", "created_at", "updated_at")
    filled_qty = abs(decimal(said.get("filled_qty")) or Decimal(0))
    request = _request(said, client_order_id, filled_qty, notes)
    return Order(
        request=request,
        status=_word(said, "status", STATUS, OrderStatus.SUSPENDED, notes),
        updated_at=moment(said.get("updated_at")) or submitted_at,
        submitted_at=submitted_at,
        broker_id=broker_id,
        filled_qty=filled_qty,
        filled_avg_price=_above_zero(said, "filled_avg_price"),
        replaces=plain(said.get("replaces")) or None,
        replaced_by=plain(said.get("replaced_by")) or None,
        is_foreign=not (said.get(PARENT_IS_OURS) is True or is_ours(client_order_id)),
        reason="; ".join([*_refusal(said), *notes]),
        group=plain(said.get("group_id")) or None,
        parent=plain(said.get(PARENT_ID)) or None,
        role=_role(said, request),
        legs=tuple(order(leg, is_ours) for leg in _legs(said, is_ours)),
    )


def _role(said: dict[str, Any], request: OrderRequest) -> LegRole | None:
    """Return what an order does in its group: in Alpaca's word, else as its prices tell."""
    told = said.get("group_role")
    if isinstance(told, str) and told in ROLE:
        return ROLE[told]
    if said.get(PARENT_ID):
        is_stop = request.stop_price is not None
        return LegRole.STOP_LOSS if is_stop else LegRole.TAKE_PROFIT
    if not said.get("legs") or request.order_class is OrderClass.SIMPLE:
        return None
    is_oco = request.order_class is OrderClass.OCO
    return LegRole.TAKE_PROFIT if is_oco else LegRole.ENTRY


def _refusal(said: dict[str, Any]) -> list[str]:
    words = plain(said.get("reject_reason") or said.get("reason"))
    return [words] if words else []


def _request(
    said: dict[str, Any], client_order_id: str, filled_qty: Decimal, notes: list[str]
) -> OrderRequest:
    prices = _Prices.of(said)
    order_type = prices.order_type(said, notes)
    is_trailing = order_type is OrderType.TRAILING_STOP
    return OrderRequest(
        client_order_id=client_order_id,
        symbol=symbol_of(said) or NO_SYMBOL,
        side=_word(said, "side", SIDE, Side.BUY, notes),
        qty=_qty(said, prices, filled_qty, notes),
        order_type=order_type,
        time_in_force=_word(said, "time_in_force", TIME_IN_FORCE, TimeInForce.DAY, notes),
        limit_price=prices.limit,
        stop_price=prices.stop,
        trail_price=prices.trail_price if is_trailing else None,
        trail_percent=prices.trail_percent if is_trailing and not prices.trail_price else None,
        extended_hours=said.get("extended_hours") is True,
        notional=_above_zero(said, "notional") if not _above_zero(said, "qty") else None,
        order_class=CLASS.get(str(said.get("order_class") or ""), OrderClass.SIMPLE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prices:
    """The prices an order was told with; one that is not above zero counts as not told."""

    limit: Decimal | None
    stop: Decimal | None
    trail_price: Decimal | None
    trail_percent: Decimal | None

    @classmethod
    def of(cls, said: dict[str, Any]) -> "_Prices":
        return cls(
            limit=_above_zero(said, "limit_price"),
            stop=_above_zero(said, "stop_price"),
            trail_price=_above_zero(said, "trail_price"),
            trail_percent=_above_zero(said, "trail_percent"),
        )

    def order_type(self, said: dict[str, Any], notes: list[str]) -> OrderType:
        """Return the type that was told, or the one that the prices told make."""
        name = said.get("type") or said.get("order_type")
        told = TYPE.get(name) if isinstance(name, str) else None
        if told is not None and self._suffice(told):
            return told
        notes.append(f"its type is {plain(name, 40)!r} at the broker")
        if self.trail_price or self.trail_percent:
            return OrderType.TRAILING_STOP
        if self.stop:
            return OrderType.STOP_LIMIT if self.limit else OrderType.STOP
        return OrderType.LIMIT if self.limit else OrderType.MARKET

    def _suffice(self, order_type: OrderType) -> bool:
        match order_type:
            case OrderType.MARKET:
                return True
            case OrderType.LIMIT:
                return self.limit is not None
            case OrderType.STOP:
                return self.stop is not None
            case OrderType.STOP_LIMIT:
                return self.limit is not None and self.stop is not None
            case OrderType.TRAILING_STOP:
                return self.trail_price is not None or self.trail_percent is not None


def _qty(said: dict[str, Any], prices: _Prices, filled_qty: Decimal, notes: list[str]) -> Decimal:
    """Return the quantity; of an order for an amount of money, what that comes to.

    Without a price to reckon with, it is what was filled, or SMALLEST_QTY.
    """
    if qty := _above_zero(said, "qty"):
        return max(qty, filled_qty)
    notional = _above_zero(said, "notional")
    if notional is None:
        notes.append("the broker told no quantity")
        return max(filled_qty, SMALLEST_QTY)
    notes.append(f"for ${notional:f}, its quantity follows from its price")
    price = prices.limit or _above_zero(said, "filled_avg_price")
    if price is None:
        return max(filled_qty, SMALLEST_QTY)
    return max(filled_qty, (notional / price).quantize(SMALLEST_QTY, ROUND_UP))


def _above_zero(said: dict[str, Any], name: str) -> Decimal | None:
    number = decimal(said.get(name))
    return number if number is not None and number > 0 else None


def _word(
    said: dict[str, Any], name: str, table: Mapping[str, T], otherwise: T, notes: list[str]
) -> T:
    told = said.get(name)
    if isinstance(told, str) and told in table:
        return table[told]
    notes.append(f"its {name.replace('_', ' ')} is {plain(told, 40)!r} at the broker")
    return otherwise
