"""The desk's rows as they are stored: columns to look for them, and the whole as JSON."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from sqlite_utils import Database

from console.domain.alerts import Alert, Crossing
from console.domain.fills import Fill
from console.domain.orders import Order
from console.ports import Remembered, Row, Setting

DAYS = timedelta(days=3)
"""How long what is closed is remembered."""
ALERTS = 200
"""How many of the newest alerts are remembered, acknowledged ones too."""

T = TypeVar("T")

Statement = tuple[str, tuple[object, ...]]

_ORDER = (
    "INSERT OR REPLACE INTO orders (client_order_id, broker_id, symbol, side, qty, filled_qty,"
    " status, is_open, submitted_at, updated_at, whole) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FILL = (
    "INSERT OR REPLACE INTO fills (execution_id, client_order_id, symbol, at, whole)"
    " VALUES (?, ?, ?, ?, ?)"
)
_ALERT = "INSERT OR REPLACE INTO alerts (id, at, is_acknowledged, whole) VALUES (?, ?, ?, ?)"
_CROSSING = "INSERT OR REPLACE INTO crossings (id, is_armed, whole) VALUES (?, ?, ?)"
_SETTING = "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)"


def storing(row: Row) -> Statement:
    """Return the statement that stores a row in the place of what was known of it."""
    match row:
        case Order():
            return _ORDER, _order(row)
        case Fill():
            key = (row.execution_id, row.order, row.symbol)
            return _FILL, (*key, stamp(row.at), _whole(row))
        case Alert():
            return _ALERT, (row.id, stamp(row.at), int(row.is_acknowledged), _whole(row))
        case Crossing():
            return _CROSSING, (row.id, int(row.is_armed), _whole(row))
        case Setting():
            return _SETTING, (row.name, row.value)


def _order(order: Order) -> tuple[object, ...]:
    request = order.request
    return (
        request.client_order_id,
        order.broker_id,
        request.symbol,
        request.side.value,
        f"{request.qty:f}",
        f"{order.filled_qty:f}",
        order.status.value,
        int(order.is_open),
        stamp(order.submitted_at),
        stamp(order.updated_at),
        _whole(order),
    )


def _whole(row: object) -> str:
    return msgspec.json.encode(row).decode()


def stamp(at: datetime) -> str:
    """Return a time as text that sorts as the times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def remembered(database: Database, now: datetime) -> Remembered:
    """Return what is open, and what is not older than DAYS.

    Raises:
        msgspec.ValidationError: when a row was stored by other hands.
    """
    since = [stamp(now - DAYS)]
    orders = database.table("orders").rows_where(
        "is_open = 1 OR updated_at >= ?", since, order_by="submitted_at"
    )
    fills = database.table("fills").rows_where("at >= ?", since, order_by="at")
    newest = database.table("alerts").rows_where(
        "is_acknowledged = 0 OR id IN (SELECT id FROM alerts ORDER BY at DESC, id LIMIT ?)",
        [ALERTS],
        order_by="at",
    )
    crossings = database.table("crossings").rows_where("is_armed = 1", order_by="id")
    return Remembered(
        orders=tuple(_read(orders, Order)),
        fills=tuple(_read(fills, Fill)),
        alerts=tuple(_read(newest, Alert)),
        crossings=tuple(_read(crossings, Crossing)),
        settings={said["name"]: said["value"] for said in database.table("settings").rows},
    )


def _read(rows: Iterator[dict[str, Any]], kind: type[T]) -> Iterator[T]:
    return (msgspec.json.decode(said["whole"], type=kind) for said in rows)
