"""What follows a pull of the cord: drain, sweep, prove, fence, receipt, until it is proven.

Nothing can end it but the proof: whatever stumbles is logged, and it goes on. It rests
only while a confirmed flatten runs, and takes up its work after that.
"""

import asyncio
import logging
from functools import partial

from console.desk.board import Board
from console.desk.fencing import Fencing
from console.desk.latch_disk import LatchDisk
from console.desk.limits import Limits
from console.desk.receipt import Finding, receipt_body, receipt_text
from console.desk.recorder import THE_DESK, Recorder
from console.desk.sender import Sender
from console.desk.store import Store
from console.desk.sweep import Proof, Sweep
from console.desk.workers import Sleep, Workers
from console.domain.halt import StepStatus
from console.ports import JournalUnavailable

log = logging.getLogger(__name__)


class HaltSequence:
    """Carries one halt through."""

    def __init__(
        self,
        *,
        board: Board,
        sender: Sender,
        sweep: Sweep,
        fencing: Fencing,
        disk: LatchDisk,
        recorder: Recorder,
        store: Store,
        workers: Workers,
        limits: Limits,
        sleep: Sleep,
    ) -> None:
        self._board = board
        self._sender = sender
        self._sweep = sweep
        self._fencing = fencing
        self._disk = disk
        self._recorder = recorder
        self._store = store
        self._workers = workers
        self._limits = limits
        self._pace = limits.pace
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None
        self._doubts = 0
        """How often what was proven by then has ceased to count."""
        self._proof: Proof | None = None

    @property
    def is_sweeping(self) -> bool:
        """Whether it is under way and has not proven anything yet."""
        return self._task is not None and not self._task.done() and not self._board.is_confirmed

    def begin(self, already_s: float = 0.0) -> None:
        """Start a halt's sequence from its beginning; the latch has been pulled."""
        self._sweep.touched.clear()
        self._board.begin(self._sweep.touched, already_s)
        self._fencing.ask_again()

    def go_on(self) -> None:
        """Sweep and prove, from now on; what was proven before counts no more."""
        self.rest()
        self._sweep.keeps_stops = self.keeps_stops(self._board.said.keeps)
        self._board.withdraw()
        self._board.tell()
        self._task = self._workers.run("halt", self._carry_through())

    def keeps_stops(self, choice: str) -> bool:
        """Whether a puller's choice leaves protective stops standing; without one the setting."""
        return choice == "stops" or (choice != "none" and self._limits.halt_keeps_stops)

    def rest(self) -> None:
        """Do nothing more until `go_on` or `take_up`: somebody else has the floor."""
        # A receipt may be about to be issued anew by whoever has just moved the fence.
        self._doubts += 1
        self._fencing.reopen()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def doubt(self) -> None:
        """Somebody has pulled once more: a look from before that proves nothing."""
        self._doubts += 1
        self._board.withdraw()

    def take_up(self) -> None:
        """Go on after what it rested for is over; what was proven by then still is."""
        if self._task is not None and not self._task.done():
            return
        if not self._board.is_confirmed:
            self.go_on()
            return
        self._task = self._workers.run("fence", self._fence_later())

    async def reissue(self) -> None:
        """Issue the receipt anew, with what has changed since the proof."""
        if self._proof is not None and self._board.is_confirmed:
            await self._confirm(self._proof)

    async def is_still_clear(self) -> bool:
        """Look once more; return whether the broker still shows nothing open."""
        left, _ = await self._sweep.look()
        return left is not None and not left

    async def _carry_through(self) -> None:
        """Drain, sweep and prove until it is proven; then see to the fence."""
        while not self._board.is_confirmed:
            try:
                await self._try_once()
            except Exception:
                # A halt goes on whatever happens; the failure is for the engineer.
                log.exception("the halt stumbled and goes on")
                await self._sleep(self._pace.sweep_pause_longest)
        await self._fence_later()

    async def _fence_later(self) -> None:
        if await self._fencing.persist():
            await self.reissue()

    async def _try_once(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._drain())
            both.create_task(self._clear())
        doubts = self._doubts
        proof = await self._prove()
        if proof is None or doubts != self._doubts:
            return
        await self._fencing.settle()
        if doubts == self._doubts:
            await self._confirm(proof)

    async def _drain(self) -> None:
        tick = partial(self._board.tick, "drain")
        tick(StepStatus.RUNNING, f"{self._sender.in_flight} sends in flight")
        try:
            async with asyncio.timeout(self._pace.drain_deadline):
                await self._sender.drained()
        except TimeoutError:
            tick(StepStatus.FAILED, f"{self._sender.in_flight} sends got no answer: unknown")
            return
        tick(StepStatus.DONE, "nothing is in flight")

    async def _clear(self) -> None:
        say = partial(self._board.tick, "sweep", StepStatus.RUNNING)
        say("canceling every open order")
        await self._sweep.clear(say)
        self._board.kept = self._sweep.kept
        self._board.tick("sweep", StepStatus.DONE)

    async def _prove(self) -> Proof | None:
        say = partial(self._board.tick, "proof", StepStatus.RUNNING)
        say("looking at the broker")
        proof = await self._sweep.prove(say)
        if proof is not None:
            self._board.kept = self._sweep.kept
            detail = f"two snapshots: 0 open orders{self._sweep.besides}, 0 unknown"
            self._board.tick("proof", StepStatus.DONE, detail)
        return proof

    async def _confirm(self, proof: Proof) -> None:
        self._proof, doubts = proof, self._doubts
        found = self._finding(proof)
        body = receipt_body(found)
        trouble = ""
        try:
            await self._disk.keep(body)
            await self._recorder.write("halt.confirmed", THE_DESK, body)
        except (OSError, JournalUnavailable) as error:
            trouble = f"proven, but the receipt could not be recorded: {error}"
            self._recorder.note("halt.confirmed", THE_DESK, body)
        if doubts != self._doubts:
            return
        self._board.receipt = receipt_text(found)
        status = StepStatus.FAILED if trouble else StepStatus.DONE
        self._board.tick("receipt", status, trouble or "recorded, and kept beside the latch")
        self._board.tell()

    def _finding(self, proof: Proof) -> Finding:
        flatten = self._store.state.flatten
        is_of_this_halt = flatten is not None and flatten.at >= self._board.pulled_at
        return Finding(
            said=self._board.said,
            proof=proof,
            orders=self._board.orders,
            elapsed_ms=self._board.elapsed_ms,
            covers=self._board.covers,
            fence=self._fencing.words,
            flatten=flatten if is_of_this_halt else None,
        )
