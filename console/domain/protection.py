"""Which open orders only guard a holding: the stops a halt may keep by choice."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from console.domain.orders import Order, OrderStatus, OrderType
from console.domain.positions import Position

STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
LEAVING = frozenset({OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE})


def protective_stops(
    orders: Iterable[Order], positions: Mapping[str, Position]
) -> tuple[Order, ...]:
    """Return the stops that close a holding and, taken together, never more than it.

    A stop that would turn the position round, or that is on its way out, is none of them.
    """
    free = {symbol: abs(held.qty) for symbol, held in positions.items()}
    kept = []
    for order in sorted(orders, key=lambda order: (order.submitted_at, order.key)):
        symbol = order.request.symbol
        if not _guards(order, positions.get(symbol)) or order.leaves_qty > free[symbol]:
            continue
        free[symbol] -= order.leaves_qty
        kept.append(order)
    return tuple(kept)


def _guards(order: Order, held: Position | None) -> bool:
    if held is None or held.qty == Decimal(0) or order.status.is_ours or order.status in LEAVING:
        return False
    request = order.request
    return request.order_type in STOPS and request.side is held.closing_side
