"""The console's side of the link: a method for each thing that can be asked of the desk."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from console.domain.alerts import Direction
from console.domain.flatten import FlattenRequest
from console.domain.market import Bar, Timeframe
from console.domain.orders import OrderRequest, TimeInForce
from console.domain.receipts import Preview, Receipt
from console.domain.scans import Scan, ScanRule
from console.domain.tickets import Ticket
from console.domain.ticks import Ticks
from console.link import messages
from console.link.connection import Connection, OnTold
from console.link.errors import DeskRefused
from console.link.messages import Welcome

P = TypeVar("P")


class LinkClient:
    """One connection to a desk, with a method for each thing that can be asked of it.

    Made by `connect`. Every request raises `DeskLost` when the desk goes away before it
    answers, `NotAttached` when it was gone already, `DeskRefused` when it will not.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    async def connect(
        cls, path: Path, program: str, on_told: OnTold = lambda _: None
    ) -> "LinkClient":
        """Attach to the desk that listens on `path`; `on_told` hears the snapshot first.

        Raises:
            console.link.errors.NotAttached: no desk listens there.
            console.link.errors.DeskRefused: it will not have us, and says why.
            console.link.sockets.SocketUnusable: the path is too long.
        """
        return cls(await Connection.connect(path, program, on_told))

    @property
    def welcome(self) -> Welcome:
        """What the desk said of itself."""
        return self._connection.welcome

    @property
    def refused(self) -> str:
        """The desk's last complaint that belongs to no request."""
        return self._connection.refused

    @property
    def is_attached(self) -> bool:
        """Whether the desk can still be asked."""
        return self._connection.is_attached

    async def wait_closed(self) -> None:
        """Wait until the connection is over, whoever ended it.

        Raises:
            Exception: whatever `on_told` raised, which ends the connection.
        """
        await self._connection.wait_closed()

    async def close(self) -> None:
        """Detach; the desk goes on."""
        await self._connection.close()

    async def show(self, symbols: Sequence[str], focus: str | None = None) -> None:
        """Say which symbols are on the screen and which one to analyse."""
        await self._connection.send(messages.Show(symbols=tuple(symbols), focus=focus))

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
        trail_price: Decimal | None = None,
        trail_percent: Decimal | None = None,
        time_in_force: TimeInForce | None = None,
    ) -> Receipt:
        """Change a working order; what is None stays."""
        request = messages.Replace(
            id=self._number(),
            order=order,
            qty=_text(qty),
            limit_price=_text(limit_price),
            stop_price=_text(stop_price),
            trail_price=_text(trail_price),
            trail_percent=_text(trail_percent),
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
        reply = await self._connection.request(messages.Check(id=self._number(), ticket=ticket))
        return _expected(reply.preview)

    async def bars(self, symbol: str, timeframe: Timeframe, limit: int) -> tuple[Bar, ...]:
        """Return the newest bars, oldest first."""
        request = messages.Bars(id=self._number(), symbol=symbol, timeframe=timeframe, limit=limit)
        reply = await self._connection.request(request)
        if reply.receipt is not None:
            raise DeskRefused(reply.receipt.detail)
        return _expected(reply.bars)

    async def ticks(self, tap: str, symbols: Sequence[str]) -> Ticks:
        """Return every tick of these symbols since the tap was asked last."""
        request = messages.TakeTicks(id=self._number(), tap=tap, symbols=tuple(symbols))
        reply = await self._connection.request(request)
        if reply.receipt is not None:
            raise DeskRefused(reply.receipt.detail)
        return _expected(reply.ticks)

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
        reply = await self._connection.request(messages.ShowScan(id=self._number()))
        if reply.receipt is not None:
            raise DeskRefused(reply.receipt.detail)
        return reply.scan

    def _number(self) -> int:
        return self._connection.next_id()

    async def _command(self, request: messages.Request) -> Receipt:
        reply = await self._connection.request(request)
        return _expected(reply.receipt)


def _expected(part: P | None) -> P:
    if part is None:
        raise DeskRefused("the desk answered with something else than was asked for")
    return part


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
