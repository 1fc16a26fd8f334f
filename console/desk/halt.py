"""The halt: latch first, answer, then drain, sweep and prove; only a re-arm ends it."""

import asyncio
import contextlib
import functools
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from console.desk import latch
from console.desk.checklist import Checklist
from console.desk.cord import Cord
from console.desk.latch import Latched
from console.desk.limits import Pace
from console.desk.receipt import keep_receipt, receipt_body, receipt_text
from console.desk.recorder import THE_DESK, Recorder
from console.desk.sender import Sender
from console.desk.store import Store
from console.desk.sweep import Proof, Sweep
from console.desk.workers import Sleep, Workers
from console.domain.events import HaltChanged
from console.domain.halt import Halt, StepStatus
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Outcome, Receipt
from console.ports import Clock, JournalUnavailable

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)
SHORTEST_REASON = 3


class HaltDesk:
    """Pulls the cord, carries the halt through, and lifts it again."""

    def __init__(
        self,
        *,
        cord: Cord,
        store: Store,
        sender: Sender,
        sweep: Sweep,
        recorder: Recorder,
        workers: Workers,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._cord = cord
        self._store = store
        self._sender = sender
        self._sweep = sweep
        self._recorder = recorder
        self._workers = workers
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        # Its own thread: a disk that hangs, or slow calls in the shared pool, must not delay it.
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="latch")
        self._pulls = 0
        self._sequence: asyncio.Task[None] | None = None
        self._receipt = ""
        self._disk_trouble = ""
        self._is_lifting = False
        self._checklist = Checklist(clock)

    def close(self) -> None:
        """Let go of the thread; the latch stays as it is."""
        self._disk.shutdown(wait=False)

    def resume(self) -> None:
        """Take up a halt that a former desk or another process has left behind."""
        if self._cord.said is not None or not self._cord.is_pulled:
            return
        # A latch that says nothing, such as a dangling link, holds all the same.
        said = latch.read(self._cord.path) or _found()
        self._cord.said = said
        self._checklist.begin(max((self._clock.now() - self._pulled_at()).total_seconds(), 0.0))
        self._recorder.note("halt.found", THE_DESK, asdict(said))
        self._carry_on()

    async def pull(self, reason: str, actor: Actor) -> Receipt:
        """Halt. Answers as soon as the latch holds; the sweep goes on by itself."""
        if not actor.may(Capability.HALT):
            return Receipt(outcome=Outcome.FORBIDDEN, detail=f"{actor} may not halt this desk.")
        self._pulls += 1
        if self._cord.said is not None:
            return await self._pull_again(self._cord.said, reason, actor)
        said = Latched(
            id=f"h-{secrets.token_hex(4)}",
            reason=latch.plain(reason) or "no reason given",
            by=str(actor),
            at=self._clock.now().isoformat(),
        )
        # Memory first: from here on nothing is sent, whatever the disk does.
        self._cord.said = said
        self._checklist.begin()
        trouble = await self._latch(said)
        self._carry_on(trouble)
        await self._let_land()
        self._recorder.note("halt.pulled", actor, {"halt": said.id, "reason": said.reason})
        detail = f"HALTED: {said.reason}. Nothing more is sent; the sweep is running."
        if trouble:
            detail += f" But the latch is not on the disk: {trouble}. Do not restart this desk."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    async def rearm(self, reason: str, actor: Actor) -> Receipt:
        """Lift the halt, once it is confirmed, for a reason."""
        if refusal := self._may_not_rearm(reason, actor):
            body = {"reason": reason, "detail": refusal.detail}
            self._recorder.note(f"rearm.{refusal.outcome.value}", actor, body)
            return refusal
        self._is_lifting = True
        try:
            return await self._lift(reason.strip(), actor)
        except JournalUnavailable as error:
            return _deny(f"Still halted: the re-arming cannot be recorded: {error}.")
        except OSError as error:
            return _deny(f"Still halted: the latch file cannot be removed: {error}.")
        finally:
            self._is_lifting = False

    async def watch(self) -> None:
        """Notice a latch that another process made; restore one that nobody lifted here."""
        while True:
            await self._sleep(self._pace.latch_poll)
            is_there = latch.is_pulled(self._cord.path)
            if is_there and self._cord.said is None:
                self._pulls += 1
                self.resume()
            elif self._cord.said is not None and not is_there and not self._is_lifting:
                await self._latch(self._cord.said)

    async def _lift(self, reason: str, actor: Actor) -> Receipt:
        pulls, said = self._pulls, self._cord.said
        await self._recorder.write("halt.rearmed", actor, {"reason": reason})
        if pulls == self._pulls:
            await self._on_disk(latch.lift, self._cord.path)
        if pulls != self._pulls and said is not None:
            # Pulled again while it was being lifted: the pull wins, on the disk too.
            await self._latch(said)
            self._recorder.note("halt.kept", THE_DESK, asdict(said))
            return _deny("The cord was pulled again meanwhile; still halted.")
        self._cord.said = None
        self._tell(None)
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"Re-armed: {reason}. Trading is active.")

    def _may_not_rearm(self, reason: str, actor: Actor) -> Receipt | None:
        if not actor.may(Capability.REARM):
            detail = f"{actor} may not re-arm this desk."
            return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)
        if self._cord.said is None and not self._cord.is_pulled:
            return _deny("Trading is not halted; there is nothing to re-arm.")
        if len(reason.strip()) < SHORTEST_REASON:
            return _deny("Re-arming needs a reason, in a few words.")
        halt = self._store.state.halt
        if self._is_lifting or halt is None or not halt.is_confirmed:
            return _deny("The halt is not confirmed yet; re-arm once its receipt is there.")
        return None

    async def _pull_again(self, said: Latched, reason: str, actor: Actor) -> Receipt:
        body = {"halt": said.id, "reason": latch.plain(reason)}
        self._recorder.note("halt.pulled_again", actor, body)
        trouble = await self._latch(said)
        if self._sequence is None or self._sequence.done():
            # Whoever pulls again has seen a reason to: what was placed since must go as well.
            self._checklist.begin()
            self._carry_on(trouble)
        detail = f"HALTED already by {said.by}: {said.reason}."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    async def _latch(self, said: Latched) -> str:
        """Make the latch hold on the disk; return the trouble, if there is any."""
        try:
            self._cord.said = await self._on_disk(latch.pull, self._cord.path, said)
        except OSError as error:
            if str(error) != self._disk_trouble:
                log.exception("the latch is not on the disk")
            self._disk_trouble = str(error)
            return str(error)
        self._disk_trouble = ""
        return ""

    async def _on_disk(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        call = functools.partial(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._disk, call)

    async def _let_land(self) -> None:
        """Give sends that have left already a moment to be answered."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pace.halt_grace):
                await self._sender.drained()

    def _carry_on(self, trouble: str = "") -> None:
        status = StepStatus.FAILED if trouble else StepStatus.DONE
        self._checklist.tick("latch", status, trouble or "the latch is on the disk")
        self._receipt = ""
        self._tell_halt()
        self._sequence = self._workers.run("halt", self._carry_through())

    async def _carry_through(self) -> None:
        """Drain, sweep and prove until it is proven."""
        while not self._is_confirmed:
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._drain())
                    both.create_task(self._clear())
                pulls = self._pulls
                proof = await self._prove()
                if proof is not None and pulls == self._pulls:
                    await self._confirm(proof)
            except Exception:
                # A halt goes on whatever happens; the failure is for the engineer.
                log.exception("the halt stumbled and goes on")
                await self._sleep(self._pace.sweep_pause_longest)

    async def _drain(self) -> None:
        self._tick("drain", StepStatus.RUNNING, f"{self._sender.in_flight} sends in flight")
        try:
            async with asyncio.timeout(self._pace.drain_deadline):
                await self._sender.drained()
        except TimeoutError:
            text = f"{self._sender.in_flight} sends got no answer: unknown"
            self._tick("drain", StepStatus.FAILED, text)
            return
        self._tick("drain", StepStatus.DONE, "nothing is in flight")

    async def _clear(self) -> None:
        say = functools.partial(self._tick, "sweep", StepStatus.RUNNING)
        say("canceling every open order")
        await self._sweep.clear(say)
        self._tick("sweep", StepStatus.DONE)

    async def _prove(self) -> Proof | None:
        say = functools.partial(self._tick, "proof", StepStatus.RUNNING)
        say("looking at the broker")
        proof = await self._sweep.prove(say)
        if proof is not None:
            self._tick("proof", StepStatus.DONE, "two snapshots: 0 open orders, 0 unknown")
        return proof

    async def _confirm(self, proof: Proof) -> None:
        pulls, said = self._pulls, self._cord.said or _found()
        orders = [self._store.state.orders[key] for key in sorted(self._sweep.touched)]
        elapsed = self._checklist.elapsed_ms
        text = receipt_text(said, proof, orders, elapsed)
        body = receipt_body(said, proof, orders, elapsed)
        trouble = ""
        try:
            await self._on_disk(keep_receipt, self._cord.path.parent, body)
            await self._recorder.write("halt.confirmed", THE_DESK, body)
        except (OSError, JournalUnavailable) as error:
            trouble = f"proven, but the receipt could not be recorded: {error}"
            self._recorder.note("halt.confirmed", THE_DESK, body)
        if pulls != self._pulls:
            return
        self._receipt = text
        status = StepStatus.FAILED if trouble else StepStatus.DONE
        self._checklist.tick("receipt", status, trouble or "recorded, and kept beside the latch")
        self._tell_halt()
        self._sweep.touched.clear()

    @property
    def _is_confirmed(self) -> bool:
        return bool(self._receipt)

    def _tick(self, name: str, status: StepStatus, detail: str = "") -> None:
        if self._checklist.tick(name, status, detail):
            self._tell_halt()

    def _tell_halt(self) -> None:
        said = self._cord.said or _found()
        self._tell(
            Halt(
                id=said.id,
                reason=said.reason,
                by=said.by,
                at=self._pulled_at(),
                steps=self._checklist.steps,
                is_confirmed=self._is_confirmed,
                receipt=self._receipt,
            )
        )

    def _tell(self, halt: Halt | None) -> None:
        # Grows over restarts too, without anything to remember.
        now = int(self._clock.now().timestamp() * 1_000)
        revision = max(now, self._store.state.halt_revision + 1)
        self._store.apply(HaltChanged(halt=halt, revision=revision))

    def _pulled_at(self) -> datetime:
        said = self._cord.said
        try:
            at = datetime.fromisoformat(said.at) if said is not None else self._clock.now()
        except ValueError:
            return self._clock.now()
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _deny(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)


def _found() -> Latched:
    return Latched(id="unknown", reason="the latch was found", by="?", at="")
