"""Exit: free what own stops and legs hold of a position, close it, protect it again if not.

Every step waits for proof, and is recorded before the next. The desk may die at any
of them: what was lifted is written down first, so the next start can tell that a
position has lost its protection.
"""

import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from console.desk.cancels import CancelDesk
from console.desk.cord import Cord
from console.desk.exit_closer import ExitCloser
from console.desk.guard import Guard
from console.desk.leave import Leave
from console.desk.limits import Limits
from console.desk.orders import OrderDesk
from console.desk.recorder import THE_DESK, Recorder
from console.desk.sight import Left, Sight
from console.desk.store import Store
from console.desk.workers import Sleep, Workers
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
        self._closer = ExitCloser(
            sight=sight,
            guard=guard,
            store=store,
            orders=orders,
            cancels=cancels,
            clock=clock,
            limits=limits,
            sleep=sleep,
        )
        self._cancels = cancels
        self._cord = cord
        self._recorder = recorder
        self._workers = workers
        self._pace = limits.pace
        self._sleep = sleep
        self.is_closing: Callable[[str], bool] = lambda _symbol: False
        """Whether a symbol is in a flatten's hands, which sells what an exit would sell too."""
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

    def is_leaving(self, symbol: str) -> bool:
        """Whether a symbol is being exited."""
        return symbol in self._leaving

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
        if self.is_closing(symbol):
            return _deny(f"{symbol} is being closed already; wait for it.")
        return None

    async def _leave(self, symbol: str, actor: Actor) -> Receipt:
        shown = self._sight.shown()
        position = await self._sight.position(symbol)
        if position is None:
            return _deny(f"There is no position in {symbol}; nothing was done.")
        try:
            await self._sight.fresh_quote(symbol, position.closing_side)
        except Left as left:
            return _deny(f"{symbol} stays as it is: {left}.")
        leave = Leave(
            symbol=symbol,
            actor=actor,
            lifted=protectors(position, await self._sight.working(symbol)),
            worst=self._sight.worst_of(symbol, position.qty, shown),
        )
        try:
            return await self._free_and_close(leave, position)
        except JournalUnavailable:
            raise
        except Exception:  # whatever it was, what was lifted must not stay away
            if self._leaving[symbol]:
                self._run(symbol, self._protect_later(leave))
            raise

    async def _free_and_close(self, leave: Leave, position: Position) -> Receipt:
        symbol, actor = leave.symbol, leave.actor
        self._leaving[symbol] = [str(order.request) for order in leave.lifted]
        body = {"symbol": symbol, "qty": str(position.qty), "lifts": self._leaving[symbol]}
        await self._recorder.write("exit.intended", actor, body, self._row())
        if leave.lifted and (trouble := await self._lift(leave)):
            return await self._closer.protect(leave, Outcome.UNKNOWN, trouble)
        await self._recorder.try_write("exit.freed", actor, {"symbol": symbol})
        receipt = await self._closer.close(leave)
        if receipt.outcome is Outcome.UNKNOWN and receipt.order is not None:
            self._run(symbol, self._follow(leave, receipt.order))
        return receipt

    async def _lift(self, leave: Leave) -> str:
        """Cancel and wait for the proof; return what is not proven, empty when all is."""
        keys = [order.key for order in leave.lifted]
        await self._cancels.cancel(keys, leave.actor)
        if left := await self._sight.until_gone(leave.symbol, keys):
            return f"{len(left)} of its orders are not proven canceled"
        await self._sight.learn_ends(leave.lifted)
        return ""

    async def _follow(self, leave: Leave, key: str) -> None:
        """Wait until the fate of a closing order is known and what is left is protected."""
        try:
            receipt = await self._closer.see_it_over(leave, key)
        except Exception as error:  # noqa: BLE001 - whatever it was, what is left needs protection
            _log(f"the exit of {leave.symbol} could not be followed", error)
            await self._protect_later(leave)
            return
        self._guard.tell(leave.symbol, receipt.detail)
        await self._answer(leave.symbol, leave.actor, receipt)

    async def _protect_later(self, leave: Leave) -> None:
        """Put the protection back as soon as the broker answers again."""
        symbol = leave.symbol
        while True:
            await self._sleep(self._pace.retry_longest)
            try:
                why = "the broker was lost meanwhile"
                receipt = await self._closer.protect(leave, Outcome.REJECTED, why)
            except Exception as error:  # noqa: BLE001 - shares without protection wait for no cause
                _log(f"{symbol} is not protected again yet", error)
                continue
            self._guard.tell(symbol, receipt.detail)
            await self._answer(symbol, leave.actor, receipt)
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
            self._guard.lost(symbol, lifted, f"the broker was lost ({why})")
        return Receipt(outcome=Outcome.UNKNOWN, detail=detail)

    async def _report(self, begun: Mapping[str, list[str]]) -> None:
        await self._guard.report(begun)
        await self._recorder.try_write("exit.told", THE_DESK, {}, self._row())

    def _row(self) -> Setting:
        return Setting(name=EXITS, value=json.dumps(self._leaving))


def _deny(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)


def _log(what: str, error: Exception) -> None:
    """Note what went wrong, with its place in the code unless it was the broker."""
    log.warning("%s: %s", what, error, exc_info=not isinstance(error, BrokerError))
