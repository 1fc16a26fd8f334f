"""Runs the triggers: looks several times a second, and pulls once for each cause."""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from console.desk.alerts import AlertDesk
from console.desk.connections import Connections
from console.desk.feed import Feed
from console.desk.limits import Limits
from console.desk.recorder import THE_DESK, Recorder
from console.desk.restraints import Restraints
from console.desk.store import Store
from console.desk.traffic import Traffic
from console.desk.triggers.audit_silent import AuditSilent
from console.desk.triggers.clocks import ClockJump, clock_apart
from console.desk.triggers.counts import duplicates, order_rate, rejects
from console.desk.triggers.daily_loss import daily_loss
from console.desk.triggers.limits import Effect
from console.desk.triggers.mismatch import Mismatch
from console.desk.triggers.stale_data import StaleData
from console.desk.workers import Sleep, Workers
from console.domain.alerts import AlertKind, Severity
from console.domain.connections import Channel
from console.domain.permissions import Actor, Role
from console.domain.receipts import Receipt
from console.ports import Clock


class Cause(NamedTuple):
    """Why a trigger pulls, and what."""

    trigger: str
    reason: str
    effect: Effect


class Cord(Protocol):
    """What can be pulled."""

    @property
    def is_pulled(self) -> bool:
        """Whether trading is halted already."""


class Halts(Protocol):
    """Who pulls it."""

    async def pull(self, reason: str, actor: Actor) -> Receipt:
        """Halt."""


class TriggerWatch:
    """Looks for causes; each one pulls when it begins, and again after a re-arm if it holds."""

    def __init__(
        self,
        *,
        store: Store,
        feed: Feed,
        connections: Connections,
        recorder: Recorder,
        alerts: AlertDesk,
        traffic: Traffic,
        cord: Cord,
        halts: Halts,
        restraints: Restraints,
        workers: Workers,
        clock: Clock,
        limits: Limits,
        sleep: Sleep,
        has_real_time: bool,
        set_back: Callable[[], float] = float,
    ) -> None:
        self._store = store
        self._feed = feed
        self._connections = connections
        self._recorder = recorder
        self._alerts = alerts
        self._traffic = traffic
        self._cord = cord
        self._halts = halts
        self._restraints = restraints
        self._workers = workers
        self._clock = clock
        self._limits = limits.triggers
        self._every = limits.pace.trigger_look
        self._sleep = sleep
        self._has_real_time = has_real_time
        self._set_back = set_back
        self._mismatch = Mismatch(self._limits.mismatches)
        self._stale_data = StaleData(self._limits.stale_data)
        self._audit_silent = AuditSilent(self._limits.audit_silent)
        self._clock_jump = ClockJump(self._limits.clock_jump)
        self._tripped: set[str] = set()

    async def work(self) -> None:
        """Look, for ever."""
        while True:
            self.look()
            await self._sleep(self._every)

    def look(self) -> None:
        """Pull for every cause that has begun since the last look."""
        causes = self.causes()
        self._tripped &= {cause.trigger for cause in causes}
        for cause in causes:
            if cause.trigger not in self._tripped:
                self._tripped.add(cause.trigger)
                self._trip(cause)

    def causes(self) -> tuple[Cause, ...]:
        """Return every cause that holds now."""
        now, told, traffic = self._clock.monotonic(), self._limits, self._traffic
        state = self._store.state
        found = (
            Cause("daily loss", daily_loss(state.account, told.daily_loss), told.daily_loss_effect),
            Cause("order rate", order_rate(traffic.asked, told.order_rate), told.order_rate_effect),
            Cause("rejects", rejects(traffic.rejected, told.rejects), told.rejects_effect),
            Cause("duplicates", duplicates(traffic.twins, told.duplicates), told.duplicates_effect),
            Cause("position mismatch", self._mismatch.look(), told.mismatches_effect),
            Cause("stale data", self._look_at_data(now), told.stale_data_effect),
            Cause("audit", self._look_at_audit(now), told.audit_silent_effect),
            Cause("clock jump", self._look_at_clock(now), told.clock_jump_effect),
            Cause(
                "clock apart",
                clock_apart(state.clock, told.clock_apart, is_real=self._has_real_time),
                told.clock_apart_effect,
            ),
        )
        return tuple(cause for cause in found if cause.reason)

    def mismatched(self, found: Sequence[str]) -> None:
        """A comparison found holdings that our fills do not explain, a sentence for each."""
        self._mismatch.tell(found)

    def acknowledge(self) -> str:
        """Somebody re-armed: what happened is over, what still holds pulls again; say what does."""
        self._traffic.acknowledge()
        self._mismatch.acknowledge()
        self._clock_jump.acknowledge()
        self._tripped.clear()
        return "; ".join(cause.reason for cause in self.causes())

    def _trip(self, cause: Cause) -> None:
        rule = Actor(
            uid=os.getuid(), name="rule", pid=os.getpid(), role=Role.OWNER, via=cause.trigger
        )
        body = {"trigger": cause.trigger, "reason": cause.reason, "effect": cause.effect.value}
        self._recorder.note("trigger.tripped", THE_DESK, body)
        if cause.effect is Effect.REDUCE:
            text = f"REDUCING by rule ({cause.trigger}): {cause.reason}."
            self._alerts.alert(AlertKind.HALT, Severity.CRITICAL, text)
            self._workers.run("reduce by rule", self._restraints.reduce(cause.reason, rule))
            return
        if self._cord.is_pulled:
            # A second pull would begin the proof anew; the record of the cause is enough.
            return
        self._workers.run("halt by rule", self._halts.pull(cause.reason, rule))

    def _look_at_data(self, now: float) -> str:
        clock = self._store.state.clock
        is_expected = clock is not None and clock.is_open and bool(self._feed.wanted)
        heard_at = self._connections.heard_at(Channel.MARKET_DATA)
        return self._stale_data.look(heard_at, now, is_expected=is_expected)

    def _look_at_audit(self, now: float) -> str:
        return self._audit_silent.look(self._recorder.trouble, now)

    def _look_at_clock(self, now: float) -> str:
        apart = self._clock.now().timestamp() - now - self._set_back()
        return self._clock_jump.look(apart, now)
