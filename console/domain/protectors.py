"""What protects a position: the orders that would close it, and how to put them back.

Exits of one group stand for the same shares, so they are put back as one OCO; what
cannot be told any more (a bracket's own entry) is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from console.domain.exposure import ZERO, claim_of
from console.domain.orders import Order, OrderClass, OrderRequest, OrderType
from console.domain.positions import Position


def protectors(position: Position, orders: Iterable[Order]) -> tuple[Order, ...]:
    """Return the open orders that close a position, in the order they were placed."""
    closing = (
        order
        for order in orders
        if order.is_open
        and order.request.symbol == position.symbol
        and order.request.side is position.closing_side
    )
    return tuple(sorted(closing, key=lambda order: (order.submitted_at, order.key)))


def is_protected(position: Position, orders: Iterable[Order]) -> bool:
    """Return whether an open order would end a loss of the position."""
    closing = protectors(position, orders)
    return any(_ends_a_loss(order.request) for order in closing)


def restored(lifted: Sequence[Order], left: Decimal) -> tuple[OrderRequest, ...]:
    """Return orders that protect `left` shares as the lifted ones did; stops come first."""
    groups = dict[str, list[Order]]()
    for order in lifted:
        groups.setdefault(claim_of(order, {}), []).append(order)
    wanted = [_as_one(members) for members in groups.values()]
    made = list[OrderRequest]()
    for request in sorted(wanted, key=_stops_first):
        qty = min(request.qty, left)
        if qty <= ZERO:
            break
        made.append(replace(request, qty=qty))
        left -= qty
    return tuple(made)


def _as_one(members: Sequence[Order]) -> OrderRequest:
    """Return one request that does what the exits of one group did."""
    qty = max(order.leaves_qty for order in members)
    stop = next((order.request for order in members if _ends_a_loss(order.request)), None)
    profit = next((o.request for o in members if o.request.order_type is OrderType.LIMIT), None)
    if stop is None or profit is None or stop.stop_price is None:
        return _plain(stop or members[0].request, qty)
    return replace(
        _plain(profit, qty),
        order_class=OrderClass.OCO,
        take_profit=profit.limit_price,
        stop_loss=stop.stop_price,
        stop_loss_limit=stop.limit_price,
    )


def _plain(request: OrderRequest, qty: Decimal) -> OrderRequest:
    """Return the request as a new simple order without a name."""
    trails = request.order_type is OrderType.TRAILING_STOP
    return replace(
        request,
        client_order_id="",
        qty=qty,
        order_class=OrderClass.SIMPLE,
        stop_price=None if trails else request.stop_price,
        notional=None,
    )


def _ends_a_loss(request: OrderRequest) -> bool:
    stops = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)
    return request.order_type in stops


def _stops_first(request: OrderRequest) -> tuple[bool, str]:
    has_stop = _ends_a_loss(request) or request.stop_loss is not None
    return (not has_stop, str(request))
