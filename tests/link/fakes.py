"""A desk that is no desk, the server in front of it on a real socket, and consoles."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from websockets.asyncio.client import ClientConnection, unix_connect

from console.domain.alerts import Alert, AlertKind, Severity
from console.domain.events import (
    AlertUpdated,
    Event,
    MarketMoved,
    OrderUpdated,
    PositionsReported,
)
from console.domain.market import Bar, Quote
from console.domain.orders import Order, OrderRequest, OrderStatus, Side
from console.domain.permissions import Actor
from console.domain.positions import Position
from console.domain.receipts import Outcome, Preview, Receipt
from console.link import messages, wire
from console.link.server import LinkServer
from console.link.sockets import cut

PATIENCE = 60.0
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


class FakeDesk:
    """Answers everything, remembers everything, tells what it is told to."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.asked: list[tuple[object, ...]] = []
        self.shown: dict[str, tuple[tuple[str, ...], str | None]] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None
        self._listeners: list[Callable[[Event], None]] = []

    def tell(self, *events: Event) -> None:
        self.events += events
        for event in events:
            for listener in tuple(self._listeners):
                listener(event)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def submit(self, request: OrderRequest, actor: Actor) -> Receipt:
        receipt = await self._done("submit", request, actor)
        return Receipt(outcome=receipt.outcome, detail="sent", order=request.client_order_id)

    async def check(self, ticket: object, actor: Actor) -> Preview:
        await self._done("check", ticket, actor)
        return Preview(
            request=None,
            checks=(),
            quote=None,
            notional=Decimal("1.10"),
            buying_power_after=None,
            position_after=None,
        )

    async def replace(self, **terms: object) -> Receipt:
        return await self._done("replace", terms)

    async def bars(self, symbol: str, timeframe: object, limit: int) -> Sequence[Bar]:
        await self._done("bars", symbol, timeframe, limit)
        return [
            Bar(symbol=symbol, at=NOON, open=1, high=2, low=0.5, close=1.5, volume=float(limit))
        ]

    def show(self, console: str, symbols: Sequence[str], focus: str | None) -> None:
        self.shown[console] = (tuple(symbols), focus)

    def hide(self, console: str) -> None:
        self.shown.pop(console, None)

    def snapshot(self) -> list[Event]:
        return list(self.events)

    def listen(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(callback)
        return partial(self._listeners.remove, callback)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Receipt]]:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(self._done, name)

    async def _done(self, *asked: object) -> Receipt:
        self.asked.append(asked)
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"{asked[0]} done")


class FakeClock:
    """Noon for ever; monotonic time moves when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return self.seconds


class Raw:
    """A console that speaks the wire by hand."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, message: messages.Message) -> None:
        await self.connection.send(wire.encode(message))

    async def hear(self) -> messages.FromDesk:
        async with asyncio.timeout(PATIENCE):
            return wire.decode_from_desk(await self.connection.recv(decode=False))

    async def hear_events(self) -> list[Event]:
        """The events of the next message that has any."""
        while True:
            heard = await self.hear()
            if isinstance(heard, messages.Told) and heard.events:
                return [wire.unpack(raw) for raw in heard.events]

    async def hear_answer(self) -> messages.Reply | messages.Refusal:
        while True:
            heard = await self.hear()
            if isinstance(heard, messages.Reply | messages.Refusal):
                return heard


class Link:
    """The server under test, and consoles to attach to it."""

    def __init__(self, server: LinkServer, desk: FakeDesk, path: Path, clock: FakeClock) -> None:
        self.server = server
        self.desk = desk
        self.path = path
        self.clock = clock
        self.stopped_by: list[Actor] = []
        self._raw: list[ClientConnection] = []

    async def call(self, **options: object) -> Raw:
        """Open a connection and say nothing."""
        connection = await unix_connect(
            str(self.path), compression=None, proxy=None, max_size=None, close_timeout=1, **options
        )
        self._raw.append(connection)
        return Raw(connection)

    async def attach(self, **options: object) -> Raw:
        """Open a connection, say hello, and hear the welcome and the snapshot."""
        raw = await self.call(**options)
        await raw.say(messages.Hello(version=messages.VERSION, program="console"))
        assert isinstance(await raw.hear(), messages.Welcome)
        snapshot = await raw.hear()
        assert isinstance(snapshot, messages.Told)
        assert snapshot.is_snapshot
        return raw

    async def close(self) -> None:
        for connection in self._raw:
            cut(connection)
        await self.server.close()


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so; a test that waits in vain fails in the end."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for is no event of ours
            await asyncio.sleep(0.005)


def welcome() -> messages.Welcome:
    return messages.Welcome(
        profile="demo",
        venue="embedded venue",
        feed="synthetic",
        desk_pid=1,
        state_folder="state",
        user="trader",
    )


def quote(symbol: str, bid: float, *, second: int = 0) -> Quote:
    at = NOON.replace(second=second)
    return Quote(
        symbol=symbol,
        bid=bid,
        bid_size=100,
        ask=bid + 0.01,
        ask_size=200,
        at=at,
        received_at=at,
    )


def moved(*quotes: Quote) -> MarketMoved:
    return MarketMoved(quotes=quotes)


def alert(text: str) -> AlertUpdated:
    return AlertUpdated(
        Alert(id=text, kind=AlertKind.SYSTEM, severity=Severity.INFO, text=text, at=NOON)
    )


def alerts(count: int) -> Iterator[AlertUpdated]:
    return (alert(f"alert {number}") for number in range(count))


def buy(order: str, symbol: str = "AAPL", qty: str = "10") -> OrderRequest:
    return OrderRequest(
        client_order_id=order,
        symbol=symbol,
        side=Side.BUY,
        qty=Decimal(qty),
        limit_price=Decimal("190.10"),
    )


def updated(order: str, symbol: str, status: OrderStatus = OrderStatus.NEW) -> OrderUpdated:
    return OrderUpdated(
        Order(request=buy(order, symbol), status=status, updated_at=NOON, submitted_at=NOON)
    )


def holding(*symbols: str) -> PositionsReported:
    return PositionsReported(
        at=NOON,
        positions=tuple(
            Position(
                symbol=symbol,
                qty=Decimal(5),
                avg_entry_price=Decimal(100),
                qty_available=Decimal(5),
            )
            for symbol in symbols
        ),
    )
