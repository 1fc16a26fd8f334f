"""Flatten: closing positions on a person's word, the one engine behind `flat` and `flatten`.

While halted it is the only thing that may send, by grants the cord checks at the last
look; a pull of the cord ends it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from console.desk.choice import Choice, left
from console.desk.closer import Closer, Job
from console.desk.closings import Closings
from console.desk.cord import Cord
from console.desk.limits import Limits
from console.desk.recorder import THE_DESK, Recorder
from console.desk.sight import Sight
from console.desk.store import Store
from console.desk.workers import Workers
from console.domain.flatten import (
    CloseStatus,
    Closing,
    Extent,
    Flatten,
    FlattenRequest,
)
from console.domain.permissions import Actor, Capability
from console.domain.positions import Position
from console.domain.receipts import Outcome, Receipt
from console.ports import BrokerError, Clock, JournalUnavailable


class FlattenDesk:
    """Closes what somebody confirmed, position by position, a few at a time."""

    def __init__(
        self,
        *,
        sight: Sight,
        closer: Closer,
        store: Store,
        cord: Cord,
        recorder: Recorder,
        workers: Workers,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._sight = sight
        self._closer = closer
        self._cord = cord
        self._recorder = recorder
        self._workers = workers
        self._closings = Closings(store=store, clock=clock)
        self._choice = Choice(store=store, clock=clock, stale_after=limits.stale_after)
        self._room = asyncio.Semaphore(limits.flatten.at_once)
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._stops = 0
        self._preparing: list[FlattenRequest] = []
        self.is_leaving: Callable[[str], bool] = lambda _symbol: False
        """Whether a symbol is in an exit's hands, which sells what a flatten would sell too."""
        self.before: Callable[[FlattenRequest], Awaitable[str]] = _nothing_in_the_way
        """Asked before a flatten begins while halted: why it may not; empty when it may."""
        self.on_prepared: Callable[[], None] = _nothing_to_take_up
        """Called when none is being prepared any more, whether or not any has begun."""
        self.on_begin: Callable[[FlattenRequest], None] = lambda _request: None
        """Called when one begins while halted; `on_over` is certain to follow."""
        self.on_over: Callable[[Flatten], None] = lambda _flatten: None
        """Called when the last position of a flatten is closed or left."""

    @property
    def is_running(self) -> bool:
        """Whether any position is being closed."""
        return bool(self._tasks)

    @property
    def is_under_way(self) -> bool:
        """Whether one runs, or is confirmed and about to."""
        return self.is_running or bool(self._preparing)

    async def flatten(self, request: FlattenRequest, actor: Actor) -> Receipt:
        """Begin to close what is asked; answered once it has begun."""
        capability = Capability.FLATTEN if self._cord.is_pulled else Capability.TRADE
        if not actor.may(capability):
            detail = f"{actor} may not close positions at this desk."
            return self._refuse(request, actor, Outcome.FORBIDDEN, detail)
        self._preparing.append(request)
        try:
            return await self._prepare(request, actor)
        finally:
            self._preparing.remove(request)
            if not self._preparing:
                self.on_prepared()

    async def _prepare(self, request: FlattenRequest, actor: Actor) -> Receipt:
        if detail := self._busy(request):
            return self._refuse(request, actor, Outcome.DENIED, detail)
        before = (self._cord.is_pulled, self._stops)
        shown = self._sight.shown()
        try:
            # its orders could not leave unrecorded: what protects the positions must stay then
            await self._recorder.write("flatten.confirmed", actor, {"what": str(request)})
            held = await self._sight.positions()
        except JournalUnavailable as error:
            detail = f"Nothing was closed, for it cannot be recorded: {error}."
            return self._refuse(request, actor, Outcome.DENIED, detail)
        except BrokerError as error:
            detail = f"What is held is not known, so nothing was closed: {error}."
            return self._refuse(request, actor, Outcome.UNKNOWN, detail)
        objection = ""
        if before[0] and self._chosen(request, held):
            objection = await self.before(request)
        if (self._cord.is_pulled, self._stops) != before:
            objection = "The cord was pulled meanwhile: confirm again."
        # Another may have begun during the waits: two of one symbol could not both be stopped.
        objection, lines = objection or self._busy(request), self._chosen(request, held)
        if objection:
            return self._refuse(request, actor, Outcome.DENIED, objection)
        return self._begin(request, lines, shown, actor, is_halted=before[0])

    def _chosen(self, request: FlattenRequest, held: Sequence[Position]) -> list[Closing]:
        """Return a line for each position in question, those that are not to be closed as left."""
        if request.extent is Extent.NAMED:
            return self._choice.named(request, held)
        free = [position for position in held if position.symbol not in self._tasks]
        lines = self._choice.among(request, free)
        return [
            left(line, "it is being exited already") if self._is_in_an_exit(line.symbol) else line
            for line in lines
        ]

    def _busy(self, request: FlattenRequest) -> str:
        for symbol in sorted(request.symbols):
            if symbol in self._tasks:
                return f"{symbol} is being closed already; wait for it."
            if self._is_in_an_exit(symbol):
                return f"{symbol} is being exited already; wait for it."
        return ""

    def _is_in_an_exit(self, symbol: str) -> bool:
        # While halted an exit can send nothing more, and must not hold a flatten up.
        return self.is_leaving(symbol) and not self._cord.is_pulled

    def is_closing(self, symbol: str) -> bool:
        """Whether a symbol is being closed, or about to be."""
        return symbol in self._tasks or any(
            request.extent is not Extent.NAMED or symbol in request.symbols
            for request in self._preparing
        )

    async def flat(self, symbol: str, actor: Actor) -> Receipt:
        """Close one symbol's position; answered once its first order is, or it is over."""
        receipt = await self.flatten(FlattenRequest(extent=Extent.NAMED, symbols=(symbol,)), actor)
        job = self._jobs.get(symbol)
        if receipt.outcome is not Outcome.ACCEPTED or job is None:
            return receipt
        while job.answer is None and symbol in self._tasks:
            self._changed.clear()
            await self._changed.wait()
        line = self._closings.lines.get(symbol)
        if line is not None and line.status is CloseStatus.LEFT:
            return Receipt(outcome=_noes(job), detail=f"{symbol} was left: {line.detail}.")
        if job.answer is not None:
            return job.answer
        return Receipt(outcome=Outcome.ACCEPTED, detail=f"{line.detail if line else symbol}.")

    def stop(self) -> bool:
        """End every closing at once; its orders are left to whoever stops it."""
        self._stops += 1
        self._cord.withdraw_all()
        for symbol, task in tuple(self._tasks.items()):
            self._jobs[symbol].is_stopped = True
            task.cancel()
        return bool(self._tasks)

    # ── closing them ────────────────────────────────────────────────────────

    def _begin(
        self,
        request: FlattenRequest,
        lines: Sequence[Closing],
        shown: Mapping[str, Decimal],
        actor: Actor,
        *,
        is_halted: bool,
    ) -> Receipt:
        if not lines:
            detail = f"Nothing is to be closed: {request} is no holding of this account."
            if request.extent is not Extent.NAMED:
                detail = f"Nothing is to be closed: there is no such position ({request})."
            return Receipt(outcome=Outcome.ACCEPTED, detail=detail)
        if is_halted:
            self.on_begin(request)
        if self._closings.begin(str(request), lines, str(actor), still=self._tasks):
            self._jobs.clear()
        for line in lines:
            if not line.status.is_over:
                self._start(line, request, shown, actor, is_granted=is_halted)
        names = ", ".join(line.symbol for line in lines)
        detail = f"Closing {names}: see the flatten's lines for what becomes of each."
        self._conclude()
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    def _start(
        self,
        line: Closing,
        request: FlattenRequest,
        shown: Mapping[str, Decimal],
        actor: Actor,
        *,
        is_granted: bool,
    ) -> None:
        job = Job(
            symbol=line.symbol,
            qty=line.qty,
            at_market=request.at_market,
            actor=actor,
            is_granted=is_granted,
            say=partial(self._say, line.symbol),
            worst=self._sight.worst_of(line.symbol, line.qty, shown),
        )
        self._jobs[line.symbol] = job
        task = self._workers.run(f"flatten {line.symbol}", self._close(job))
        self._tasks[line.symbol] = task
        # Not in the task itself: one that is stopped before it has begun ends here too.
        task.add_done_callback(lambda _: self._end(line.symbol))

    async def _close(self, job: Job) -> None:
        async with self._room:
            await self._closer.close(job)

    def _end(self, symbol: str) -> None:
        line = self._closings.lines.get(symbol)
        if line is not None and not line.status.is_over:
            self._say(symbol, CloseStatus.LEFT, "it was stopped", line.left_qty)
        self._tasks.pop(symbol, None)
        self._changed.set()
        self._conclude()

    def _conclude(self) -> None:
        over = None if self._tasks else self._closings.end()
        if over is None:
            return
        body = {"flatten": over.id, "told": str(over)}
        self._recorder.note("flatten.ended", THE_DESK, body)
        self.on_over(over)

    def _say(self, symbol: str, status: CloseStatus, detail: str, left_qty: Decimal) -> None:
        self._closings.say(symbol, status, detail, left_qty)
        self._changed.set()

    def _refuse(
        self, request: FlattenRequest, actor: Actor, outcome: Outcome, detail: str
    ) -> Receipt:
        body = {"what": str(request), "detail": detail}
        self._recorder.note(f"flatten.{outcome.value}", actor, body)
        return Receipt(outcome=outcome, detail=detail)


def _nothing_to_take_up() -> None:
    return


async def _nothing_in_the_way(_: FlattenRequest) -> str:
    return ""


def _noes(job: Job) -> Outcome:
    """Return what a position that was left means for the one who asked for it alone."""
    if job.answer is not None and job.answer.outcome is not Outcome.ACCEPTED:
        return job.answer.outcome
    return Outcome.UNKNOWN
