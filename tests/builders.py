"""Values for tests: each builder gives something plain, and takes what the test is about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from console.domain.account import Account
from console.domain.fills import Fill
from console.domain.instruments import Asset
from console.domain.market import Bar, Day, MarketClock, Phase, Quote, Trade
from console.domain.orders import Order, OrderRequest, OrderStatus, OrderType, Side
from console.domain.permissions import Actor, Role
from console.domain.positions import Position
from console.domain.tickets import Ticket

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
"""Noon in New York on a Friday."""

OWNER = Actor(uid=1000, name="ann", pid=4242, role=Role.OWNER, via="console")
STRANGER = Actor(uid=1001, name="bob", pid=4243, role=Role.STRANGER, via="console")


def at(seconds: float) -> datetime:
    """Noon and some seconds."""
    return NOON + timedelta(seconds=seconds)


def request(
    side: Side = Side.BUY,
    qty: str = "10",
    symbol: str = "AAPL",
    limit: str | None = "190.10",
    key: str = "",
    **more: Any,
) -> OrderRequest:
    """A limit order, or a market order when `limit` is None."""
    more.setdefault("order_type", OrderType.MARKET if limit is None else OrderType.LIMIT)
    return OrderRequest(
        client_order_id=key,
        symbol=symbol,
        side=side,
        qty=Decimal(qty),
        limit_price=None if limit is None else Decimal(limit),
        **more,
    )


def buy(qty: str = "10", symbol: str = "AAPL", limit: str | None = "190.10", **more: Any):
    """An order to buy."""
    return request(Side.BUY, qty, symbol, limit, **more)


def sell(qty: str = "10", symbol: str = "AAPL", limit: str | None = "190.00", **more: Any):
    """An order to sell."""
    return request(Side.SELL, qty, symbol, limit, **more)


def ticket(side: Side = Side.BUY, qty: str = "10", symbol: str = "AAPL", **more: Any) -> Ticket:
    """A limit ticket without a price."""
    return Ticket(symbol=symbol, side=side, qty=Decimal(qty), **more)


def order(
    key: str = "kc-t-1",
    status: OrderStatus = OrderStatus.NEW,
    filled: str = "0",
    updated: float = 0.0,
    wanted: OrderRequest | None = None,
    **more: Any,
) -> Order:
    """An order as the broker holds it."""
    return Order(
        request=wanted or buy(key=key),
        status=status,
        updated_at=at(updated),
        submitted_at=more.pop("submitted_at", NOON),
        broker_id=more.pop("broker_id", f"b-{key}"),
        filled_qty=Decimal(filled),
        **more,
    )


def fill(execution: str = "e-1", key: str = "kc-t-1", qty: str = "10", **more: Any) -> Fill:
    """One execution."""
    return Fill(
        execution_id=execution,
        order=key,
        symbol=more.pop("symbol", "AAPL"),
        side=more.pop("side", Side.BUY),
        qty=Decimal(qty),
        price=Decimal(more.pop("price", "190.10")),
        at=more.pop("made_at", NOON),
    )


def position(symbol: str = "AAPL", qty: str = "10", price: str = "190") -> Position:
    """A holding, none of it claimed by an order."""
    return Position(
        symbol=symbol,
        qty=Decimal(qty),
        avg_entry_price=Decimal(price),
        qty_available=abs(Decimal(qty)),
    )


def account(buying_power: str = "100000", made_at: datetime = NOON, **more: Any) -> Account:
    """An account with $100,000."""
    return Account(
        number="PA1",
        equity=Decimal(100_000),
        last_equity=Decimal(100_000),
        cash=Decimal(100_000),
        buying_power=Decimal(buying_power),
        is_shorting_enabled=more.pop("may_short", True),
        is_blocked=more.pop("is_blocked", False),
        at=made_at,
    )


def market_clock(is_open: bool = True, made_at: datetime = NOON) -> MarketClock:
    """The regular session, or a closed market."""
    return MarketClock(
        at=made_at,
        is_open=is_open,
        next_open=made_at + timedelta(hours=20),
        next_close=made_at + timedelta(hours=4),
        phase=Phase.REGULAR if is_open else Phase.CLOSED,
        received_at=made_at,
    )


def asset(symbol: str = "AAPL", **more: Any) -> Asset:
    """A tradable, shortable, fractionable instrument."""
    return Asset(
        symbol=symbol,
        name=more.pop("name", f"{symbol} Inc."),
        is_tradable=more.pop("is_tradable", True),
        is_fractionable=more.pop("is_fractionable", True),
        is_shortable=more.pop("is_shortable", True),
    )


def quote(
    symbol: str = "AAPL",
    bid: float = 190.0,
    ask: float = 190.1,
    made_at: datetime = NOON,
    received_at: datetime | None = None,
) -> Quote:
    """A two-sided quote."""
    return Quote(
        symbol=symbol,
        bid=bid,
        bid_size=300.0,
        ask=ask,
        ask_size=200.0,
        at=made_at,
        received_at=received_at or made_at,
    )


def trade(symbol: str = "AAPL", price: float = 190.05, made_at: datetime = NOON) -> Trade:
    """A print on the tape."""
    return Trade(symbol=symbol, price=price, size=100.0, at=made_at, received_at=made_at)


def day(symbol: str = "AAPL", volume: float = 1_000.0, previous_close: float | None = 189.0) -> Day:
    """A session so far."""
    return Day(symbol=symbol, bar=bar(symbol, volume=volume), previous_close=previous_close)


def bar(symbol: str = "AAPL", volume: float = 1_000.0, made_at: datetime = NOON) -> Bar:
    """One bar."""
    return Bar(
        symbol=symbol, at=made_at, open=189.0, high=191.0, low=188.5, close=190.0, volume=volume
    )
