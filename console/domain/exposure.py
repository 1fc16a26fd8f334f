"""What orders could do at their worst: to a position, and to the buying power.

An order without an answer counts as if all of it will trade.
"""

from collections.abc import Iterable
from decimal import Decimal

from console.domain.market import Quote
from console.domain.orders import Order, OrderRequest, OrderType, Side
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
    """Return how much of the open orders of one side may still trade."""
    return sum(
        (
            order.leaves_qty
            for order in orders
            if order.request.symbol == symbol and order.request.side is side
        ),
        ZERO,
    )


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
