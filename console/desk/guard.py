"""Puts the protection of a position back, and says loudly where it cannot."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from console.desk.alerts import AlertDesk
from console.desk.limits import Limits
from console.desk.orders import OrderDesk
from console.desk.reconcile import Reconciler
from console.desk.recorder import THE_DESK, Recorder
from console.desk.sight import Sight
from console.desk.store import Store
from console.desk.workers import Sleep
from console.domain.alerts import AlertKind, Severity
from console.domain.orders import Order, OrderStatus
from console.domain.permissions import Actor
from console.domain.protectors import is_protected, protectors, restored
from console.domain.receipts import Outcome, Receipt
from console.ports import Clock


class Guard:
    """Looks after positions whose own stops were lifted."""

    def __init__(
        self,
        *,
        sight: Sight,
        store: Store,
        orders: OrderDesk,
        recorder: Recorder,
        reconciler: Reconciler,
        alerts: AlertDesk,
        clock: Clock,
        limits: Limits,
        sleep: Sleep,
    ) -> None:
        self._sight = sight
        self._store = store
        self._orders = orders
        self._recorder = recorder
        self._reconciler = reconciler
        self._alerts = alerts
        self._clock = clock
        self._pace = limits.pace
        self._sleep = sleep

    async def protect(
        self,
        symbol: str,
        lifted: Sequence[Order],
        actor: Actor,
        outcome: Outcome,
        why: str,
        *,
        certain: Callable[[Decimal], Decimal] = abs,
    ) -> Receipt:
        """Put the protection back for what is still held, and say what could not be done.

        `certain` tells how much of what the broker lists, which may lag, is there at least: a
        stop for more would turn the position round.
        """
        is_in_part = outcome is Outcome.ACCEPTED
        position = await self._sight.position(symbol)
        if position is None:
            return Receipt(outcome=Outcome.ACCEPTED, detail=f"{symbol} is flat.")
        still = {order.key for order in protectors(position, await self._sight.working(symbol))}
        gone = [order for order in lifted if order.key not in still]
        put_back, failed = list[str](), list[str]()
        left = certain(position.qty)
        for request in restored(gone, left):
            answer = await self._orders.submit(request, actor)
            is_back = answer.outcome is Outcome.ACCEPTED
            (put_back if is_back else failed).append(f"{request}" if is_back else answer.detail)
        body = {"symbol": symbol, "why": why, "put_back": put_back, "failed": failed}
        await self._recorder.try_write("exit.protected", actor, body)
        held = f"{left or abs(position.qty):f} {symbol}"
        head = "Exited in part" if is_in_part else "Not exited"
        detail = f"{head}: {why.rstrip('.')}. {held} are left."
        if put_back:
            detail += f" Put back: {'; '.join(put_back)}."
        if lifted and not is_protected(position, self._store.state.open_orders):
            self.warn(symbol, held, "; ".join(failed) or "none of its orders could be put back")
            detail += " They are without protection."
        return Receipt(outcome=outcome, detail=detail)

    def warn(self, symbol: str, held: str, why: str) -> None:
        """Raise the alarm: shares are held that nothing protects."""
        text = f"{held} may be held WITHOUT PROTECTION: {why.rstrip('.')}. Place a stop, or exit."
        self._alerts.alert(AlertKind.SYSTEM, Severity.CRITICAL, text, symbol)

    def lost(self, symbol: str, lifted: Sequence[str], why: str) -> None:
        """Raise the alarm that nobody knows how much is held, and that its orders are gone."""
        self.warn(symbol, symbol, f"{why}; lifted: {'; '.join(lifted)}")

    def tell(self, symbol: str, text: str) -> None:
        """Say what became of an exit whose answer had gone out already."""
        self._alerts.alert(AlertKind.SYSTEM, Severity.WARNING, text, symbol)

    async def report(self, begun: Mapping[str, list[str]]) -> None:
        """Say, once the broker's truth is known, what exits left that a former desk began."""
        while not self._reconciler.is_done:
            await self._sleep(self._pace.flat_poll)
        reports = (self._report(symbol, lifted) for symbol, lifted in begun.items())
        await asyncio.gather(*reports)

    async def _report(self, symbol: str, lifted: Sequence[str]) -> None:
        is_safe = await self._stays_protected(symbol)
        position = self._store.state.position_of(symbol)
        is_left = position is not None and position.qty != 0
        body = {"symbol": symbol, "lifted": list(lifted), "is_left": is_left}
        self._recorder.note("exit.interrupted", THE_DESK, body)
        if position is None or not is_left:
            text = f"The exit of {symbol} that the former desk began has left nothing held."
            self._alerts.alert(AlertKind.SYSTEM, Severity.INFO, text, symbol)
        elif not is_safe:
            was = "; ".join(lifted) or "none"
            why = f"the desk ended while {symbol} was being exited; its orders were: {was}"
            self.warn(symbol, f"{abs(position.qty):f} {symbol}", why)
        else:
            text = f"The desk ended while {symbol} was being exited; a stop still protects it."
            self._alerts.alert(AlertKind.SYSTEM, Severity.WARNING, text, symbol)

    async def _stays_protected(self, symbol: str) -> bool:
        """Whether a stop stands once every cancel that the former desk had sent has arrived."""
        until = self._clock.monotonic() + self._pace.absent_after
        while self._is_protected(symbol):
            if self._clock.monotonic() >= until:
                return True
            await self._sleep(self._pace.flat_poll)
        return False

    def _is_protected(self, symbol: str) -> bool:
        state = self._store.state
        position = state.position_of(symbol)
        staying = (o for o in state.open_orders if o.status is not OrderStatus.PENDING_CANCEL)
        return position is not None and is_protected(position, staying)
