"""The halt: latch first, answer, then the sequence; only a re-arm ends it."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace

from console.desk import latch
from console.desk.board import Board, found
from console.desk.cord import Cord
from console.desk.flatten import FlattenDesk
from console.desk.held_key import HeldKey
from console.desk.latch import Latched
from console.desk.latch_disk import LatchDisk
from console.desk.limits import Pace
from console.desk.rearm import Rearm
from console.desk.recorder import THE_DESK, Recorder
from console.desk.sender import Sender
from console.desk.sequence import HaltSequence
from console.desk.turns import Turns
from console.desk.workers import Sleep
from console.domain.flatten import FlattenRequest
from console.domain.halt import StepStatus
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Outcome, Receipt
from console.ports import Clock


class HaltDesk:
    """Pulls the cord, and hands what follows to those whose work it is."""

    def __init__(
        self,
        *,
        cord: Cord,
        board: Board,
        disk: LatchDisk,
        sequence: HaltSequence,
        turns: Turns,
        flattens: FlattenDesk,
        rearm: Rearm,
        held_key: HeldKey,
        sender: Sender,
        recorder: Recorder,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._cord = cord
        self._board = board
        self._disk = disk
        self._sequence = sequence
        self._turns = turns
        self._rearm = rearm
        self._held_key = held_key
        self._sender = sender
        self._recorder = recorder
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        held_key.on_let_go = self._let_go
        flattens.before = self._make_way

    def close(self) -> None:
        """Let go of the thread; the latch stays as it is."""
        self._disk.close()

    def resume(self) -> None:
        """Take up a halt that a former desk or another process has left behind."""
        if self._cord.said is not None or not self._cord.is_pulled:
            return
        # A latch that says nothing, such as a dangling link, holds all the same.
        said = latch.read(self._cord.path) or found()
        self._turns.stop_closing()
        self._cord.said = said
        age = (self._clock.now() - self._board.pulled_at).total_seconds()
        self._sequence.begin(max(age, 0.0))
        self._recorder.note("halt.found", THE_DESK, asdict(said))
        self._sequence.go_on()
        self._tick_latch()

    async def pull(self, reason: str, actor: Actor, *, keeps: str = "", pull: str = "") -> Receipt:
        """Halt. Answers as soon as the latch holds; the sweep goes on by itself.

        `pull` is the name of a pull whose caller makes the latch too, so that both say the same.
        """
        if not actor.may(Capability.HALT):
            return Receipt(outcome=Outcome.FORBIDDEN, detail=f"{actor} may not halt this desk.")
        was_closing = self._turns.stop_closing()
        is_held = self._held_key.press(actor) and not was_closing
        if self._cord.said is not None:
            return await self._pull_again(reason, actor, keeps=keeps, is_held=is_held)
        self._rearm.see_pull()
        said = Latched(
            id=pull or f"h-{secrets.token_hex(4)}",
            reason=latch.plain(reason) or "no reason given",
            by=str(actor),
            at=self._clock.now().isoformat(),
            keeps=keeps,
        )
        # Memory first: from here on nothing is sent, whatever the disk does.
        self._cord.said = said
        self._sequence.begin()
        trouble = await self._hold_and_sweep(said, self._disk.hold)
        await self._let_land()
        self._recorder.note("halt.pulled", actor, {"halt": said.id, "reason": said.reason})
        detail = f"HALTED: {said.reason}. Nothing more is sent; the sweep is running."
        if trouble:
            detail += f" But the latch is not on the disk: {trouble}. Do not restart this desk."
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"{detail} {self._board.covers}")

    async def rearm(self, reason: str, actor: Actor) -> Receipt:
        """Lift the halt, once it is confirmed, for a reason."""
        return await self._rearm.rearm(reason, actor)

    async def fence(self, actor: Actor, *, is_set: bool) -> Receipt:
        """Set the fence, which leaves open positions as they are, or lift it, while halted."""
        return await self._turns.fence(actor, is_set=is_set)

    async def watch(self) -> None:
        """Notice a latch that another process made; restore one that nobody lifted here."""
        while True:
            await self._sleep(self._pace.latch_poll)
            is_there = latch.is_pulled(self._cord.path)
            if is_there and self._cord.said is None:
                self._rearm.see_pull()
                self.resume()
            elif self._cord.said is not None and not is_there and not self._rearm.is_lifting:
                await self._disk.hold(self._cord.said)

    async def _pull_again(self, reason: str, actor: Actor, *, keeps: str, is_held: bool) -> Receipt:
        self._rearm.see_pull()
        is_stricter = self._spare_no_stops(keeps)
        said = self._board.said
        detail = f"HALTED already by {said.by}: {said.reason}. {self._board.covers}"
        receipt = Receipt(outcome=Outcome.ACCEPTED, detail=detail)
        if is_held and not is_stricter and not self._rearm.is_lifting:
            return receipt
        body = {"halt": said.id, "reason": latch.plain(reason)}
        self._recorder.note("halt.pulled_again", actor, body)
        was_sweeping = self._sequence.is_sweeping
        # Before the disk, which may be slow: nobody re-arms on what was proven before this pull.
        self._sequence.doubt()
        if was_sweeping and not is_stricter:
            await self._disk.hold(said)
            return receipt
        # Whoever pulls again has seen a reason to: what was placed since must go as well.
        self._sequence.begin()
        await self._hold_and_sweep(said, self._disk.renew if is_stricter else self._disk.hold)
        return receipt

    async def _hold_and_sweep(
        self, said: Latched, hold: Callable[[Latched], Awaitable[str]]
    ) -> str:
        """Make the latch hold, then begin the sequence; return the disk's trouble, if any."""
        with self._turns.pulling():
            trouble = await hold(said)
        self._sequence.go_on()
        self._tick_latch(trouble)
        return trouble

    def _spare_no_stops(self, keeps: str) -> bool:
        """Take it back that stops are kept, if this pull keeps none; tell whether that is new."""
        said = self._board.said
        if not self._sequence.keeps_stops(said.keeps) or self._sequence.keeps_stops(keeps):
            return False
        self._cord.said = replace(said, keeps="none")
        return True

    async def _let_go(self) -> None:
        """A held key was let go: its last repeat is honoured by one more look."""
        said = self._cord.said
        if said is None or self._rearm.is_lifting or self._turns.is_closing:
            return
        if self._sequence.is_sweeping:
            self._sequence.doubt()
            return
        is_clear = await self._sequence.is_still_clear()
        # A flatten that has begun during the look is followed by a sweep of its own.
        if is_clear or self._cord.said is not said or self._turns.is_closing:
            return
        # A re-arm may have begun during the look: what was seen wins, as a pull does.
        self._rearm.see_pull()
        self._sequence.begin()
        self._sequence.go_on()
        self._tick_latch()

    def _tick_latch(self, trouble: str = "") -> None:
        status = StepStatus.FAILED if trouble else StepStatus.DONE
        self._board.tick("latch", status, trouble or "the latch is on the disk")

    async def _let_land(self) -> None:
        """Give sends that have left already a moment to be answered."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pace.halt_grace):
                await self._sender.drained()

    async def _make_way(self, request: FlattenRequest) -> str:
        # A latch that another process made counts from here on, not from the next look at it.
        self.resume()
        return await self._turns.make_way(request)
