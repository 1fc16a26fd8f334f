"""A broker, its streams, a journal and a clock that do as the test tells them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from console.domain.account import Account
from console.domain.connections import Link
from console.domain.events import FillBooked, OrderUpdated
from console.domain.fills import Fill
from console.domain.instruments import Asset
from console.domain.market import Bar, Day, MarketClock, Quote, Timeframe, Trade
from console.domain.orders import Order, OrderRequest, OrderStatus, ReplaceRequest
from console.domain.positions import Position
from console.ports import (
    BrokerUnavailable,
    JournalUnavailable,
    Note,
    OrderRejected,
    Record,
    Remembered,
    Row,
    Tick,
    Unconfirmed,
)
from tests.builders import NOON, account, asset, market_clock

Behaviour = Callable[[], Awaitable[None]]


class FakeClock:
    """Starts at noon and runs on; the test may move it forward."""

    def __init__(self) -> None:
        self._seconds = _clock_of_the_loop()
        self._began = self._seconds()
        self._moved = 0.0
        self._slept = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.monotonic() + self._slept)

    def monotonic(self) -> float:
        return self._seconds() - self._began + self._moved

    def move(self, seconds: float) -> None:
        self._moved += seconds

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep: the time of day goes on, the other clock stands still."""
        self._slept += seconds


def _clock_of_the_loop() -> Callable[[], float]:
    try:
        return asyncio.get_running_loop().time
    except RuntimeError:
        return time.monotonic


class FakeTradingStream:
    """Tells what the broker tells it, unless it is deaf."""

    def __init__(self) -> None:
        self.is_deaf = False
        self.reconnects = 0
        self.connects_at_once = True

    def start(self, on_updates, on_link) -> None:
        self._on_updates, self._on_link = on_updates, on_link
        if self.connects_at_once:
            on_link(Link.LIVE, "")

    def tell(self, *updates: OrderUpdated | FillBooked) -> None:
        if not self.is_deaf:
            self._on_updates(updates)

    def link(self, link: Link, detail: str = "") -> None:
        self._on_link(link, detail)

    async def reconnect(self) -> None:
        self.reconnects += 1
        self.is_deaf = False
        self._on_link(Link.DOWN, "reconnecting")
        self._on_link(Link.LIVE, "")

    async def stop(self) -> None:
        return


class FakeMarketStream:
    """Remembers what is subscribed; the test says the prices."""

    def __init__(self) -> None:
        self.subscribed: set[str] = set()
        self.reconnects = 0

    def start(self, on_ticks: Callable[[Sequence[Tick]], None], on_link) -> None:
        self._on_ticks, self._on_link = on_ticks, on_link
        on_link(Link.LIVE, "")

    def tell(self, *ticks: Tick) -> None:
        self._on_ticks(ticks)

    def take(self, ticks: Sequence[Tick]) -> None:
        self._on_ticks(ticks)

    def link(self, link: Link, detail: str = "") -> None:
        self._on_link(link, detail)

    async def subscribe(self, symbols: Sequence[str]) -> None:
        self.subscribed |= set(symbols)

    async def unsubscribe(self, symbols: Sequence[str]) -> None:
        self.subscribed -= set(symbols)

    async def reconnect(self) -> None:
        self.reconnects += 1

    async def stop(self) -> None:
        return


class FakeHistory:
    """Knows nothing of the past unless it is told."""

    def __init__(self) -> None:
        self.quotes: list[Quote] = []
        self.trades: list[Trade] = []
        self.compared_symbols: list[tuple[str, ...]] = []
        self.trouble: Exception | None = None

    async def bars(self, symbol: str, timeframe: Timeframe, limit: int) -> Sequence[Bar]:
        return ()

    async def days(self, symbols: Sequence[str]) -> Sequence[Day]:
        return ()

    async def latest(self, symbols: Sequence[str]) -> tuple[Sequence[Quote], Sequence[Trade]]:
        quotes = [q for q in self.quotes if q.symbol in symbols]
        return quotes, [t for t in self.trades if t.symbol in symbols]

    async def compared(self, symbols: Sequence[str]) -> Sequence[Tick]:
        self.compared_symbols.append(tuple(symbols))
        if self.trouble is not None:
            raise self.trouble
        return [tick for tick in (*self.quotes, *self.trades) if tick.symbol in symbols]


class FakeJournal:
    """Keeps everything in memory; refuses while it has trouble."""

    def __init__(self, remembered: Remembered | None = None) -> None:
        self.records: list[Record] = []
        self.rows: list[Row] = []
        self.trouble = ""
        self.before_write: Callable[[Record], Awaitable[None]] | None = None
        self._remembered = remembered or Remembered(settings={})

    def hold(self, kind: str) -> tuple[asyncio.Event, asyncio.Event]:
        """Hold records of a kind back; return what tells of one, and what lets them go."""
        writing, go_on = asyncio.Event(), asyncio.Event()

        async def stall(record: Record) -> None:
            if record.kind == kind:
                writing.set()
                await go_on.wait()

        self.before_write = stall
        return writing, go_on

    async def write(self, record: Record, *rows: Row) -> int:
        await self.write_all([(record, rows)])
        return len(self.records)

    async def write_all(self, notes: Sequence[Note]) -> None:
        if self.before_write is not None:
            for record, _ in notes:
                await self.before_write(record)
        if self.trouble:
            raise JournalUnavailable(self.trouble)
        for record, rows in notes:
            self.records.append(record)
            self.rows.extend(rows)

    async def remembered(self) -> Remembered:
        return self._remembered

    async def close(self) -> None:
        return

    @property
    def kinds(self) -> list[str]:
        return [record.kind for record in self.records]


async def drop_answer() -> None:
    """The order arrives, its answer does not."""
    raise Unconfirmed("the answer was lost")


class FakeBroker:
    """A broker in memory: it takes what it is sent, and its stream tells of it."""

    def __init__(self, stream: FakeTradingStream, clock: FakeClock) -> None:
        self.stream = stream
        self.clock_now = clock.now
        self.orders: dict[str, Order] = {}
        self.fills: list[Fill] = []
        self.held: dict[str, Position] = {}
        self.money: Account = account()
        self.session: MarketClock = market_clock()
        self.listed: list[Asset] = [asset("AAPL"), asset("MSFT"), asset("SPY")]
        self.sent: list[OrderRequest | ReplaceRequest] = []
        self.cancels: list[str] = []
        self.trouble = ""
        """While set, no question is answered and no write arrives."""
        self.before_taking: Behaviour | None = None
        self.after_taking: Behaviour | None = None
        self.before_asking: Behaviour | None = None
        self.before_cancel: Behaviour | None = None
        self.listed_held: list[Position] | None = None
        """While set, what it lists as held, whatever is: a list that lags behind the fills."""
        self.refusal = ""
        self.asked: list[str] = []
        self.cancels_complete = True
        self.is_fenced = False
        self.suspends: list[bool] = []

    # writes

    async def submit(self, request: OrderRequest) -> Order:
        self.sent.append(request)
        if self.before_taking is not None:
            await self.before_taking()
        if self.trouble:
            raise Unconfirmed(self.trouble)
        if self.refusal:
            raise OrderRejected(self.refusal)
        taken = self.place(request)
        if self.after_taking is not None:
            await self.after_taking()
        return taken

    async def replace(self, broker_id: str, request: ReplaceRequest) -> Order:
        self.sent.append(request)
        if self.trouble:
            raise Unconfirmed(self.trouble)
        if self.refusal:
            raise OrderRejected(self.refusal)
        old = self._by_id(broker_id)
        wanted = replace(
            old.request,
            client_order_id=request.client_order_id,
            qty=request.qty or old.request.qty,
            limit_price=request.limit_price or old.request.limit_price,
            trail_price=request.trail_price or old.request.trail_price,
            trail_percent=request.trail_percent or old.request.trail_percent,
        )
        self.change(old.key, OrderStatus.REPLACED)
        new = self.place(wanted)
        self.orders[new.key] = replace(new, replaces=broker_id)
        return self.orders[new.key]

    async def cancel(self, broker_id: str) -> None:
        self.cancels.append(broker_id)
        if self.before_cancel is not None:
            await self.before_cancel()
        if self.trouble:
            raise Unconfirmed(self.trouble)
        found = self._by_id(broker_id)
        if found.status.is_closed:
            raise OrderRejected(f'order is already in "{found.status.value}" state')
        ended = OrderStatus.CANCELED if self.cancels_complete else OrderStatus.PENDING_CANCEL
        self.change(found.key, ended)

    async def cancel_all(self) -> None:
        self.cancels.append("all")
        if self.trouble:
            raise Unconfirmed(self.trouble)
        ended = OrderStatus.CANCELED if self.cancels_complete else OrderStatus.PENDING_CANCEL
        for held in [o for o in self.orders.values() if o.is_open]:
            self.change(held.key, ended)

    async def suspend(self, is_suspended: bool) -> None:
        if self.trouble:
            raise Unconfirmed(self.trouble)
        self.suspends.append(is_suspended)
        self.is_fenced = is_suspended

    # questions

    async def is_suspended(self) -> bool:
        await self._ask()
        return self.is_fenced

    async def find(self, client_order_id: str) -> Order | None:
        await self._ask()
        return self.orders.get(client_order_id)

    async def open_orders(self) -> Sequence[Order]:
        self.asked.append("open orders")
        await self._ask()
        return [held for held in self.orders.values() if held.is_open]

    async def orders_since(self, after: datetime) -> Sequence[Order]:
        await self._ask()
        return [held for held in self.orders.values() if held.submitted_at > after]

    async def fills_since(self, after: datetime) -> Sequence[Fill]:
        await self._ask()
        told = (replace(f, order=self.orders[f.order].broker_id or "") for f in self.fills)
        return [f for f in told if f.at > after]

    async def positions(self) -> Sequence[Position]:
        await self._ask()
        told = self.held.values() if self.listed_held is None else self.listed_held
        return [held for held in told if held.qty]

    async def account(self) -> Account:
        await self._ask()
        return replace(self.money, at=self.clock_now())

    async def clock(self) -> MarketClock:
        self.asked.append("clock")
        await self._ask()
        return replace(self.session, at=self.clock_now())

    async def assets(self) -> Sequence[Asset]:
        await self._ask()
        return list(self.listed)

    async def close(self) -> None:
        return

    # what the test does at the broker

    def place(self, request: OrderRequest, status: OrderStatus = OrderStatus.NEW) -> Order:
        now = self.clock_now()
        placed = Order(
            request=request,
            status=status,
            updated_at=now,
            submitted_at=now,
            broker_id=f"b-{request.client_order_id}",
        )
        self.orders[placed.key] = placed
        self.stream.tell(OrderUpdated(placed))
        return placed

    def change(self, key: str, status: OrderStatus) -> None:
        self.orders[key] = replace(self.orders[key], status=status, updated_at=self.clock_now())
        self.stream.tell(OrderUpdated(self.orders[key]))

    def execute(self, key: str, qty: str | None = None, price: str = "190.10") -> Fill:
        held = self.orders[key]
        done = held.leaves_qty if qty is None else Decimal(qty)
        filled = held.filled_qty + done
        whole = filled == held.request.qty
        self.orders[key] = replace(
            held,
            filled_qty=filled,
            filled_avg_price=Decimal(price),
            status=OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_FILLED,
            updated_at=self.clock_now(),
        )
        made = Fill(
            execution_id=f"x-{len(self.fills) + 1}",
            order=key,
            symbol=held.request.symbol,
            side=held.request.side,
            qty=done,
            price=Decimal(price),
            at=self.clock_now(),
        )
        self.fills.append(made)
        self.hold(made.symbol, done * made.side.sign, price)
        self.stream.tell(OrderUpdated(self.orders[key]), FillBooked(made))
        return made

    def hold(self, symbol: str, change: Decimal, price: str = "190") -> None:
        held = self.held.get(symbol)
        qty = change if held is None else held.qty + change
        self.held[symbol] = Position(
            symbol=symbol, qty=qty, avg_entry_price=Decimal(price), qty_available=abs(qty)
        )

    async def _ask(self) -> None:
        if self.before_asking is not None:
            await self.before_asking()
        if self.trouble:
            raise BrokerUnavailable(self.trouble)

    def _by_id(self, broker_id: str) -> Order:
        return next(o for o in self.orders.values() if o.broker_id == broker_id)


async def hang() -> None:
    """No answer, ever."""
    await asyncio.Event().wait()
