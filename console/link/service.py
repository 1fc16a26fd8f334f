"""What the link needs of a desk, and how each request is put to it."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Protocol

from console.domain.alerts import Direction
from console.domain.events import Event
from console.domain.flatten import FlattenRequest
from console.domain.market import Bar, Timeframe
from console.domain.orders import OrderRequest, TimeInForce
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Outcome, Preview, Receipt
from console.domain.scans import Scan, ScanRule
from console.domain.tickets import Ticket
from console.domain.ticks import Ticks
from console.link import messages
from console.link.intake import replacement_terms


class DeskService(Protocol):
    """The desk as its consoles know it; permissions are the desk's to check."""

    async def submit(self, request: OrderRequest, actor: Actor, /) -> Receipt:
        """Send an order."""

    async def check(self, ticket: Ticket, actor: Actor, /) -> Preview:
        """Say what the gate would say of a ticket."""

    async def cancel(self, orders: Sequence[str], actor: Actor, /) -> Receipt:
        """Cancel orders by their client order ids."""

    async def cancel_all(self, actor: Actor, /) -> Receipt:
        """Cancel every open order."""

    async def replace(
        self,
        *,
        order: str,
        qty: Decimal | None,
        limit_price: Decimal | None,
        stop_price: Decimal | None,
        trail_price: Decimal | None,
        trail_percent: Decimal | None,
        time_in_force: TimeInForce | None,
        actor: Actor,
    ) -> Receipt:
        """Change a working order; what is None stays."""

    async def flat(self, symbol: str, actor: Actor, /) -> Receipt:
        """Cancel the symbol's orders and close its position."""

    async def flatten(self, request: FlattenRequest, actor: Actor, /) -> Receipt:
        """Close positions, also while halted."""

    async def fence(self, is_set: bool, actor: Actor, /) -> Receipt:  # noqa: FBT001 - the wire's field
        """Suspend the account at the broker while halted, or lift that."""

    async def exit(self, symbol: str, actor: Actor, /) -> Receipt:
        """Free a position from its own orders and close it."""

    async def halt(self, reason: str, actor: Actor, /) -> Receipt:
        """Pull the cord."""

    async def reduce(self, reason: str, actor: Actor, /) -> Receipt:
        """Let only orders through that reduce."""

    async def override_blind(self, reason: str, actor: Actor, /) -> Receipt:
        """Let entries pass while the trading stream is down."""

    async def rearm(self, reason: str, actor: Actor, /) -> Receipt:
        """Lift the halt."""

    async def reconcile(self, actor: Actor, /) -> Receipt:
        """Compare with the broker now."""

    async def set_crossing(
        self, symbol: str, direction: Direction, price: float, actor: Actor, /
    ) -> Receipt:
        """Arm a price crossing."""

    async def remove_crossing(self, crossing: str, actor: Actor, /) -> Receipt:
        """Forget a price crossing."""

    async def acknowledge(self, alerts: Sequence[str], actor: Actor, /) -> Receipt:
        """Mark alerts as seen."""

    async def watch(self, symbol: str, is_watched: bool, actor: Actor, /) -> Receipt:  # noqa: FBT001 - the wire's field
        """Put a symbol on the watchlist or take it off."""

    async def bars(self, symbol: str, timeframe: Timeframe, limit: int, /) -> Sequence[Bar]:
        """The newest bars, oldest first."""

    async def ticks(self, tap: str, symbols: Sequence[str], /) -> Ticks | Receipt:
        """Every tick of these symbols since the tap was asked last."""

    async def scan(
        self, rule: ScanRule, universe: str, symbols: Sequence[str] | None, actor: Actor, /
    ) -> Receipt:
        """Scan the market by a rule."""

    async def cancel_scan(self, actor: Actor, /) -> Receipt:
        """End the running scan."""

    def last_scan(self) -> Scan | None:
        """The scan that runs or ran last."""

    def show(self, console: str, symbols: Sequence[str], focus: str | None, /) -> None:
        """Stream these symbols for a console and take readings of `focus`."""

    def hide(self, console: str, /) -> None:
        """A console is gone; forget what it showed."""

    def snapshot(self) -> Sequence[Event]:
        """The whole state, told as events."""

    def listen(self, callback: Callable[[Event], None], /) -> Callable[[], None]:
        """Hear every event after this moment, in order; returns how to stop hearing."""


Found = Receipt | Preview | tuple[Bar, ...] | Scan | Ticks | None
"""What a desk answers with; None is the scan that never was."""


async def answer(  # noqa: C901, PLR0911, PLR0912 - one line a request
    desk: DeskService, request: messages.Request, actor: Actor
) -> Found:
    """Put a request to the desk and return what it says."""
    match request:
        case messages.Submit():
            return await desk.submit(request.request, actor)
        case messages.Check():
            return await desk.check(request.ticket, actor)
        case messages.Cancel():
            return await desk.cancel(request.orders, actor)
        case messages.CancelAll():
            return await desk.cancel_all(actor)
        case messages.Replace():
            return await _replace(desk, request, actor)
        case messages.Flat():
            return await desk.flat(request.symbol, actor)
        case messages.Flatten():
            return await desk.flatten(request.request, actor)
        case messages.Fence():
            return await desk.fence(request.is_set, actor)
        case messages.Exit():
            return await desk.exit(request.symbol, actor)
        case messages.Halt():
            return await desk.halt(request.reason, actor)
        case messages.Reduce():
            return await desk.reduce(request.reason, actor)
        case messages.Override():
            return await desk.override_blind(request.reason, actor)
        case messages.Rearm():
            return await desk.rearm(request.reason, actor)
        case messages.Reconcile():
            return await desk.reconcile(actor)
        case messages.SetCrossing(symbol=symbol, direction=direction, price=price):
            return await desk.set_crossing(symbol, direction, price, actor)
        case messages.RemoveCrossing():
            return await desk.remove_crossing(request.crossing, actor)
        case messages.Acknowledge():
            return await desk.acknowledge(request.alerts, actor)
        case messages.Watchlist():
            return await desk.watch(request.symbol, request.is_watched, actor)
        case messages.Bars():
            return await _bars(desk, request, actor)
        case messages.TakeTicks():
            return await _ticks(desk, request, actor)
        case messages.BeginScan(rule=rule, universe=universe, symbols=symbols):
            return await desk.scan(rule, universe, symbols, actor)
        case messages.CancelScan():
            return await desk.cancel_scan(actor)
        case messages.ShowScan():
            return _scan(desk, actor)
    raise NotImplementedError(f"no answer is known to {type(request).__name__}")


async def _replace(desk: DeskService, request: messages.Replace, actor: Actor) -> Receipt:
    terms = replacement_terms(request)
    return await desk.replace(
        order=request.order,
        qty=terms["qty"],
        limit_price=terms["limit_price"],
        stop_price=terms["stop_price"],
        trail_price=terms["trail_price"],
        trail_percent=terms["trail_percent"],
        time_in_force=request.time_in_force,
        actor=actor,
    )


async def _bars(
    desk: DeskService, request: messages.Bars, actor: Actor
) -> Receipt | tuple[Bar, ...]:
    if not actor.may(Capability.OBSERVE):
        return forbidden(actor, Capability.OBSERVE)
    return tuple(await desk.bars(request.symbol, request.timeframe, request.limit))


async def _ticks(desk: DeskService, request: messages.TakeTicks, actor: Actor) -> Receipt | Ticks:
    if not actor.may(Capability.OBSERVE):
        return forbidden(actor, Capability.OBSERVE)
    return await desk.ticks(request.tap, request.symbols)


def _scan(desk: DeskService, actor: Actor) -> Receipt | Scan | None:
    if not actor.may(Capability.OBSERVE):
        return forbidden(actor, Capability.OBSERVE)
    return desk.last_scan()


def forbidden(actor: Actor, capability: Capability) -> Receipt:
    """Return the receipt of what somebody may not do."""
    detail = f"{actor.name} may not {capability.value} here"
    return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)
