"""The venue in process: its real exchange behind the answers its routes would give."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from console.domain.orders import Side
from console.venue.markets.market import Listing, QuoteTick, Tick, TradeTick
from console.venue.trading.accounts import Account, AccountOpened
from console.venue.trading.engine import Engine
from console.venue.trading.exchange import Exchange
from console.venue.trading.hours import AlwaysOpen
from console.venue.trading.order_requests import read_changes, read_ticket
from console.venue.trading.orders import EventKind, Order, OrderEvent
from console.venue.trading.rejections import not_found
from console.venue.view import MarketView
from console.venue.wire.timestamps import SECOND, parse, rfc3339
from console.venue.wire.trading import (
    activity_json,
    asset_json,
    event_json,
    number,
    order_json,
    settings_json,
)
from tests.builders import NOON
from tests.sim.timeline import Timeline

SYMBOLS = ("AAPL", "F", "MSFT")
FIRST_PRICES = {"AAPL": 19_000, "F": 1_200, "MSFT": 41_000}
"""In cents."""
PRICE_OF_OTHERS = 10_000
NOON_NS = int(NOON.timestamp()) * SECOND
CASH = Decimal(100_000)
MICROS = Decimal("0.000001")
MOST_ROWS = 500


class SimVenue:
    """One account at one exchange; `publish` hears every order event that is told."""

    def __init__(self, timeline: Timeline, rng: Random, symbols: Sequence[str] = SYMBOLS) -> None:
        self._symbols = symbols
        self._timeline = timeline
        self._rng = rng
        self._first = {s: FIRST_PRICES.get(s, PRICE_OF_OTHERS) for s in symbols}
        self._cents = dict(self._first)
        self._trade_ids = 0
        self._is_settling = False
        self.publish: Callable[[dict[str, Any]], None] = lambda _event: None
        self.slow_cancel: Callable[[], float] = float
        view = MarketView(symbols)
        opened = AccountOpened(
            id=self._uuid(), number="PASIM", key="k", secret="s", cash=CASH, at=NOON_NS
        )
        self.engine = Engine(view=view)
        self.exchange = Exchange(
            account=Account(opened, mark=view.last_price),
            view=view,
            hours=AlwaysOpen(),
            engine=self.engine,
            new_id=self._uuid,
        )
        for symbol in symbols:
            self.tick(symbol)

    @property
    def now(self) -> int:
        """The venue's time in nanoseconds."""
        return NOON_NS + int(self._timeline.now * SECOND)

    @property
    def orders(self) -> Mapping[str, Order]:
        """The truth about orders, by the venue's id."""
        return self.exchange.blotter.orders

    @property
    def open_orders(self) -> list[Order]:
        """Every order that may still trade."""
        return list(self.exchange.blotter.open_orders)

    def order_of(self, client_order_id: str) -> Order | None:
        """The order of that name, if it ever arrived."""
        id_ = self.exchange.blotter._client_ids.get(client_order_id)
        return None if id_ is None else self.orders[id_]

    @property
    def holdings(self) -> dict[str, Decimal]:
        """The truth about positions."""
        return {s: p.qty for s, p in self.exchange.account.positions.items() if p.qty}

    # The market

    def tick(self, symbol: str, jump: float = 0.0) -> tuple[Tick, ...]:
        """Let the market move and trade; return what happened."""
        rng, cents = self._rng, self._cents[symbol]
        step = round(cents * jump) if jump else rng.randint(-6, 6)
        self._cents[symbol] = cents = min(max(cents + step, 300), self._first[symbol] * 4)
        spread = rng.randint(1, 6)
        bid, ask = cents / 100, (cents + spread) / 100
        quote = QuoteTick(symbol, self.now, bid, rng.randint(3, 60), ask, rng.randint(3, 60))
        self._trade_ids += 1
        printed = (cents + rng.randint(-8, spread + 8)) / 100
        size = rng.randint(1, 40)
        trade = TradeTick(symbol, self.now, printed, size, "V", self._trade_ids)
        self.take((quote, trade))
        return quote, trade

    def take(self, ticks: Sequence[Tick]) -> None:
        """Let these things have happened in the market now."""
        self.exchange.tell_time(self.now)
        self.exchange.on_ticks(ticks)
        self.commit()

    # The wire

    def ask(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Answer one request as the venue's routes do.

        Raises:
            Rejection: the venue's own no.
        """
        try:
            answer = self._answered(method, path, body)
        finally:
            self.commit()
        return msgspec.json.decode(msgspec.json.encode(answer))

    def _answered(self, method: str, path: str, body: Mapping[str, Any]) -> Any:  # noqa: C901, PLR0911, PLR0912 - one line a route
        exchange, blotter, now = self.exchange, self.exchange.blotter, self.now
        place, _, named = path.strip("/").partition("/")
        match method, place, named:
            case "POST", "orders", "":
                return self._shown(exchange.submit(read_ticket(body), now))
            case "PATCH", "orders", _:
                return self._shown(exchange.replace(named, read_changes(body), now))
            case "DELETE", "orders", "":
                return [{"id": o.id, "status": 200} for o in exchange.cancel_all(now)]
            case "DELETE", "orders", _:
                return exchange.cancel(named, now) and None
            case "GET", "orders:by_client_order_id", "":
                return self._shown(blotter.order_of_client(str(body["client_order_id"])))
            case "GET", "orders", "":
                return self._listed(body)
            case "GET", "orders", _:
                return self._shown(blotter.order(named))
            case "GET", "account", "activities":
                after = parse(str(body["after"]))
                return [activity_json(fill) for fill in blotter.fills if fill.at > after]
            case "GET", "account", "":
                return self._money()
            case "GET" | "PATCH", "account", "configurations":
                if method == "PATCH":
                    changed = msgspec.structs.replace(exchange.account.settings, **body)
                    exchange.configure(changed)
                return settings_json(exchange.account.settings)
            case "GET", "positions", "":
                return [self._holding(p) for p in exchange.account.positions.values()]
            case "GET", "clock", "":
                return self._clock()
            case "GET", "assets", "":
                return [asset_json(_listing(symbol)) for symbol in self._symbols]
        raise not_found(f"the simulated venue has no {method} {path}")

    def _shown(self, order: Order) -> dict[str, Any]:
        return order_json(order, self.exchange.blotter.legs(order))

    def _listed(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        blotter = self.exchange.blotter
        orders = list(blotter.orders.values())
        if query.get("status") == "open":
            orders = [order for order in orders if order.is_open]
        if query.get("after"):
            after = parse(str(query["after"]))
            orders = [order for order in orders if order.submitted_at > after]
        if query.get("until"):
            until = parse(str(query["until"]))
            orders = [order for order in orders if order.submitted_at < until]
        orders.sort(key=_age, reverse=query.get("direction") != "asc")
        if query.get("nested") != "true":
            return [order_json(order) for order in orders[:MOST_ROWS]]
        listed = {order.id for order in orders}
        parents = [order for order in orders if order.parent_id not in listed]
        return [self._shown(order) for order in parents[:MOST_ROWS]]

    def _holding(self, position: Any) -> dict[str, Any]:
        """Return what the adapter reads of a position."""
        held = self.exchange.held_qty(position.symbol)
        return {
            "symbol": position.symbol,
            "side": position.side,
            "qty": number(position.qty),
            "qty_available": number(max(abs(position.qty) - held, Decimal(0))),
            "avg_entry_price": number(position.avg_entry_price.quantize(MICROS)),
            "current_price": number(self.exchange.account.price(position)),
        }

    def _money(self) -> dict[str, Any]:
        """Return what the adapter reads of the account."""
        account = self.exchange.account
        exposure = account.worth.exposure
        free = account.equity * 2 - exposure - self.exchange.blotter.open_orders.reserved
        return {
            "account_number": "PASIM",
            "equity": number(account.equity),
            "last_equity": number(account.last_equity),
            "cash": number(account.cash),
            "buying_power": number(max(free, Decimal(0))),
            "shorting_enabled": account.worth.may_short,
            "trade_suspended_by_user": account.settings.suspend_trade,
        }

    def _clock(self) -> dict[str, Any]:
        later = self.now + 4 * 3_600 * SECOND
        return {
            "timestamp": rfc3339(self.now),
            "is_open": True,
            "next_open": rfc3339(later + 3_600 * SECOND),
            "next_close": rfc3339(later),
        }

    # The second step of every command

    def commit(self) -> None:
        """Tell what has changed; let pending commands have effect soon."""
        for change in self.exchange.take_changes():
            if not isinstance(change, OrderEvent):
                continue
            if change.kind is EventKind.PENDING_CANCEL and (seconds := self.slow_cancel()):
                self.exchange.held_cancels.add(change.order.id)
                self._timeline.after(seconds, self._release, change.order.id)
            if change.is_told:
                self.publish(event_json(change, event_id=self._uuid(), execution_id=self._uuid()))
        if self.exchange.has_due and not self._is_settling:
            self._is_settling = True
            self._timeline.after(self._rng.uniform(0.0005, 0.02), self._settle)

    def _release(self, order_id: str) -> None:
        self.exchange.held_cancels.discard(order_id)
        self._settle()

    def _settle(self) -> None:
        self._is_settling = False
        self.exchange.settle(self.now)
        held = self.exchange.held_cancels
        self._is_settling = bool(held)
        self.commit()
        self._is_settling = False

    def halt(self, symbol: str, *, is_halted: bool) -> None:
        """Stop or resume trading in a symbol."""
        if is_halted:
            self.engine.halted.add(symbol)
            return
        self.engine.halted.discard(symbol)
        self.exchange.resume(symbol, self.now)
        self.engine.match_both(symbol, self.now)
        self.commit()

    def place_foreign(self, number: int) -> None:
        """Place an order as another program with the same keys would."""
        rng, symbol = self._rng, self._rng.choice(self._symbols)
        side = rng.choice(list(Side))
        away = -side.sign * rng.randint(0, 400)
        body = {
            "symbol": symbol,
            "side": side.value,
            "type": "limit",
            "time_in_force": rng.choice(["day", "gtc"]),
            "client_order_id": f"other-{number}",
            "qty": str(rng.randint(1, 30)),
            "limit_price": str(Decimal(self._cents[symbol] + away) / 100),
        }
        self.ask("POST", "/orders", body)

    def _uuid(self) -> str:
        return str(UUID(int=self._rng.getrandbits(128), version=4))

    def at(self, moment: datetime) -> int:
        """Return a time of the desk as the venue counts."""
        return int(moment.timestamp() * SECOND)


def _listing(symbol: str) -> Listing:
    return Listing(symbol=symbol, name=f"{symbol} Inc.", exchange="NASDAQ")


def _age(order: Order) -> int:
    return order.seq
