"""The desk: everything a console may ask for, behind one door.

Each command runs in a task of the desk's own: a console that goes away in the
middle changes nothing about what becomes of its order.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from console.desk.life import Life
from console.desk.rooms.outside import Outside
from console.desk.rooms.plan import build_rooms
from console.desk.taps import MOST_TAPS
from console.domain.alerts import Direction
from console.domain.events import Event
from console.domain.flatten import FlattenRequest
from console.domain.market import Bar, Timeframe
from console.domain.orders import OrderRequest, TimeInForce
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Outcome, Preview, Receipt
from console.domain.scans import Scan, ScanRule
from console.domain.snapshot import tell
from console.domain.state import TradingState
from console.domain.tickets import Ticket
from console.domain.ticks import Ticks
from console.ports import BrokerError

T = TypeVar("T")


class Desk:
    """The engine. Give it its adapters, `start` it, and pass on what consoles ask."""

    def __init__(self, outside: Outside) -> None:
        self._history = outside.history
        self._rooms = build_rooms(outside)
        self._life = Life(self._rooms, outside)

    @property
    def state(self) -> TradingState:
        """Everything the desk knows now."""
        return self._rooms.ground.store.state

    def may_send(self, order: str) -> bool:
        """Return whether an order may leave. For adapters, in any thread, before they send."""
        return self._rooms.ground.cord.may_leave(order)

    # ── life ────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Begin: market data at once, the rest behind it; the gate opens when reconciled.

        Returns before the broker has answered anything, so that consoles may attach.
        JournalUnavailable when what was stored cannot be read.
        """
        await self._life.begin()

    async def stop(self) -> None:
        """End the desk and close what it was given; orders stay at the broker."""
        await self._life.end()

    # ── what consoles see ───────────────────────────────────────────────────

    def listen(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Have the callback called with each event from now on; return how to end that."""
        return self._rooms.ground.store.listen(callback)

    def snapshot(self) -> list[Event]:
        """Return the whole state told as events."""
        return tell(self.state)

    def show(self, console: str, symbols: Sequence[str], focus: str | None) -> None:
        """Stream these symbols for a console, and analyse the one in focus."""
        self._rooms.market.attention.show(console, symbols, focus)

    def hide(self, console: str) -> None:
        """The console has gone: nothing is wanted for it any more."""
        self._rooms.market.attention.hide(console)

    async def bars(self, symbol: str, timeframe: Timeframe, limit: int) -> Sequence[Bar]:
        """Return the newest bars, oldest first. BrokerUnavailable when they cannot be had."""
        return await self._history.bars(symbol, timeframe, limit)

    async def ticks(self, tap: str, symbols: Sequence[str]) -> Ticks | Receipt:
        """Return every tick of these symbols since the same tap was asked last."""
        told = self._rooms.market.feed.taps.take(tap, symbols)
        if told is None:
            return _deny(f"{MOST_TAPS} datasets follow every tick already: end one of them.")
        return told

    async def check(self, ticket: Ticket, actor: Actor) -> Preview:
        """Say what the gate would say of a ticket now; a new symbol's quote is waited for."""
        self._rooms.market.attention.follow_ticket(ticket.symbol)
        await self._rooms.market.attention.wait_for_quote(ticket.symbol)
        return self._rooms.path.orders.preview(ticket, actor)

    # ── commands ────────────────────────────────────────────────────────────

    async def submit(self, request: OrderRequest, actor: Actor) -> Receipt:
        """Send an order; an empty client order id is filled in."""
        self._rooms.market.attention.follow_ticket(request.symbol)
        return await self._do("submit", self._rooms.path.orders.submit(request, actor))

    async def cancel(self, orders: Sequence[str], actor: Actor) -> Receipt:
        """Cancel working orders by their client order ids."""
        return await self._do("cancel", self._rooms.path.cancels.cancel(orders, actor))

    async def cancel_all(self, actor: Actor) -> Receipt:
        """Cancel every open order of the account."""
        return await self._do("cancel all", self._rooms.path.cancels.cancel_all(actor))

    async def replace(
        self,
        order: str,
        actor: Actor,
        *,
        qty: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
        trail_price: Decimal | None = None,
        trail_percent: Decimal | None = None,
        time_in_force: TimeInForce | None = None,
    ) -> Receipt:
        """Give a working order new terms; what is None stays as it is."""
        told = {
            "qty": qty,
            "limit_price": limit_price,
            "stop_price": stop_price,
            "trail_price": trail_price,
            "trail_percent": trail_percent,
            "time_in_force": time_in_force,
        }
        wished = {name: value for name, value in told.items() if value is not None}
        if not wished:
            return _deny("Nothing was to change; give a new quantity or price.")
        return await self._do("replace", self._rooms.path.orders.replace(order, wished, actor))

    async def flat(self, symbol: str, actor: Actor) -> Receipt:
        """Cancel a symbol's working orders and close its position."""
        return await self._do("flat", self._rooms.closing.flattens.flat(_symbol(symbol), actor))

    async def flatten(self, request: FlattenRequest, actor: Actor) -> Receipt:
        """Close positions, also while halted; answered once it has begun."""
        return await self._do("flatten", self._rooms.closing.flattens.flatten(request, actor))

    async def fence(self, is_set: bool, actor: Actor) -> Receipt:  # noqa: FBT001 - the link hands it on by position
        """Suspend the account at the broker while halted, or lift that."""
        return await self._do("fence", self._rooms.halt.halts.fence(actor, is_set=is_set))

    async def exit(self, symbol: str, actor: Actor) -> Receipt:
        """Free a position from its own orders and close it; protect it again if that fails."""
        return await self._do("exit", self._rooms.closing.exits.exit(_symbol(symbol), actor))

    async def halt(self, reason: str, actor: Actor, *, keeps: str = "", pull: str = "") -> Receipt:
        """Pull the cord; answered as soon as the latch holds. `pull` is the name of this pull."""
        halts = self._rooms.halt.halts
        return await self._do("halt", halts.pull(reason, actor, keeps=keeps, pull=pull))

    async def rearm(self, reason: str, actor: Actor) -> Receipt:
        """Lift a confirmed halt or, where there is none, the reducing latch."""
        return await self._do("re-arm", self._rearm(reason, actor))

    async def reduce(self, reason: str, actor: Actor) -> Receipt:
        """Let only orders through that reduce, until a re-arm."""
        return await self._do("reduce", self._rooms.path.restraints.reduce(reason, actor))

    async def override_blind(self, reason: str, actor: Actor) -> Receipt:
        """Let entries pass while the trading stream is down, for a reason that is recorded."""
        return await self._do("override", self._rooms.path.blind.allow(reason, actor))

    async def reconcile(self, actor: Actor) -> Receipt:
        """Compare with the broker now; what was found is in the state before this answers."""
        if refusal := self._forbidden(Capability.OBSERVE, actor):
            return refusal
        try:
            report = await self._do("reconcile", self._rooms.account.reconciler.ask())
        except BrokerError as error:
            return Receipt(outcome=Outcome.UNKNOWN, detail=f"Not reconciled: {error}")
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"Reconciled: {report}.")

    async def set_crossing(
        self, symbol: str, direction: Direction, price: float, actor: Actor
    ) -> Receipt:
        """Tell when a price crosses a level."""
        symbol = _symbol(symbol)
        if refusal := self._forbidden(Capability.ALERT, actor):
            return refusal
        if objection := self._rooms.market.universe.objection_to(symbol):
            return _deny(objection)
        return self._rooms.ground.alerts.set_crossing(symbol, direction, price, actor)

    async def remove_crossing(self, crossing: str, actor: Actor) -> Receipt:
        """Forget a crossing."""
        if refusal := self._forbidden(Capability.ALERT, actor):
            return refusal
        return self._rooms.ground.alerts.remove_crossing(crossing, actor)

    async def acknowledge(self, alerts: Sequence[str], actor: Actor) -> Receipt:
        """Mark alerts as seen."""
        if refusal := self._forbidden(Capability.ALERT, actor):
            return refusal
        return self._rooms.ground.alerts.acknowledge(alerts, actor)

    async def watch(self, symbol: str, is_watched: bool, actor: Actor) -> Receipt:  # noqa: FBT001 - the link hands it on by position
        """Put a symbol on the watchlist or take it off."""
        if refusal := self._forbidden(Capability.ARRANGE, actor):
            return refusal
        return self._rooms.market.watchlist.watch(_symbol(symbol), actor, is_watched=is_watched)

    async def scan(
        self, rule: ScanRule, universe: str, symbols: Sequence[str] | None, actor: Actor
    ) -> Receipt:
        """Scan these symbols by a rule, or all that can be traded; answered once it has begun."""
        if refusal := self._forbidden(Capability.OBSERVE, actor):
            return refusal
        return self._rooms.market.scanner.begin(rule, universe, symbols, actor)

    async def cancel_scan(self, actor: Actor) -> Receipt:
        """End the running scan; what it found stays."""
        if refusal := self._forbidden(Capability.OBSERVE, actor):
            return refusal
        return self._rooms.market.scanner.cancel()

    def last_scan(self) -> Scan | None:
        """Return the scan that runs or ran last."""
        return self._rooms.market.scanner.report()

    # ── behind the door ─────────────────────────────────────────────────────

    async def _do(self, name: str, command: Coroutine[Any, Any, T]) -> T:
        return await asyncio.shield(self._rooms.ground.workers.run(name, command))

    async def _rearm(self, reason: str, actor: Actor) -> Receipt:
        rooms = self._rooms
        is_reducing = rooms.path.restraints.is_reducing and not rooms.ground.cord.is_pulled
        lift = rooms.path.restraints.rearm if is_reducing else rooms.halt.halts.rearm
        receipt = await lift(reason, actor)
        if receipt.outcome is not Outcome.ACCEPTED:
            return receipt
        told = [receipt.detail]
        if still := rooms.halt.triggers.acknowledge():
            told.append(f"But this still holds and pulls again: {still}.")
        if kept := rooms.path.restraints.current():
            told.append(f"Still {self.state.mode.value}: {'; '.join(map(str, kept))}.")
        return replace(receipt, detail=" ".join(told))

    def _forbidden(self, capability: Capability, actor: Actor) -> Receipt | None:
        if actor.may(capability):
            return None
        detail = f"{actor} may not do that at this desk."
        self._rooms.ground.recorder.note(f"{capability.value}.forbidden", actor, {"detail": detail})
        return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)


def _symbol(told: str) -> str:
    return told.strip().upper()


def _deny(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)
