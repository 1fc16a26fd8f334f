"""What the reading commands print: aligned text for people, plain JSON for programs.

What is not known is an em dash on the screen and null in JSON, never 0.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from console.domain.ledger import Holding, exchange_day
from console.domain.order_ids import short_number
from console.domain.orders import Order
from console.domain.positions import Position

NOT_KNOWN = "—"


def as_json(value: object) -> str:
    """Return JSON with money as exact strings and times in ISO 8601."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose numbers line up on the right."""
    table = [tuple(header), *map(tuple, rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    return "\n".join(_line(row, widths) for row in table)


def order_facts(order: Order) -> dict[str, Any]:
    """Return one order as plain values."""
    request = order.request
    return {
        "number": short_number(order.key),
        "client_order_id": order.key,
        "broker_id": order.broker_id,
        "symbol": request.symbol,
        "side": request.side,
        "qty": request.qty,
        "filled_qty": order.filled_qty,
        "filled_avg_price": order.filled_avg_price,
        "order_type": request.order_type,
        "limit_price": request.limit_price,
        "stop_price": request.stop_price,
        "time_in_force": request.time_in_force,
        "status": order.status,
        "is_foreign": order.is_foreign,
        "submitted_at": order.submitted_at,
        "updated_at": order.updated_at,
        "reason": order.reason,
    }


def order_words(orders: Sequence[Order]) -> str:
    """Return orders as a table."""
    if not orders:
        return "No orders."
    header = ("number", "time", "order", "filled", "average", "status", "")
    return aligned(header, [_order_row(order) for order in orders])


def position_facts(
    position: Position, price: Decimal | None, held: Holding | None, at: datetime
) -> dict[str, Any]:
    """Return one position as plain values, valued at `price`; `at` is the market's time."""
    entered_at = None if held is None else held.opened_at
    realized = None if held is None else held.realized_on(exchange_day(at))
    return {
        "symbol": position.symbol,
        "qty": position.qty,
        "avg_entry_price": position.avg_entry_price,
        "price": price,
        "market_value": None if price is None else position.market_value(price),
        "unrealized_pnl": None if price is None else position.unrealized_pnl(price),
        "qty_available": position.qty_available,
        "avg_cost": None if held is None else held.avg_cost,
        "realized_today": realized,
        "entered_at": entered_at,
        "held_seconds": None if entered_at is None else round((at - entered_at).total_seconds()),
    }


def position_words(facts: Sequence[dict[str, Any]]) -> str:
    """Return positions as a table."""
    if not facts:
        return "No positions."
    header = (
        *("symbol", "qty", "average", "price", "value"),
        *("unrealized", "realized", "entered", "held"),
    )
    rows = [
        (
            row["symbol"],
            f"{row['qty']:f}",
            money(row["avg_entry_price"], 4),
            money(row["price"]),
            money(row["market_value"]),
            money(row["unrealized_pnl"]),
            money(row["realized_today"]),
            NOT_KNOWN if row["entered_at"] is None else _moment(row["entered_at"]),
            _span(row["held_seconds"]),
        )
        for row in facts
    ]
    return aligned(header, rows)


def money(value: Decimal | None, places: int = 2) -> str:
    """Return dollars with separators, or an em dash."""
    return NOT_KNOWN if value is None else f"{value:,.{places}f}"


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _span(seconds: int | None) -> str:
    """Return how long something lasted: `2d 3h 04m`, `4m 05s`."""
    if seconds is None:
        return NOT_KNOWN
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days or hours:
        return (f"{days}d " if days else "") + f"{hours}h {minutes:02}m"
    return f"{minutes}m {rest:02}s"


def _order_row(order: Order) -> tuple[str, ...]:
    return (
        short_number(order.key),
        order.submitted_at.astimezone().strftime("%H:%M:%S"),
        str(order.request),
        f"{order.filled_qty:f}/{order.request.qty:f}",
        money(order.filled_avg_price, 4),
        order.status.value + (" (foreign)" if order.is_foreign else ""),
        order.reason,
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if _is_number(cell) else cell.ljust(width)
        for cell, width in zip(row, widths, strict=True)
    ]
    return "  ".join(cells).rstrip()


def _is_number(cell: str) -> bool:
    return cell == NOT_KNOWN or cell.replace(",", "").lstrip("+-").replace(".", "", 1).isdigit()


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
    raise TypeError(f"{type(value).__name__} has no plain form")
