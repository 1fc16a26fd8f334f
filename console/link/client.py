"""The console's side of the link: one connection to the desk.

Errors say what is known: `NotAttached` - nothing was sent; `DeskLost` - it may or may
not have been done; `DeskRefused` - it was not.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import msgspec
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from console.domain.alerts import Direction
from console.domain.flatten import FlattenRequest
from console.domain.market import Bar, Timeframe
from console.domain.orders import OrderRequest, TimeInForce
from console.domain.receipts import Preview, Receipt
from console.domain.scans import Scan, ScanRule
from console.domain.tickets import Ticket
from console.link import messages
from console.link.messages import Refusal, Reply, Told, Welcome
from console.link.sockets import check_path, cut

MAX_MESSAGE_BYTES = 256 * 1024 * 1024
"""A snapshot is one message, and the desk is trusted."""

OPEN_SECONDS = 10.0

P = TypeVar("P")
OnTold = Callable[[Told], None]


class LinkError(Exception):
    """The desk could not be asked; the message is fit for the trader."""


class NotAttached(LinkError):  # noqa: N818 - reads as what it is
    """There is no desk to ask; nothing was sent."""


class DeskLost(LinkError):  # noqa: N818 - reads as what it is
    """The desk went away before it answered; it may or may not have done it."""


class DeskRefused(LinkError):  # noqa: N818 - reads as what it is
    """The desk did not understand or could not answer; the message says why."""


@dataclass(slots=True)
class _Pending:
    """The requests that wait for their answer."""

    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    answers: dict[int, asyncio.Future[Reply]] = field(default_factory=dict)

    def settle(self, message: Reply | Refusal) -> None:
        future = self.answers.pop(message.id, None)
        if future is None or future.done():
            return
        if isinstance(message, Reply):
            future.set_result(message)
            return
        future.set_exception(DeskRefused(message.text))

    def lose(self) -> None:
        for future in self.answers.values():
            if not future.done():
                future.set_exception(
                    DeskLost(
                        "the desk went away before it answered, so it is not known whether "
                        "this was done: look at the orders before you repeat it"
                    )
                )
        self.answers.clear()


class LinkClient:
    """One connection to a desk, with a method for each thing that can be asked of it.

    Made by `connect`. Every request raises `DeskLost` when the desk goes away before it
    answers, `NotAttached` when it was gone already, `DeskRefused` when it will not.
    """

    def __init__(self, connection: ClientConnection, welcome: Welcome, on_told: OnTold) -> None:
        self.welcome = welcome
        self.refused: str = ""
        """The desk's last complaint that belongs to no request."""
        self._connection = connection
        self._on_told = on_told
        self._pending = _Pending()
        self._reading = asyncio.create_task(self._read(), name="link client")

    @classmethod
    async def connect(
        cls, path: Path, program: str, on_told: OnTold = lambda _: None
    ) -> "LinkClient":
        """Attach to the desk that listens on `path`; `on_told` hears the snapshot first.

        Raises:
            NotAttached: no desk listens there.
            DeskRefused: it will not have us, and says why.
            console.link.sockets.SocketUnusable: the path is too long.
        """
        check_path(path)
        try:
            connection = await unix_connect(
                str(path),
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                open_timeout=OPEN_SECONDS,
                close_timeout=1,
                proxy=None,
                user_agent_header=None,
            )
            welcome = await _introduce(connection, program)
        except (OSError, ConnectionClosed, InvalidHandshake) as error:
            raise NotAttached(f"no desk answers on {path}: {error}") from error
        return cls(connection, welcome, on_told)

    @property
    def is_attached(self) -> bool:
        """Whether the desk can still be asked."""
        return not self._reading.done()

    async def wait_closed(self) -> None:
        """Wait until the connection is over, whoever ended it.

        Raises:
            Exception: whatever `on_told` raised, which ends the connection.
        """
        await asyncio.shield(self._reading)

    async def close(self) -> None:
        """Detach; the desk goes on."""
        await self._connection.close()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def show(self, symbols: Sequence[str], focus: str | None = None) -> None:
        """Say which symbols are on the screen and which one to analyse."""
        await self._send(messages.Show(symbols=tuple(symbols), focus=focus))

    async def submit(self, request: OrderRequest) -> Receipt:
        """Send an order."""
        return await self._command(messages.Submit(id=self._number(), request=request))

    async def cancel(self, orders: Sequence[str]) -> Receipt:
        """Cancel working orders by their client order ids."""
        return await self._command(messages.Cancel(id=self._number(), orders=tuple(orders)))

    async def cancel_all(self) -> Receipt:
        """Cancel every open order of the account."""
        return await self._command(messages.CancelAll(id=self._number()))

    async def replace(
        self,
        order: str,
        *,
        qty: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
        time_in_force: TimeInForce | None = None,
    ) -> Receipt:
        """Change a working order; what is None stays."""
        request = messages.Replace(
            id=self._number(),
            order=order,
            qty=_text(qty),
            limit_price=_text(limit_price),
            stop_price=_text(stop_price),
            time_in_force=time_in_force,
        )
        return await self._command(request)

    async def flat(self, symbol: str) -> Receipt:
        """Cancel the symbol's working orders and close its position."""
        return await self._command(messages.Flat(id=self._number(), symbol=symbol))

    async def flatten(self, request: FlattenRequest) -> Receipt:
        """Close positions, also while halted."""
        return await self._command(messages.Flatten(id=self._number(), request=request))

    async def fence(self, *, is_set: bool) -> Receipt:
        """Suspend the account at the broker while halted, or lift that."""
        return await self._command(messages.Fence(id=self._number(), is_set=is_set))

    async def exit(self, symbol: str) -> Receipt:
        """Free a position from its own orders and close it; protected again if that fails."""
        return await self._command(messages.Exit(id=self._number(), symbol=symbol))

    async def halt(self, reason: str) -> Receipt:
        """Pull the cord."""
        return await self._command(messages.Halt(id=self._number(), reason=reason))

    async def reduce(self, reason: str) -> Receipt:
        """Let only orders through that reduce."""
        return await self._command(messages.Reduce(id=self._number(), reason=reason))

    async def override_blind(self, reason: str) -> Receipt:
        """Let entries pass while the trading stream is down."""
        return await self._command(messages.Override(id=self._number(), reason=reason))

    async def rearm(self, reason: str) -> Receipt:
        """Lift the halt."""
        return await self._command(messages.Rearm(id=self._number(), reason=reason))

    async def reconcile(self) -> Receipt:
        """Have the desk compare with the broker now."""
        return await self._command(messages.Reconcile(id=self._number()))

    async def set_crossing(self, symbol: str, direction: Direction, price: float) -> Receipt:
        """Ask to be told when a price crosses a level."""
        request = messages.SetCrossing(
            id=self._number(), symbol=symbol, direction=direction, price=price
        )
        return await self._command(request)

    async def remove_crossing(self, crossing: str) -> Receipt:
        """Forget a crossing."""
        return await self._command(messages.RemoveCrossing(id=self._number(), crossing=crossing))

    async def acknowledge(self, alerts: Sequence[str]) -> Receipt:
        """Say that these alerts were seen."""
        return await self._command(messages.Acknowledge(id=self._number(), alerts=tuple(alerts)))

    async def watch(self, symbol: str, *, is_watched: bool) -> Receipt:
        """Put a symbol on the watchlist or take it off."""
        request = messages.Watchlist(id=self._number(), symbol=symbol, is_watched=is_watched)
        return await self._command(request)

    async def stop_desk(self) -> Receipt:
        """End the desk; orders stay at the broker."""
        return await self._command(messages.StopDesk(id=self._number()))

    async def check(self, ticket: Ticket) -> Preview:
        """Ask the gate about a ticket without sending it."""
        reply = await self._request(messages.Check(id=self._number(), ticket=ticket))
        return _expected(reply.preview)

    async def bars(self, symbol: str, timeframe: Timeframe, limit: int) -> tuple[Bar, ...]:
        """Return the newest bars, oldest first."""
        request = messages.Bars(id=self._number(), symbol=symbol, timeframe=timeframe, limit=limit)
        reply = await self._request(request)
        if reply.receipt is not None:
            raise DeskRefused(reply.receipt.detail)
        return _expected(reply.bars)

    async def scan(
        self, rule: ScanRule, universe: str, symbols: Sequence[str] | None = None
    ) -> Receipt:
        """Scan these symbols by a rule, or all that can be traded; answered once it has begun."""
        request = messages.BeginScan(
            id=self._number(),
            rule=rule,
            universe=universe,
            symbols=None if symbols is None else tuple(symbols),
        )
        return await self._command(request)

    async def cancel_scan(self) -> Receipt:
        """End the running scan; what it found stays."""
        return await self._command(messages.CancelScan(id=self._number()))

    async def last_scan(self) -> Scan | None:
        """Return the scan that runs or ran last; None when there was never one."""
        reply = await self._request(messages.ShowScan(id=self._number()))
        if reply.receipt is not None:
            raise DeskRefused(reply.receipt.detail)
        return reply.scan

    def _number(self) -> int:
        return next(self._pending.numbers)

    async def _command(self, request: messages.Request) -> Receipt:
        reply = await self._request(request)
        return _expected(reply.receipt)

    async def _request(self, request: messages.Request) -> Reply:
        answer = asyncio.get_running_loop().create_future()
        self._pending.answers[request.id] = answer
        try:
            await self._send(request)
            reply: Reply = await answer
        finally:
            self._pending.answers.pop(request.id, None)
        return reply

    async def _send(self, message: messages.Message) -> None:
        if not self.is_attached:
            raise NotAttached("there is no desk: nothing was sent")
        try:
            await self._connection.send(messages.encode(message))
        except ConnectionClosed:
            raise DeskLost("the desk went away while this was sent: look at the orders") from None

    async def _read(self) -> None:
        try:
            while True:
                self._take(messages.decode_from_desk(await self._connection.recv(decode=False)))
        except ConnectionClosed:
            return
        finally:
            self._pending.lose()
            cut(self._connection)

    def _take(self, message: messages.FromDesk) -> None:
        match message:
            case Told():
                self._on_told(message)
            case Refusal(id=0):
                self.refused = message.text
            case Reply() | Refusal():
                self._pending.settle(message)
            case Welcome():
                return


async def _introduce(connection: ClientConnection, program: str) -> Welcome:
    hello = messages.Hello(version=messages.VERSION, program=program)
    is_welcome = False
    try:
        await connection.send(messages.encode(hello))
        async with asyncio.timeout(OPEN_SECONDS):
            message = messages.decode_from_desk(await connection.recv(decode=False))
        is_welcome = isinstance(message, Welcome)
    except (msgspec.MsgspecError, TimeoutError) as error:
        raise NotAttached(f"what listens there does not answer as a desk: {error}") from error
    finally:
        if not is_welcome:
            cut(connection)
    if isinstance(message, Welcome):
        return message
    if isinstance(message, Refusal):
        raise DeskRefused(message.text)
    raise NotAttached("what listens there does not answer as a desk")


def _expected(part: P | None) -> P:
    if part is None:
        raise DeskRefused("the desk answered with something else than was asked for")
    return part


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
