"""What orders could do at their worst: to a position, and to the buying power.

An order without an answer counts as if all of it will trade. Orders of which only
one can trade, the exits of a bracket or OCO and the two ends of a replacement,
count once, at the largest.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from console.domain.market import Quote
from console.domain.orders import LegRole, Order, OrderRequest, OrderStatus, OrderType, Side
from console.domain.positions import Position

ZERO = Decimal(0)
SHORT_MARKUP = Decimal("1.03")
"""A short sale reserves at least 3 % over the ask. Source: Alpaca's margin rules."""
BUY_STOP_MARKUP = Decimal("1.04")
BUY_STOP_MARKUP_FROM_50 = Decimal("1.025")
"""A buy stop becomes a stop-limit this far above its stop. Source: Alpaca's order rules."""
FIFTY = Decimal(50)


def held_qty(position: Position | None) -> Decimal:
    """Return the signed holding; 0 when there is none."""
    return ZERO if position is None else position.qty


def leaves_by_side(orders: Iterable[Order], symbol: str, side: Side) -> Decimal:
    """Return how much of the open orders of one side may still trade, at the most."""
    ours = [order for order in orders if order.request.symbol == symbol]
    by_id = {order.broker_id: order for order in ours if order.broker_id is not None}
    claims = dict[str, Decimal]()
    for order in ours:
        if order.request.side is side:
            name = claim_of(order, by_id)
            claims[name] = max(claims.get(name, ZERO), _leaves(order, ours))
    return sum(claims.values(), ZERO)


def claim_of(order: Order, by_id: Mapping[str, Order]) -> str:
    """Return the name of what an order claims: of all orders with one name only one can trade."""
    if order.is_group_exit:
        return f"exit {order.group or order.parent or order.broker_id or order.key}"
    seen = {order.key}
    while order.replaces is not None and order.replaces in by_id:
        order = by_id[order.replaces]
        if order.key in seen:
            break
        seen.add(order.key)
    return order.key


def _leaves(order: Order, orders: Iterable[Order]) -> Decimal:
    """Return what may still trade: of a leg that is held, no more than its entry has brought in."""
    if order.status is not OrderStatus.HELD or order.role is LegRole.ENTRY:
        return order.leaves_qty
    entry = next((other for other in orders if _is_entry_of(other, order)), None)
    return order.leaves_qty if entry is None else min(order.leaves_qty, entry.filled_qty)


def _is_entry_of(other: Order, leg: Order) -> bool:
    if other.role is not LegRole.ENTRY or not other.is_open:
        return False
    is_parent = other.broker_id is not None and other.broker_id == leg.parent
    return is_parent or (other.group is not None and other.group == leg.group)


def free_to_close(position: Position | None, orders: Iterable[Order]) -> Decimal:
    """Return how much of a holding no open closing order has claimed, without sign."""
    if position is None or position.qty == 0:
        return ZERO
    claimed = leaves_by_side(orders, position.symbol, position.closing_side)
    return max(abs(position.qty) - claimed, ZERO)


def reduces(request: OrderRequest, position: Position | None, orders: Iterable[Order]) -> bool:
    """Return whether the order only makes the holding smaller, whatever else fills."""
    if position is None or position.qty == 0 or request.side is not position.closing_side:
        return False
    return request.qty <= free_to_close(position, orders)


def worst_price(request: OrderRequest, quote: Quote | None) -> Decimal | None:
    """Return the price per share to reckon with, or None when nothing tells it."""
    ask = None if quote is None or quote.ask <= 0 else Decimal(str(quote.ask))
    if request.side is Side.SELL:
        return _short_price(request, ask)
    if request.limit_price is not None:
        return request.limit_price
    if request.stop_price is not None:
        markup = BUY_STOP_MARKUP if request.stop_price < FIFTY else BUY_STOP_MARKUP_FROM_50
        return request.stop_price * markup
    if ask is None:
        return None
    return ask + _trail(request, ask)


def cost(request: OrderRequest, qty: Decimal, quote: Quote | None) -> Decimal | None:
    """Return the buying power that trading `qty` of the order would take."""
    price = worst_price(request, quote)
    return None if price is None else price * qty


def _short_price(request: OrderRequest, ask: Decimal | None) -> Decimal | None:
    own = request.limit_price or request.stop_price
    if ask is None:
        return own
    return max(own or ZERO, ask * SHORT_MARKUP)


def _trail(request: OrderRequest, ask: Decimal) -> Decimal:
    if request.order_type is not OrderType.TRAILING_STOP:
        return ZERO
    if request.trail_price is not None:
        return request.trail_price
    return ask * (request.trail_percent or ZERO) / 100
