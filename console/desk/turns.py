"""One at a time while halted: the fence by hand, a flatten, a re-arm.

Each looks at the others and is seen by them in one breath, before it waits for
anything: so none begins beside another. Only a pull comes between, and wins.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from console.desk.board import Board
from console.desk.cord import Cord
from console.desk.fence import Fence, FenceFailed
from console.desk.fencing import Fencing
from console.desk.flatten import FlattenDesk
from console.desk.rearm import Rearm, deny
from console.desk.recorder import Recorder
from console.desk.sequence import HaltSequence
from console.domain.flatten import Flatten, FlattenRequest
from console.domain.halt import StepStatus
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Outcome, Receipt


class Turns:
    """Says what may be done to a halt now, and lets its sequence rest meanwhile."""

    def __init__(
        self,
        *,
        cord: Cord,
        board: Board,
        sequence: HaltSequence,
        fence: Fence,
        fencing: Fencing,
        flattens: FlattenDesk,
        rearm: Rearm,
        recorder: Recorder,
    ) -> None:
        self._cord = cord
        self._board = board
        self._sequence = sequence
        self._fence = fence
        self._fencing = fencing
        self._flattens = flattens
        self._rearm = rearm
        self._recorder = recorder
        self._is_flattening = False
        self._is_fence_moving = False
        self._pulls_under_way = 0
        """Pulls whose latch is on its way to the disk: their sequence has still to begin."""
        rearm.objection = self._other_than_rearm
        fence.on_told = board.see_fence
        flattens.on_prepared = self._take_up
        flattens.on_begin = self._rest
        flattens.on_over = self._after_flatten

    @property
    def is_closing(self) -> bool:
        """Whether a flatten is closing any position."""
        return self._flattens.is_running

    @contextmanager
    def pulling(self) -> Iterator[None]:
        """A pull's latch is on its way to the disk: nothing else begins until it is there."""
        self._pulls_under_way += 1
        try:
            yield
        finally:
            self._pulls_under_way -= 1

    def stop_closing(self) -> bool:
        """End a flatten for a pull; return whether one was running."""
        # What a pull has ended answers nothing: its own sequence asks about the positions anew.
        self._is_flattening = False
        return self._flattens.stop()

    def doubt(self) -> None:
        """What was proven holds no more: sweep again, once nobody else has the floor."""
        was_sweeping = self._sequence.is_sweeping
        self._sequence.doubt()
        if not (was_sweeping or self._is_taken or self._pulls_under_way):
            self._sequence.go_on()

    @property
    def _is_taken(self) -> bool:
        return self._flattens.is_under_way or self._is_fence_moving or self._rearm.is_lifting

    # ── the fence by hand ────────────────────────────────────────────────────

    async def fence(self, actor: Actor, *, is_set: bool) -> Receipt:
        """Set the fence, which leaves open positions as they are, or lift it, while halted."""
        if not actor.may(Capability.REARM):
            detail = f"{actor} may not change the fence of this desk."
            return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)
        if self._cord.said is None or self._rearm.is_lifting:
            return deny("The fence belongs to a halt, and trading is not halted.")
        if self._flattens.is_under_way:
            return deny("Positions are being closed; choose when that is over.")
        if self._is_fence_moving:
            return deny("The fence is being changed already; wait for it.")
        self._is_fence_moving = True
        try:
            await self._recorder.try_write("fence.chosen", actor, {"is_set": is_set})
            await self._put_fence(actor, is_set=is_set)
        except FenceFailed as failure:
            detail = f"The fence is not known to stand as you wish: {failure}."
            return Receipt(outcome=Outcome.UNKNOWN, detail=detail)
        finally:
            self._is_fence_moving = False
        await self._sequence.reissue()
        detail = f"The fence: {self._fencing.words}."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    async def _put_fence(self, actor: Actor, *, is_set: bool) -> None:
        # What is proven rests meanwhile, so that nothing sets what is being lifted; then it sees
        # to the fence, and tries again what could not be done. A sweep waits for nobody.
        is_proven = self._board.is_confirmed
        if is_proven:
            self._sequence.rest()
        try:
            if not is_set:
                await self._fence.put(is_set=False)
            elif self._board.is_question_open:
                self._fencing.decline(actor)
            self._fencing.want(is_set=is_set)
            await self._fencing.settle()
        finally:
            # What was proven may have been doubted meanwhile, or proven only now.
            if not self._pulls_under_way:
                self._sequence.take_up()
        if is_set and not self._board.is_fenced:
            raise FenceFailed(self._fencing.words)

    # ── a flatten ────────────────────────────────────────────────────────────

    async def make_way(self, request: FlattenRequest) -> str:
        """Prepare for a confirmed flatten; return why it may not begin, if so."""
        if self._rearm.is_lifting:
            return "The halt is being lifted; ask again after that."
        if self._is_fence_moving:
            return "The fence is being changed; ask again after that."
        if self._pulls_under_way:
            return "The cord is being pulled; confirm again after that."
        if request.lifts_fence:
            # Nothing that is set going now may put it up again under the flatten's orders.
            self._sequence.rest()
            try:
                await self._fence.put(is_set=False)
            except FenceFailed as failure:
                return f"The fence at the broker cannot be lifted: {failure}."
            except Exception:
                self._take_up()
                raise
        return ""

    def _take_up(self) -> None:
        """No flatten is being prepared any more: if way was made for none that runs, go on."""
        others = self._flattens.is_running or self._is_fence_moving or self._rearm.is_lifting
        # A re-arm that was under way when the flatten was confirmed may be over by now.
        if self._cord.said is not None and not others and not self._pulls_under_way:
            self._sequence.take_up()

    def _rest(self, request: FlattenRequest) -> None:
        """Let the sequence rest: a confirmed flatten begins now."""
        self._is_flattening = True
        # What it sends must not be swept away, nor anything be called proven meanwhile.
        self._sequence.rest()
        self._board.withdraw()
        self._board.is_question_open = False
        self._board.tick("flatten", StepStatus.RUNNING, f"closing {request}")
        self._board.tell()

    def _after_flatten(self, flatten: Flatten) -> None:
        if self._is_flattening:
            self._is_flattening = False
            self._fencing.flattened(flatten)
            self._sequence.go_on()

    # ── a re-arm ─────────────────────────────────────────────────────────────

    def _other_than_rearm(self) -> str:
        if self._is_fence_moving:
            return "The fence is being changed; re-arm once that is over."
        if self._flattens.is_under_way:
            return "Positions are being closed; re-arm once that is over."
        return ""
