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
from console.domain.state import TradingState
from console.link.messages import Welcome

NOT_KNOWN = "—"


def as_json(value: object) -> str:
    """Return JSON with money as exact strings and times in ISO 8601."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose numbers line up on the right."""
    table = [tuple(header), *map(tuple, rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    return "\n".join(_line(row, widths) for row in table)


def status_facts(welcome: Welcome, state: TradingState, now: datetime) -> dict[str, Any]:
    """Return the desk's whole condition as plain values."""
    account, halt, clock = state.account, state.halt, state.clock
    compared = state.reconciliation
    return {
        "profile": welcome.profile,
        "venue": welcome.venue,
        "desk_pid": welcome.desk_pid,
        "ready": state.is_ready,
        "mode": state.mode,
        "sources": [
            {
                "source": source.source,
                "mode": source.mode,
                "reason": source.reason,
                "by": source.by,
                "since": source.since,
                "is_latched": source.source.is_latched,
            }
            for source in state.sources
        ],
        "halt": halt
        and {
            "id": halt.id,
            "reason": halt.reason,
            "by": halt.by,
            "at": halt.at,
            "is_confirmed": halt.is_confirmed,
            "receipt": halt.receipt,
            "covers": halt.covers,
            "is_fenced": halt.is_fenced,
            "steps": [
                {"name": s.name, "status": s.status, "detail": s.detail, "elapsed_ms": s.elapsed_ms}
                for s in halt.steps
            ],
        },
        "account": account
        and {
            "equity": account.equity,
            "day_pnl": account.day_pnl,
            "cash": account.cash,
            "buying_power": account.buying_power,
            "at": account.at,
        },
        "session": clock and {"phase": clock.phase, "is_open": clock.is_open, "at": clock.at},
        "connections": {
            channel.value: {
                "link": connection.link,
                "heard_at": connection.heard_at,
                "latency_ms": connection.latency_ms,
                "detail": connection.detail,
                "bad": connection.bad,
                "requests_left": connection.allowance and connection.allowance.remaining,
                "requests_a_minute": connection.allowance and connection.allowance.limit,
            }
            for channel, connection in state.connections.items()
        },
        "realized_today": state.realized_today(now),
        "reconciliation": compared
        and {
            "at": compared.at,
            "cause": compared.cause,
            "found": str(compared),
            "differences": len(compared.differences),
        },
        "positions": None if state.positions is None else len(state.positions),
        "open_orders": len(state.open_orders),
        "unknown_orders": len(state.unknown_orders),
        "unacknowledged_alerts": sum(not a.is_acknowledged for a in state.alerts.values()),
    }


def status_words(facts: dict[str, Any]) -> str:
    """Return the same for a person."""
    account, session, halt = facts["account"], facts["session"], facts["halt"]
    lines = [
        ("desk", f"{facts['profile'].upper()} on {facts['venue']}, pid {facts['desk_pid']}"),
        ("mode", _mode_words(facts["mode"], halt)),
        *(("", _source_words(source)) for source in facts["sources"]),
        ("ready", "yes" if facts["ready"] else "no: not reconciled with the broker"),
        ("reconciled", _compared_words(facts["reconciliation"])),
        ("session", session["phase"] if session else NOT_KNOWN),
        ("equity", money(account and account["equity"])),
        ("day P&L", money(account and account["day_pnl"])),
        ("realized", money(facts["realized_today"])),
        ("buying power", money(account and account["buying_power"])),
        ("positions", NOT_KNOWN if facts["positions"] is None else str(facts["positions"])),
        ("open orders", f"{facts['open_orders']} ({facts['unknown_orders']} unknown)"),
        ("alerts", f"{facts['unacknowledged_alerts']} not acknowledged"),
    ]
    lines += [(name, _link_words(link)) for name, link in facts["connections"].items()]
    return "\n".join(f"{name:<14}{words}" for name, words in lines)


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


def _mode_words(mode: str, halt: dict[str, Any] | None) -> str:
    if halt is None:
        return mode.upper()
    proof = "CONFIRMED" if halt["is_confirmed"] else "NOT CONFIRMED"
    return f"{mode.upper()}, {proof}: {halt['reason']} (by {halt['by']})"


def _compared_words(compared: dict[str, Any] | None) -> str:
    if compared is None:
        return NOT_KNOWN
    return f"{compared['at'].astimezone().strftime('%H:%M:%S')}, {compared['found']}"


def _source_words(source: dict[str, Any]) -> str:
    ends = "until a re-arm" if source["is_latched"] else "while it lasts"
    words = f"{source['source'].value}, {source['mode'].upper()} {ends}"
    return f"{words}: {source['reason']} (by {source['by']})"


def _link_words(link: dict[str, Any]) -> str:
    words = [link["link"]]
    if link["latency_ms"] is not None:
        words.append(f"{link['latency_ms']:.0f} ms")
    if link["bad"]:
        words.append(f"{link['bad']:,} unreadable")
    if link["requests_left"] is not None:
        words.append(f"{link['requests_left']:,} of {link['requests_a_minute']:,} requests left")
    if link["detail"]:
        words.append(link["detail"])
    return ", ".join(words)


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
