"""What befalls an order besides trading: on command, since no market of ours does it by itself.

Alpaca names these events and says little of when they come. A suspended order, one
that is done for the day and one that is being calculated do not trade.
"""

from msgspec.structs import replace

from console.domain.orders import OrderStatus
from console.venue.trading.orders import EventKind, Order
from console.venue.trading.rejections import malformed, unprocessable

STANDING = {
    EventKind.STOPPED: OrderStatus.STOPPED,
    EventKind.SUSPENDED: OrderStatus.SUSPENDED,
    EventKind.CALCULATED: OrderStatus.CALCULATED,
    EventKind.DONE_FOR_DAY: OrderStatus.DONE_FOR_DAY,
    EventKind.PENDING_REPLACE: OrderStatus.PENDING_REPLACE,
}
"""Events after which an order stands at something."""

BACK = (EventKind.NEW, EventKind.REPLACE_REJECTED, EventKind.CANCEL_REJECTED)
"""Events after which it works again, as before."""

TOLD_ONLY = (EventKind.PENDING_NEW, EventKind.ACCEPTED, EventKind.HELD, EventKind.RESTATED)
OF_FILLS = (EventKind.TRADE_BUST, EventKind.TRADE_CORRECT)
IDLE = (OrderStatus.SUSPENDED, OrderStatus.CALCULATED, OrderStatus.DONE_FOR_DAY)
"""Where an open order does not trade."""

ON_COMMAND = (*STANDING, *BACK, *TOLD_ONLY, *OF_FILLS, EventKind.REJECTED)


def kind_of(name: object) -> EventKind:
    """Return an event that may be commanded.

    Raises:
        Rejection: when it is none of them.
    """
    for kind in ON_COMMAND:
        if kind.value == name:
            return kind
    raise malformed(f"event must be one of {', '.join(kind.value for kind in ON_COMMAND)}")


def after(order: Order, kind: EventKind, now: int) -> Order:
    """Return an order as it stands after an event.

    Raises:
        Rejection: when it is closed.
    """
    if not order.is_open:
        raise unprocessable(f'order is already in "{order.status}" state')
    if kind is EventKind.REJECTED:
        return replace(order, status=OrderStatus.REJECTED, failed_at=now, updated_at=now)
    if kind in STANDING:
        return replace(order, status=STANDING[kind], updated_at=now)
    if kind in BACK:
        works = OrderStatus.PARTIALLY_FILLED if order.filled_qty else OrderStatus.NEW
        return replace(order, status=works, updated_at=now)
    return replace(order, updated_at=now)
