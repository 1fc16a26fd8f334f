"""Our executions, as the trading stream tells them and as the account's activities do.

The two give the same execution different ids at Alpaca. What both tell is the order
and how much of it was filled after this execution: that names it here, so that it is
booked once by whichever way it comes, and a lost one is told from its neighbours.
"""

from decimal import Decimal
from typing import Any

from console.adapters.alpaca.orders import SIDE, IsOurs, order
from console.adapters.alpaca.outside import Garbled, needed_decimal, needed_moment, plain, row
from console.domain.events import FillBooked, OrderUpdated
from console.domain.fills import Fill
from console.domain.orders import Order

_FILLS = ("fill", "partial_fill")


def trade_update(told: object, is_ours: IsOurs) -> list[OrderUpdated | FillBooked]:
    """Return what one message of the trading stream says: the order, and its fill if any."""
    data = row(row(told).get("data"))
    said = dict(row(data.get("order")))
    if data.get("event") == "rejected" and not said.get("reject_reason"):
        said["reject_reason"] = data.get("reason") or data.get("reject_reason")
    updated = order(said, is_ours)
    if data.get("event") not in _FILLS:
        return [OrderUpdated(updated)]
    return [OrderUpdated(updated), FillBooked(_streamed_fill(data, updated))]


def _streamed_fill(data: dict[str, Any], updated: Order) -> Fill:
    return Fill(
        execution_id=_name(updated.broker_id or updated.key, updated.filled_qty),
        order=updated.key,
        symbol=updated.request.symbol,
        side=updated.request.side,
        qty=_executed_qty(data),
        price=needed_decimal(data, "price"),
        at=needed_moment(data, "timestamp", "at"),
    )


def _name(broker_id: str, filled: Decimal) -> str:
    """Name an execution by its order and what was filled of it by then."""
    return f"{broker_id}:{filled.normalize():f}"


def _executed_qty(said: dict[str, Any]) -> Decimal:
    qty = abs(needed_decimal(said, "qty"))
    if not qty:
        raise Garbled("a fill of nothing")
    return qty


def activity_fill(said: dict[str, Any]) -> Fill:
    """Return one FILL activity; `order` holds the broker's id of the order."""
    side = SIDE.get(str(said.get("side")))
    order_id = plain(said.get("order_id"))
    if side is None or not order_id:
        raise Garbled("a fill without an order or a side")
    return Fill(
        execution_id=_name(order_id, needed_decimal(said, "cum_qty")),
        order=order_id,
        symbol=plain(said.get("symbol"), 40),
        side=side,
        qty=_executed_qty(said),
        price=needed_decimal(said, "price"),
        at=needed_moment(said, "transaction_time"),
    )
