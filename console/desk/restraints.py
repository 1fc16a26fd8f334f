"""Every source that raises the mode but the halt latch: one that is latched, and conditions.

A condition (not reconciled, blocked by the broker, nothing can be recorded) holds while it
holds and is found anew at each start. The reducing latch is a file beside HALT, made and
kept with the same care: only a re-arm with a reason removes it.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from console.desk import latch
from console.desk.latch import Latched
from console.desk.limits import Pace
from console.desk.reconcile import Reconciler
from console.desk.recorder import THE_DESK, Recorder
from console.desk.store import Store
from console.desk.workers import Sleep
from console.domain.account import Account
from console.domain.events import AccountReported, Event, RestraintsChanged
from console.domain.halt import Mode, Restraint, Source, highest
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Outcome, Receipt
from console.ports import Clock, JournalUnavailable

log = logging.getLogger(__name__)
SHORTEST_REASON = 3


class Restraints:
    """Knows the mode at every moment, and tells it when it changes."""

    def __init__(
        self,
        *,
        path: Path,
        store: Store,
        reconciler: Reconciler,
        recorder: Recorder,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self.path = path
        self._store = store
        self._reconciler = reconciler
        self._recorder = recorder
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._said: Latched | None = None
        self._is_lifting = False
        self._pulls = 0
        self._disk = asyncio.Lock()
        self._since: dict[Source, datetime] = {}

    def start(self) -> None:
        """Take up what a former desk left, and follow what raises the mode."""
        self._notice()
        self._store.listen(self._see)
        self.tell()

    @property
    def is_reducing(self) -> bool:
        """Whether the reducing latch holds. Looks at the file."""
        return self._said is not None or latch.is_pulled(self.path)

    def current(self) -> tuple[Restraint, ...]:
        """Return every source as it is at this moment, read afresh."""
        found = dict(self._found())
        for gone in self._since.keys() - found.keys():
            del self._since[gone]
        return tuple(
            Restraint(
                source=source,
                mode=mode,
                reason=reason,
                by=by,
                since=self._since.setdefault(source, self._clock.now()),
            )
            for source, (mode, reason, by) in found.items()
        )

    def tell(self) -> None:
        """Tell the sources, if they are not what was told last."""
        current, state = self.current(), self._store.state
        if current == state.restraints:
            return
        raised, was = highest(current), highest(state.restraints)
        now = int(self._clock.now().timestamp() * 1_000)
        revision = max(now, state.restraints_revision + 1)
        self._store.apply(RestraintsChanged(restraints=current, revision=revision))
        if raised is not was:
            words = [str(restraint) for restraint in current]
            self._recorder.note("mode.changed", THE_DESK, {"mode": raised.value, "why": words})

    async def reduce(self, reason: str, actor: Actor) -> Receipt:
        """Let only orders through that reduce, until a re-arm."""
        if not actor.may(Capability.HALT):
            detail = f"{actor} may not hold back this desk."
            return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)
        self._pulls += 1
        known = self._said
        said = known or Latched(
            id=f"r-{secrets.token_hex(4)}",
            reason=latch.plain(reason) or "no reason given",
            by=str(actor),
            at=self._clock.now().isoformat(),
        )
        # Memory first: from here on no entry leaves, whatever the disk does.
        self._said = said
        self._since.setdefault(Source.REDUCING, self._clock.now())
        self.tell()
        trouble = await self._latch(said)
        body = {"latch": said.id, "reason": latch.plain(reason)}
        self._recorder.note("reduce.pulled" if known is None else "reduce.again", actor, body)
        detail = f"REDUCING: {said.reason}. Only orders that reduce and cancels pass."
        if known is not None:
            detail = f"REDUCING already by {said.by}: {said.reason}."
        if trouble:
            detail += f" But the latch is not on the disk: {trouble}. Do not restart this desk."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    async def rearm(self, reason: str, actor: Actor) -> Receipt:
        """Lift the reducing latch, for a reason; conditions stay as long as they hold."""
        if refusal := self._may_not_rearm(reason, actor):
            body = {"reason": reason, "detail": refusal.detail}
            self._recorder.note(f"rearm.{refusal.outcome.value}", actor, body)
            return refusal
        self._is_lifting = True
        pulls = self._pulls
        try:
            body = {"reason": reason.strip(), "from": Mode.REDUCING.value}
            await self._recorder.write("reduce.rearmed", actor, body)
            if pulls != self._pulls or not await self._lift():
                return _deny("It was reduced again meanwhile; still reducing.")
        except JournalUnavailable as error:
            return _deny(f"Still reducing: the re-arming cannot be recorded: {error}.")
        except OSError as error:
            return _deny(f"Still reducing: the latch file cannot be removed: {error}.")
        finally:
            self._is_lifting = False
        self.tell()
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"Re-armed: {reason.strip()}.")

    async def watch(self) -> None:
        """Notice a latch that another process made, restore one that nobody lifted, and tell."""
        while True:
            await self._sleep(self._pace.latch_poll)
            self._notice()
            if self._said is not None and not self._is_lifting and not latch.is_pulled(self.path):
                await self._latch(self._said)
            self.tell()

    def _notice(self) -> None:
        if self._said is None and not self._is_lifting and latch.is_pulled(self.path):
            self._said = latch.read(self.path) or _unknown_hand()
            self._since[Source.REDUCING] = _time_of(self._said) or self._clock.now()
            self._recorder.note("reduce.found", THE_DESK, {"reason": self._said.reason})

    def _found(self) -> Iterator[tuple[Source, tuple[Mode, str, str]]]:
        if self.is_reducing:
            said = self._said or latch.read(self.path) or _unknown_hand()
            yield Source.REDUCING, (Mode.REDUCING, said.reason, said.by)
        if not self._reconciler.is_done:
            why = "what the broker holds was not read yet"
            yield Source.RECONCILIATION, (Mode.REDUCING, why, "the desk")
        account = self._store.state.account
        if account is not None and account.is_blocked:
            yield Source.BROKER, (Mode.REDUCING, *_block_of(account))
        if self._recorder.trouble:
            yield Source.AUDIT, (Mode.HALTED, latch.plain(self._recorder.trouble), "the desk")

    def _see(self, event: Event) -> None:
        if isinstance(event, AccountReported):
            self.tell()

    def _may_not_rearm(self, reason: str, actor: Actor) -> Receipt | None:
        if not actor.may(Capability.REARM):
            detail = f"{actor} may not re-arm this desk."
            return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)
        if not self.is_reducing:
            return _deny("Nothing is latched; there is nothing to re-arm.")
        if len(reason.strip()) < SHORTEST_REASON:
            return _deny("Re-arming needs a reason, in a few words.")
        return _deny("It is being re-armed already.") if self._is_lifting else None

    async def _lift(self) -> bool:
        """Remove the latch, unless it is pulled again meanwhile: the pull wins."""
        async with self._disk:
            pulls = self._pulls
            await asyncio.to_thread(latch.lift, self.path)
            if pulls == self._pulls:
                self._said = None
                return True
        if self._said is not None:
            await self._latch(self._said)
        return False

    async def _latch(self, said: Latched) -> str:
        """Make the latch hold on the disk; return the trouble, if there is any."""
        async with self._disk:
            if self._said is not said:
                # Lifted meanwhile, or latched by another word.
                return ""
            try:
                self._said = await asyncio.to_thread(latch.pull, self.path, said)
            except OSError as error:
                log.warning("the reducing latch is not on the disk: %s", error)
                return str(error)
            return ""


def _block_of(account: Account) -> tuple[str, str]:
    """Return why the account takes no orders, and by whom: a fence is not the broker's doing."""
    if account.is_suspended:
        return "the account is suspended (suspend_trade), as by a fence", "its user"
    return "the account is blocked by the broker", "broker"


def _deny(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)


def _unknown_hand() -> Latched:
    return Latched(id="unknown", reason="the latch was found", by="?", at="")


def _time_of(said: Latched) -> datetime | None:
    try:
        at = datetime.fromisoformat(said.at)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
