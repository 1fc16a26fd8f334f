"""Whether a working order can be replaced, by what it is and what is to change."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from console.domain.orders import LegRole, Order, OrderClass, OrderStatus
from console.domain.receipts import Outcome, Receipt

UNSETTLED = frozenset(
    {
        OrderStatus.ACCEPTED,
        OrderStatus.PENDING_NEW,
        OrderStatus.PENDING_CANCEL,
        OrderStatus.PENDING_REPLACE,
    }
)
"""States in which Alpaca refuses to replace an order."""
TRAILS = (
    ("trail_price", "trail_percent", "percent"),
    ("trail_percent", "trail_price", "dollars"),
)
"""A new trail, the other kind, and how that is said: Alpaca changes only the number."""


def not_replaceable(order: Order, terms: Mapping[str, object]) -> Receipt | None:
    """Return why an order cannot be given these terms, every reason at once; None if it can."""
    words = order.status.value.replace("_", " ")
    if order.status.is_closed:
        return _deny(f"{order.request} is {words} already; nothing was replaced.")
    if order.broker_id is None or order.status.is_ours or order.status in UNSETTLED:
        return _deny(f"{order.request} is {words}; it can be replaced once it is working.")
    reasons = list(_reasons(order, terms))
    return _deny(" ".join(reasons)) if reasons else None


def _reasons(order: Order, terms: Mapping[str, object]) -> Iterator[str]:
    request, qty = order.request, terms.get("qty")
    if isinstance(qty, Decimal) and qty <= order.filled_qty:
        yield f"{order.filled_qty:f} are filled already; the new quantity must be more."
    if request.notional is not None:
        yield "An order for dollars cannot be replaced: cancel it and write a new one."
    yield from _price_it_has_not(order, terms)
    kind = request.order_class
    if kind is OrderClass.SIMPLE:
        return
    if kind is OrderClass.OTO and order.is_leg:
        yield "The exit of an OTO cannot be replaced: cancel it and write a new one."
    if order.role is LegRole.ENTRY and order.filled_qty:
        yield "Its exits belong to what is filled already: it cannot be replaced any more."
    if "qty" in terms or "time_in_force" in terms:
        yield (
            f"The orders of {_a(kind)} have one quantity and one life: only prices can be replaced."
        )


def _price_it_has_not(order: Order, terms: Mapping[str, object]) -> Iterator[str]:
    for name, other, kind in TRAILS:
        if name in terms and getattr(order.request, other) is not None:
            yield f"{order.request} trails in {kind}, and goes on to: write its new trail so."
            return
    for name in ("limit_price", "stop_price", "trail_price", "trail_percent"):
        if name in terms and getattr(order.request, name) is None:
            word = "trail" if name.startswith("trail") else name.replace("_", " ")
            yield f"{order.request} has no {word}: cancel it and write a new order."


def _a(kind: OrderClass) -> str:
    return "a bracket" if kind is OrderClass.BRACKET else f"an {kind.value.upper()}"


def _deny(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)
