"""The desk's whole condition, as plain values for programs and as lines for people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.commands.tables import NOT_KNOWN, money
from console.domain.account import Account
from console.domain.connections import Connection
from console.domain.halt import Halt, Restraint
from console.domain.reconciliation import Reconciliation
from console.domain.state import TradingState
from console.link.messages import Welcome

Facts = dict[str, Any]


def status_facts(welcome: Welcome, state: TradingState, now: datetime) -> Facts:
    """Return the desk's whole condition as plain values."""
    clock = state.clock
    return {
        "profile": welcome.profile,
        "venue": welcome.venue,
        "desk_pid": welcome.desk_pid,
        "ready": state.is_ready,
        "mode": state.mode,
        "sources": [_source(source) for source in state.sources],
        "halt": state.halt and _halt(state.halt),
        "account": state.account and _account(state.account),
        "session": clock and {"phase": clock.phase, "is_open": clock.is_open, "at": clock.at},
        "connections": {
            channel.value: _connection(told) for channel, told in state.connections.items()
        },
        "realized_today": state.realized_today(now),
        "reconciliation": state.reconciliation and _compared(state.reconciliation),
        "positions": None if state.positions is None else len(state.positions),
        "open_orders": len(state.open_orders),
        "unknown_orders": len(state.unknown_orders),
        "unacknowledged_alerts": sum(not a.is_acknowledged for a in state.alerts.values()),
    }


def status_words(facts: Mapping[str, Any]) -> str:
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


def _source(source: Restraint) -> Facts:
    return {
        "source": source.source,
        "mode": source.mode,
        "reason": source.reason,
        "by": source.by,
        "since": source.since,
        "is_latched": source.source.is_latched,
    }


def _halt(halt: Halt) -> Facts:
    return {
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
    }


def _account(account: Account) -> Facts:
    return {
        "equity": account.equity,
        "day_pnl": account.day_pnl,
        "cash": account.cash,
        "buying_power": account.buying_power,
        "at": account.at,
    }


def _connection(connection: Connection) -> Facts:
    return {
        "link": connection.link,
        "heard_at": connection.heard_at,
        "latency_ms": connection.latency_ms,
        "detail": connection.detail,
        "heard": connection.heard,
        "bad": connection.bad,
        "mute_symbols": list(connection.mute_symbols),
        "requests_left": connection.allowance and connection.allowance.remaining,
        "requests_a_minute": connection.allowance and connection.allowance.limit,
    }


def _compared(compared: Reconciliation) -> Facts:
    return {
        "at": compared.at,
        "cause": compared.cause,
        "found": str(compared),
        "differences": len(compared.differences),
    }


def _mode_words(mode: str, halt: Facts | None) -> str:
    if halt is None:
        return mode.upper()
    proof = "CONFIRMED" if halt["is_confirmed"] else "NOT CONFIRMED"
    return f"{mode.upper()}, {proof}: {halt['reason']} (by {halt['by']})"


def _compared_words(compared: Facts | None) -> str:
    if compared is None:
        return NOT_KNOWN
    return f"{compared['at'].astimezone().strftime('%H:%M:%S')}, {compared['found']}"


def _source_words(source: Facts) -> str:
    ends = "until a re-arm" if source["is_latched"] else "while it lasts"
    words = f"{source['source'].value}, {source['mode'].upper()} {ends}"
    return f"{words}: {source['reason']} (by {source['by']})"


def _link_words(link: Facts) -> str:
    words = [link["link"]]
    if link["latency_ms"] is not None:
        words.append(f"{link['latency_ms']:.0f} ms")
    if link["bad"]:
        words.append(f"{link['bad']:,} unreadable")
    if link["mute_symbols"]:
        words.append(f"mute on {', '.join(link['mute_symbols'])}")
    if link["requests_left"] is not None:
        words.append(f"{link['requests_left']:,} of {link['requests_a_minute']:,} requests left")
    if link["detail"]:
        words.append(link["detail"])
    return ", ".join(words)
