"""Exit: free what own stops and legs hold of a position, close it, protect it again if not.

Every step waits for proof, and is recorded before the next. The desk may die at any
of them: what was lifted is written down first, so the next start can tell that a
position has lost its protection.
"""

import json
import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from console.desk.cancels import CancelDesk
from console.desk.closing_price import closing_limit, touch_of
from console.desk.cord import Cord
from console.desk.guard import Guard
from console.desk.limits import Limits
from console.desk.orders import OrderDesk
from console.desk.recorder import THE_DESK, Recorder
from console.desk.sight import Left, Sight
from console.desk.store import Store
from console.desk.unknowns import UNANSWERED
from console.desk.workers import Sleep, Workers
from console.domain.market import Phase
from console.domain.orders import Order, OrderRequest, OrderStatus, Side
from console.domain.permissions import Actor, Capability
from console.domain.positions import Position
from console.domain.protectors import protectors
from console.domain.receipts import Outcome, Receipt
from console.ports import BrokerError, Clock, JournalUnavailable, Setting

log = logging.getLogger(__name__)
EXITS = "exits"
"""The setting under which exits that are not over outlive the desk."""


class ExitDesk:
    """Takes a position out of its own orders' hands, and out of the account."""

    def __init__(
        self,
        *,
        sight: Sight,
        guard: Guard,
        store: Store,
        orders: OrderDesk,
        cancels: CancelDesk,
        cord: Cord,
        recorder: Recorder,
        workers: Workers,
        clock: Clock,
        limits: Limits,
        sleep: Sleep,
    ) -> None:
        self._sight = sight
        self._guard = guard
        self._store = store
        self._orders = orders
        self._cancels = cancels
        self._cord = cord
        self._recorder = recorder
        self._workers = workers
        self._clock = clock
        self._pace = limits.pace
        self._flatten = limits.flatten
        self._sleep = sleep
        self._leaving: dict[str, list[str]] = {}
        self._followed: set[str] = set()

    async def exit(self, symbol: str, actor: Actor) -> Receipt:
        """Close a position that own orders hold; put them back for what could not be closed."""
        if refusal := self._refusal(symbol, actor):
            body = {"symbol": symbol, "detail": refusal.detail}
            self._recorder.note(f"exit.{refusal.outcome.value}", actor, body)
            return refusal
        self._leaving[symbol] = []
        try:
            receipt = await self._leave(symbol, actor)
        except JournalUnavailable as error:
            detail = f"Nothing was done, for it cannot be recorded: {error}"
            receipt = Receipt(outcome=Outcome.DENIED, detail=detail)
        except BrokerError as error:
            receipt = self._lost(symbol, str(error))
        finally:
            if symbol not in self._followed:
                self._leaving.pop(symbol, None)
        await self._answer(symbol, actor, receipt)
        return receipt

    def remember(self, settings: Mapping[str, str]) -> None:
        """Look, once the broker's truth is known, at the exits a former desk did not end."""
        try:
            begun: dict[str, list[str]] = json.loads(settings.get(EXITS) or "{}")
        except ValueError:
            log.exception("the exits of the former desk cannot be read")
            return
        if begun:
            self._workers.run("exits of a former desk", self._report(begun))

    def _refusal(self, symbol: str, actor: Actor) -> Receipt | None:
        if not actor.may(Capability.TRADE):
            detail = f"{actor} may not trade at this desk."
            return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)
        if objection := self._cord.objection():
            return _deny(objection)
        if symbol in self._leaving:
            return _deny(f"{symbol} is being exited already; wait for it.")
        return None

    async def _leave(self, symbol: str, actor: Actor) -> Receipt:
        position = await self._sight.position(symbol)
        if position is None:
            return _deny(f"There is no position in {symbol}; nothing was done.")
        try:
            await self._sight.fresh_quote(symbol, position.closing_side)
        except Left as left:
            return _deny(f"{symbol} stays as it is: {left}.")
        lifted = protectors(position, await self._sight.working(symbol))
        try:
            return await self._free_and_close(position, lifted, actor)
        except BrokerError:
            if self._leaving[symbol]:
                self._run(symbol, self._protect_later(symbol, lifted, actor))
            raise

    async def _free_and_close(
        self, position: Position, lifted: Sequence[Order], actor: Actor
    ) -> Receipt:
        symbol = position.symbol
        self._leaving[symbol] = [str(order.request) for order in lifted]
        body = {"symbol": symbol, "qty": str(position.qty), "lifts": self._leaving[symbol]}
        await self._recorder.write("exit.intended", actor, body, self._row())
        if lifted and (trouble := await self._lift(symbol, lifted, actor)):
            return await self._guard.protect(symbol, lifted, actor, Outcome.UNKNOWN, trouble)
        await self._recorder.try_write("exit.freed", actor, {"symbol": symbol})
        return await self._close(symbol, lifted, actor)

    async def _lift(self, symbol: str, lifted: Sequence[Order], actor: Actor) -> str:
        """Cancel and wait for the proof; return what is not proven, empty when all is."""
        await self._cancels.cancel([order.key for order in lifted], actor)
        keys = {order.key for order in lifted}
        until = self._clock.monotonic() + self._pace.flat_deadline
        while True:
            left = [order for order in await self._sight.working(symbol) if order.key in keys]
            if not left:
                return ""
            if self._clock.monotonic() >= until:
                return f"{len(left)} of its orders are not proven canceled"
            await self._sleep(self._pace.flat_poll)

    async def _close(self, symbol: str, lifted: Sequence[Order], actor: Actor) -> Receipt:
        position = await self._sight.position(symbol)
        if position is None:
            detail = f"{symbol} is flat: one of its own orders was filled meanwhile."
            return Receipt(outcome=Outcome.ACCEPTED, detail=detail)
        try:
            request = await self._closing_order(position)
        except Left as left:
            return await self._guard.protect(symbol, lifted, actor, Outcome.DENIED, str(left))
        answer = await self._orders.submit(request, actor)
        if answer.outcome is Outcome.UNKNOWN and answer.order is not None:
            self._run(symbol, self._follow(symbol, answer.order, lifted, actor))
            return answer
        if answer.outcome is not Outcome.ACCEPTED or answer.order is None:
            return await self._guard.protect(symbol, lifted, actor, answer.outcome, answer.detail)
        return await self._see_it_filled(symbol, answer.order, lifted, actor)

    async def _see_it_filled(
        self, symbol: str, key: str, lifted: Sequence[Order], actor: Actor
    ) -> Receipt:
        """Wait for the fill; take back what is not filled in time."""
        if not await self._is_closed(key):
            await self._cancels.cancel([key], actor)
            await self._is_closed(key)
        order = self._store.state.orders[key]
        if order.status is OrderStatus.FILLED:
            price = "" if order.filled_avg_price is None else f" @ {order.filled_avg_price:.2f}"
            verb = "Sold" if order.request.side is Side.SELL else "Bought back"
            detail = f"Exited: {verb} {order.filled_qty:f} {symbol}{price}."
            return Receipt(outcome=Outcome.ACCEPTED, detail=detail, order=key)
        if order.is_open:
            why = f"{order.request} is neither filled nor proven canceled"
            return await self._guard.protect(symbol, (), actor, Outcome.UNKNOWN, why)
        why = f"the market took {order.filled_qty:f} of {order.request}"
        if order.status is OrderStatus.ABSENT:
            why = f"{order.request} never reached the broker"
        return await self._guard.protect(symbol, lifted, actor, Outcome.REJECTED, why)

    async def _is_closed(self, key: str) -> bool:
        until = self._clock.monotonic() + self._pace.flat_deadline
        while self._store.state.orders[key].is_open:
            if self._clock.monotonic() >= until:
                return False
            await self._sleep(self._pace.flat_poll)
        return True

    async def _follow(self, symbol: str, key: str, lifted: Sequence[Order], actor: Actor) -> None:
        """Wait until the fate of an unknown exit is known, then protect what is left."""
        while self._store.state.orders[key].status in UNANSWERED:
            await self._sleep(self._pace.flat_poll)
        try:
            receipt = await self._see_it_filled(symbol, key, lifted, actor)
        except BrokerError:
            await self._protect_later(symbol, lifted, actor)
            return
        await self._answer(symbol, actor, receipt)

    async def _protect_later(self, symbol: str, lifted: Sequence[Order], actor: Actor) -> None:
        """Put the protection back as soon as the broker answers again."""
        while True:
            await self._sleep(self._pace.retry_longest)
            try:
                why = "the broker was lost meanwhile"
                receipt = await self._guard.protect(symbol, lifted, actor, Outcome.REJECTED, why)
            except BrokerError as error:
                log.warning("%s is not protected again yet: %s", symbol, error)
                continue
            self._guard.tell(symbol, receipt.detail)
            await self._answer(symbol, actor, receipt)
            return

    def _run(self, symbol: str, rest: Coroutine[Any, Any, None]) -> None:
        """Go on with an exit behind its answer; until that is over it counts as begun."""
        self._followed.add(symbol)
        self._workers.run(f"rest of the exit of {symbol}", self._until_over(symbol, rest))

    async def _until_over(self, symbol: str, rest: Coroutine[Any, Any, None]) -> None:
        try:
            await rest
        finally:
            self._followed.discard(symbol)
            self._leaving.pop(symbol, None)
        await self._recorder.try_write("exit.over", THE_DESK, {"symbol": symbol}, self._row())

    async def _answer(self, symbol: str, actor: Actor, receipt: Receipt) -> None:
        body = {"symbol": symbol, "outcome": receipt.outcome.value, "detail": receipt.detail}
        await self._recorder.try_write("exit.answered", actor, body, self._row())

    def _lost(self, symbol: str, why: str) -> Receipt:
        """Say that the broker was lost in the middle, and that nobody knows what is protected."""
        lifted = self._leaving.get(symbol)
        detail = f"{symbol} could not be exited: {why}. Look at its orders and position."
        if lifted:
            self._guard.warn(
                symbol, symbol, f"the broker was lost ({why}); lifted: {'; '.join(lifted)}"
            )
        return Receipt(outcome=Outcome.UNKNOWN, detail=detail)

    async def _report(self, begun: Mapping[str, list[str]]) -> None:
        await self._guard.report(begun)
        await self._recorder.try_write("exit.told", THE_DESK, {}, self._row())

    def _row(self) -> Setting:
        return Setting(name=EXITS, value=json.dumps(self._leaving))

    async def _closing_order(self, position: Position) -> OrderRequest:
        """Return a limit through the market by no more than the collar. Left without a price."""
        side = position.closing_side
        quote = await self._sight.fresh_quote(position.symbol, side)
        touch, clock = touch_of(quote, side), self._store.state.clock
        return OrderRequest(
            client_order_id="",
            symbol=position.symbol,
            side=side,
            qty=abs(position.qty),
            limit_price=closing_limit(touch, touch, side, self._flatten),
            extended_hours=clock is not None and clock.phase is not Phase.REGULAR,
        )


def _deny(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)
