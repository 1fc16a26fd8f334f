"""What may be replaced, and the terms of the order that takes the place.

Shares already filled stay with the old order: the new one asks for what is left.
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from console.domain.orders import OrderStatus
from console.venue.trading.asset_classes import AssetClass, class_of
from console.venue.trading.order_shapes import check_terms
from console.venue.trading.orders import Order, Role, Terms
from console.venue.trading.rejections import malformed, unprocessable

NOT_YET_THERE = (
    OrderStatus.ACCEPTED,
    OrderStatus.PENDING_NEW,
    OrderStatus.PENDING_CANCEL,
    OrderStatus.PENDING_REPLACE,
)


def check_replaceable(order: Order) -> None:
    """Check that an order works and can be replaced.

    Raises:
        Rejection: when it is closed, not yet working, or asks for dollars.
    """
    if not order.is_open:
        raise unprocessable("unable to replace order, order is not open")
    if order.status in NOT_YET_THERE:
        raise malformed("unable to replace order, order isn't sent to exchange yet")
    if order.terms.notional is not None:
        raise unprocessable("unable to replace order, notional orders cannot be replaced")


def check_qty_change(order: Order, changes: Mapping[str, object]) -> None:
    """Check that a change of qty is one of whole shares.

    Raises:
        Rejection: for parts of a share; those of a coin may change.
    """
    qty, old = changes.get("qty"), order.terms.qty
    if not isinstance(qty, Decimal) or old is None or qty == old:
        return
    is_stock = class_of(order.terms.symbol) is AssetClass.EQUITY
    if is_stock and (qty % 1 != 0 or old % 1 != 0):
        raise unprocessable("unable to replace order, qty of fractional orders cannot be changed")


def check_leg_changes(order: Order, changes: Mapping[str, object]) -> None:
    """Check that a change leaves the orders of a group one size and one life.

    Raises:
        Rejection: when it would not.
    """
    if order.role is None:
        return
    if order.role is Role.ENTRY and order.filled_qty:
        raise unprocessable("unable to replace order, its legs belong to what is already filled")
    if changes.get("qty", order.terms.qty) != order.terms.qty:
        raise unprocessable(f"qty of {order.terms.order_class} orders cannot be replaced")
    if changes.get("time_in_force", order.terms.time_in_force) != order.terms.time_in_force:
        raise unprocessable(f"time_in_force of {order.terms.order_class} orders cannot be replaced")


def successor(old: Order, new: Order) -> Order:
    """Return a new order as the one that takes an old one's place, in its group too."""
    linked = replace(
        new,
        replaces=old.id,
        created_at=old.created_at,
        group_id=old.group_id,
        role=old.role,
        parent_id=old.parent_id,
    )
    if old.parent_id is None:
        return linked
    is_standby = old.status is OrderStatus.HELD
    return replace(
        linked,
        intent=old.intent,
        reserve_price=old.reserve_price,
        expires_at=old.expires_at,
        status=old.status if is_standby else new.status,
    )


def replacement_terms(old: Order, changes: Mapping[str, object], client_order_id: str) -> Terms:
    """Return the terms of the new order.

    Raises:
        Rejection: when they do not fit together, or less is asked for than is filled.
    """
    changed = {**changes, "client_order_id": client_order_id}
    trail = changed.pop("trail", None)
    if trail is not None:
        is_percent = old.terms.trail_percent is not None
        changed["trail_percent" if is_percent else "trail_price"] = trail
    qty = changed.get("qty", old.terms.qty)
    if not isinstance(qty, Decimal) or qty <= old.filled_qty:
        raise unprocessable("qty must be more than what is already filled")
    changed["qty"] = qty - old.filled_qty
    changed["intent"] = None
    terms = replace(old.terms, **changed)
    check_terms(terms)
    return terms
