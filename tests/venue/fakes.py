"""A market that does as it is told, an exchange on it, and orders with few words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

from console.domain.orders import OrderType, Side, TimeInForce
from console.venue.markets.market import QuoteTick, TradeTick
from console.venue.trading.accounts import Account, AccountOpened
from console.venue.trading.engine import Engine
from console.venue.trading.exchange import Exchange
from console.venue.trading.hours import AlwaysOpen, Hours
from console.venue.trading.orders import Fill, Order, OrderEvent, Terms
from console.venue.trading.proceedings import Change
from console.venue.view import MarketView
from console.venue.wire.timestamps import parse

NOON = parse("2026-01-05T17:00:00Z")
CASH = Decimal(100_000)
_names = count(1)


def quote(bid: float, ask: float, *, size: int = 100, at: int = NOON, symbol: str = "AAPL"):
    return QuoteTick(symbol, at, bid, size, ask, size)


def trade(price: float, *, size: int = 100, at: int = NOON, symbol: str = "AAPL"):
    return TradeTick(symbol, at, price, size, "V", 1)


def terms(side: str, qty: object = 10, symbol: str = "AAPL", **more: object) -> Terms:
    asked: dict[str, object] = {
        "type": OrderType.LIMIT if "limit_price" in more else OrderType.MARKET,
        "time_in_force": TimeInForce.DAY,
        "client_order_id": f"test-{next(_names)}",
        "qty": None if qty is None else Decimal(str(qty)),
    }
    for name, value in more.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        asked[name] = Decimal(str(value)) if is_number else value
    return Terms(symbol=symbol, side=Side(side), **asked)


def buy(qty: object = 10, **more: object) -> Terms:
    return terms("buy", qty, **more)


def sell(qty: object = 10, **more: object) -> Terms:
    return terms("sell", qty, **more)


@dataclass
class Pit:
    """An exchange with its clock in the test's hand."""

    hours: Hours = field(default_factory=AlwaysOpen)
    cash: Decimal = CASH
    now: int = NOON
    events: list[OrderEvent] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    """The events, and what has changed besides: settings, dividends, watchlists."""
    beside: "Pit | None" = None
    """Another account's pit, whose market and line this one shares."""

    def __post_init__(self) -> None:
        opened = AccountOpened(
            id="a", number="PA1", key="k", secret="s", cash=self.cash, at=self.now
        )
        self.view = self.beside.view if self.beside else MarketView(["AAPL", "MSFT"])
        self.engine = self.beside.engine if self.beside else Engine(view=self.view)
        self.account = Account(opened, mark=self.view.last_price)
        self.exchange = Exchange(
            account=self.account, view=self.view, hours=self.hours, engine=self.engine
        )

    def tick(self, *ticks: QuoteTick | TradeTick) -> None:
        self.exchange.on_ticks(ticks)
        self.note()

    def submit(self, asked: Terms) -> Order:
        order = self.exchange.submit(asked, self.now)
        self.settle()
        return self[order]

    def cancel(self, order: Order) -> Order:
        self.exchange.cancel(order.id, self.now)
        self.settle()
        return self[order]

    def replace(self, order: Order, **changes: object) -> Order:
        new = self.exchange.replace(order.id, changes, self.now)
        self.settle()
        return self[new]

    def settle(self) -> None:
        self.exchange.settle(self.now)
        self.note()

    def wait_until(self, now: int) -> None:
        self.now = now
        self.exchange.tell_time(now)
        self.note()

    def __getitem__(self, order: Order) -> Order:
        return self.exchange.blotter.orders[order.id]

    @property
    def fills(self) -> Sequence[Fill]:
        return self.exchange.blotter.fills

    @property
    def told(self) -> list[str]:
        return [event.kind.value for event in self.events if event.is_told]

    def note(self) -> None:
        changes = self.exchange.take_changes()
        self.changes += changes
        self.events += [change for change in changes if isinstance(change, OrderEvent)]


def open_pit(bid: float = 99.99, ask: float = 100.01, **more: object) -> Pit:
    """Return a pit whose market stands at 100 with 100 shares on each side."""
    pit = Pit(**more)
    pit.tick(quote(bid, ask), trade((bid + ask) / 2))
    return pit
