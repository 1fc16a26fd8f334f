"""Alerts and price crossings: raised once, kept, acknowledged by name."""

import asyncio
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from console.desk.recorder import THE_DESK, Recorder
from console.desk.store import Store
from console.domain.alerts import Alert, AlertKind, Crossing, Direction, Severity
from console.domain.events import AlertUpdated, CrossingUpdated
from console.domain.permissions import Actor
from console.domain.receipts import Outcome, Receipt
from console.ports import Clock


class AlertDesk:
    """Raises alerts and keeps the crossings."""

    def __init__(self, *, store: Store, recorder: Recorder, clock: Clock, epoch: str) -> None:
        self._store = store
        self._recorder = recorder
        self._clock = clock
        self._epoch = epoch
        self._count = 0
        self._waiting: list[Alert] = []

    def alert(
        self, kind: AlertKind, severity: Severity, text: str, symbol: str | None = None
    ) -> None:
        """Raise an alert: shown at once, recorded with others of the same moment."""
        alert = Alert(
            id=self._next_id("a"),
            kind=kind,
            severity=severity,
            text=text,
            at=self._clock.now(),
            symbol=symbol,
        )
        self._store.apply(AlertUpdated(alert))
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._record_waiting)
        self._waiting.append(alert)

    def acknowledge(self, ids: Sequence[str], actor: Actor) -> Receipt:
        """Mark alerts as seen by somebody; those already seen stay as they were."""
        known = [alert for i in ids if (alert := self._store.state.alerts.get(i))]
        if not known:
            return Receipt(outcome=Outcome.DENIED, detail="There is no such alert.")
        now = self._clock.now()
        seen = [
            replace(alert, acknowledged_by=actor.name, acknowledged_at=now)
            for alert in known
            if not alert.is_acknowledged
        ]
        self._store.apply(*(AlertUpdated(alert) for alert in seen))
        self._recorder.note("alert.acknowledged", actor, {"alerts": [a.id for a in seen]}, *seen)
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"{_count(len(known))} acknowledged.")

    def set_crossing(
        self, symbol: str, direction: Direction, price: float, actor: Actor
    ) -> Receipt:
        """Arm a crossing; the symbol is known to be one."""
        if not (math.isfinite(price) and price > 0):
            detail = f"The price of an alert must be more than 0, it is {price:g}."
            return Receipt(outcome=Outcome.DENIED, detail=detail)
        crossing = Crossing(
            id=self._next_id("x"),
            symbol=symbol,
            direction=direction,
            price=price,
            by=actor.name,
            at=self._clock.now(),
        )
        self._keep("crossing.armed", actor, crossing)
        detail = f"You will be told when {symbol} is at or {direction.value} {price:g}."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    def remove_crossing(self, crossing_id: str, actor: Actor) -> Receipt:
        """Disarm a crossing."""
        crossing = self._store.state.crossings.get(crossing_id)
        if crossing is None or not crossing.is_armed:
            return Receipt(outcome=Outcome.DENIED, detail="There is no such price alert any more.")
        self._keep("crossing.removed", actor, replace(crossing, is_armed=False))
        detail = f"The alert on {crossing.symbol} at {crossing.price:g} is removed."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    def cross(self, crossings: Iterable[Crossing], price: float) -> None:
        """Fire those crossings that `price` crosses, each for the only time."""
        for crossing in crossings:
            if not crossing.is_armed or not crossing.is_crossed_by(price):
                continue
            self._keep("crossing.fired", THE_DESK, replace(crossing, is_armed=False))
            words = f"{crossing.symbol} is at {price:g}, {crossing.direction.value}"
            self.alert(
                AlertKind.PRICE, Severity.WARNING, f"{words} {crossing.price:g}.", crossing.symbol
            )

    def _keep(self, kind: str, actor: Actor, crossing: Crossing) -> None:
        self._store.apply(CrossingUpdated(crossing))
        body = {
            "crossing": crossing.id,
            "symbol": crossing.symbol,
            "direction": crossing.direction.value,
            "price": crossing.price,
        }
        self._recorder.note(kind, actor, body, crossing)

    def _record_waiting(self) -> None:
        raised, self._waiting = tuple(self._waiting), []
        body = {"alerts": [{"id": a.id, "kind": a.kind.value, "text": a.text} for a in raised]}
        self._recorder.note("alert.raised", THE_DESK, body, *raised)

    def _next_id(self, letter: str) -> str:
        self._count += 1
        return f"{letter}-{self._epoch}-{self._count}"


def _count(alerts: int) -> str:
    return "1 alert" if alerts == 1 else f"{alerts} alerts"
