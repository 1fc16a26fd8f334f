"""The way back from a halt: one person, one reason, after the proof; the fence is lifted first."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from console.desk.board import Board, found
from console.desk.cord import Cord
from console.desk.fence import Fence, FenceFailed
from console.desk.latch_disk import LatchDisk
from console.desk.limits import Pace
from console.desk.recorder import THE_DESK, Recorder
from console.desk.sequence import HaltSequence
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Outcome, Receipt
from console.ports import BrokerError, JournalUnavailable

log = logging.getLogger(__name__)
SHORTEST_REASON = 3


class Rearm:
    """Lifts a confirmed halt. A pull of the cord meanwhile wins."""

    def __init__(
        self,
        *,
        cord: Cord,
        board: Board,
        sequence: HaltSequence,
        fence: Fence,
        disk: LatchDisk,
        recorder: Recorder,
        refresh: Callable[[], Awaitable[None]],
        pace: Pace,
    ) -> None:
        self._cord = cord
        self._board = board
        self._sequence = sequence
        self._fence = fence
        self._disk = disk
        self._recorder = recorder
        self._refresh = refresh
        self._patience = pace.sweep_deadline
        self._pulls = 0
        self.is_lifting = False
        self.objection: Callable[[], str] = _nothing_else
        """Asked before it begins: what else is being done to the halt; empty when nothing is."""

    def see_pull(self) -> None:
        """The cord was pulled: whatever is being lifted is lifted no more."""
        self._pulls += 1

    async def rearm(self, reason: str, actor: Actor) -> Receipt:
        """Lift the halt, once it is confirmed, for a reason."""
        if refusal := self._refusal(reason, actor):
            body = {"reason": reason, "detail": refusal.detail}
            self._recorder.note(f"rearm.{refusal.outcome.value}", actor, body)
            return refusal
        self.is_lifting = True
        self._sequence.rest()
        try:
            return await self._lift(reason.strip(), actor)
        except FenceFailed as failure:
            why = f"the fence at the broker cannot be lifted: {failure}"
        except JournalUnavailable as error:
            why = f"the re-arming cannot be recorded: {error}"
        except OSError as error:
            why = f"the latch file cannot be removed: {error}"
        finally:
            self.is_lifting = False
        self._sequence.take_up()
        return deny(f"Still halted: {why}.")

    async def _lift(self, reason: str, actor: Actor) -> Receipt:
        pulls = self._pulls
        await self._fence.put(is_set=False)
        await self._recorder.write("halt.rearmed", actor, {"reason": reason})
        await self._learn_the_account()
        if pulls == self._pulls:
            await self._disk.lift()
        if pulls != self._pulls:
            # Pulled again while it was being lifted: the pull wins, on the disk too.
            await self._disk.hold(self._cord.said or found())
            self._recorder.note("halt.kept", THE_DESK, {"reason": self._board.said.reason})
            return deny("The cord was pulled again meanwhile; still halted.")
        # Whatever was set going meanwhile ends with the halt it belongs to.
        self._sequence.rest()
        self._cord.said = None
        self._board.is_fenced = False
        self._board.tell_lifted()
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"Re-armed: {reason}. Trading is active.")

    async def _learn_the_account(self) -> None:
        """Ask for the account, which is suspended no more: the gate goes by what was told."""
        try:
            async with asyncio.timeout(self._patience):
                await self._refresh()
        except (BrokerError, TimeoutError) as error:
            log.warning("the account could not be had after the fence was lifted: %s", error)

    def _refusal(self, reason: str, actor: Actor) -> Receipt | None:
        if not actor.may(Capability.REARM):
            detail = f"{actor} may not re-arm this desk."
            return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)
        if not self._cord.is_pulled:
            return deny("Trading is not halted; there is nothing to re-arm.")
        if len(reason.strip()) < SHORTEST_REASON:
            return deny("Re-arming needs a reason, in a few words.")
        if objection := self.objection():
            return deny(objection)
        if self.is_lifting or not self._board.is_confirmed:
            return deny("The halt is not confirmed yet; re-arm once its receipt is there.")
        return None


def _nothing_else() -> str:
    return ""


def deny(detail: str) -> Receipt:
    """Return a no of our own."""
    return Receipt(outcome=Outcome.DENIED, detail=detail)
