"""Entries while the trading stream is down: for a reason that is kept, until it is back."""

from console.desk.alerts import AlertDesk
from console.desk.connections import Connections
from console.desk.latch import plain
from console.desk.recorder import THE_DESK, Recorder
from console.desk.store import Store
from console.domain.alerts import AlertKind, Severity
from console.domain.connections import Channel, Link
from console.domain.events import ConnectionChanged, Event
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Outcome, Receipt
from console.ports import JournalUnavailable

SHORTEST_REASON = 3


class BlindEntries:
    """Whether entries may leave while the desk would not hear what becomes of them."""

    def __init__(
        self,
        *,
        store: Store,
        connections: Connections,
        recorder: Recorder,
        alerts: AlertDesk,
    ) -> None:
        self._connections = connections
        self._recorder = recorder
        self._alerts = alerts
        self.reason = ""
        """Who allows them and why; empty while they are blocked."""
        store.listen(self._see)

    async def allow(self, reason: str, actor: Actor) -> Receipt:
        """Let entries pass until the stream is live again; the reason is on the disk first."""
        if refusal := self._may_not_allow(reason, actor):
            self._recorder.note(f"blind.{refusal.outcome.value}", actor, {"reason": plain(reason)})
            return refusal
        said = plain(reason)
        try:
            await self._recorder.write("blind.allowed", actor, {"reason": said})
        except JournalUnavailable as error:
            return _deny(f"Entries stay blocked: the reason cannot be recorded: {error}.")
        if self._is_live:
            return _deny("The trading stream came back meanwhile; nothing has to be overridden.")
        self.reason = f"{said} (by {actor})"
        text = f"Entries pass while the trading stream is down: {self.reason}"
        self._alerts.alert(AlertKind.SYSTEM, Severity.WARNING, text)
        detail = f"Entries pass until the trading stream is back: {said}."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    @property
    def _is_live(self) -> bool:
        return self._connections.link(Channel.TRADING) is Link.LIVE

    def _may_not_allow(self, reason: str, actor: Actor) -> Receipt | None:
        if not actor.may(Capability.TRADE):
            return Receipt(outcome=Outcome.FORBIDDEN, detail=f"{actor} may not trade at this desk.")
        if self._is_live:
            return _deny("The trading stream is live; there is nothing to override.")
        if len(reason.strip()) < SHORTEST_REASON:
            return _deny("An override needs a reason, in a few words.")
        return None

    def _see(self, event: Event) -> None:
        is_back = (
            isinstance(event, ConnectionChanged)
            and event.connection.channel is Channel.TRADING
            and event.connection.link is Link.LIVE
        )
        if is_back and self.reason:
            self._recorder.note("blind.ended", THE_DESK, {"reason": self.reason})
            self.reason = ""


def _deny(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)
