"""One run of the simulation: a venue, a desk that may be killed, traders, and bad luck."""

import logging
import tempfile
import warnings
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from inspect import CORO_CREATED, getcoroutinestate
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from console.desk import latch
from console.desk.desk import Desk
from console.desk.latch import Latched
from console.desk.limits import Limits, Pace
from console.desk.rooms.outside import Outside
from console.desk.triggers.limits import TriggerLimits
from console.domain.state import TradingState
from console.folders import StateFolder
from console.venue.trading.rejections import Rejection
from console.venue.wire.timestamps import SECOND
from tests.builders import NOON, OWNER
from tests.sim.faults import Faults
from tests.sim.invariants import Broken, Rules
from tests.sim.journal import Platter, SimJournal
from tests.sim.streams import NoHistory, SimMarketStream, SimTradingStream
from tests.sim.timeline import ProcessLoop, Timeline
from tests.sim.traders import DECISION, Traders
from tests.sim.venue import NOON_NS, SYMBOLS, SimVenue
from tests.sim.wire import SimBroker

T = TypeVar("T")
PACE = replace(
    Pace(),
    latch_poll=0.25,
    readings_every=60.0,
    quote_poll=0.2,
    measure_every=2.0,
    trigger_look=0.5,
)
"""The desk's own times, but for polls that find nothing here and cost a run its speed."""
FREE_HAND = Limits(
    pace=PACE,
    duplicate_window=0.0,
    max_orders_per_minute=100_000,
    triggers=TriggerLimits(
        order_rate=100_000,
        rejects=10_000,
        mismatches=1_000,
        stale_data=3_600.0,
        audit_silent=60.0,
        clock_jump=86_400.0,
    ),
)
"""Traders without manners: what they run into is the venue, not a rule that stops them first."""
FIRST_OF_ALL = 0.3
"""The chance that the first thing done at a desk that came back is a halt."""
HEALED_WITHIN = 60.0
"""Seconds after the last fault within which the desk must have the truth."""
HALTED_WITHIN = 2 * PACE.reconcile_every
"""Seconds after the last pull: a fill that the stream does not tell waits for a comparison."""
PATIENCE = 60.0
"""Seconds after which a command will never be answered."""
MOST_STEPS = 300_000
"""A run that has not ended by then never will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a seed."""

    seed: int
    trace: str
    """The same for the same seed, on any machine: a hash of all that happened."""
    steps: int
    seconds: float
    orders: int
    fills: int
    crashes: int
    halts: int
    healed_after: float
    broken: str = ""


class _Enough(Exception):  # noqa: N818 - an end, not a mistake
    """As many steps as were asked for have been done."""


class VirtualClock:
    """The time of the timeline; the time of day may be ahead of it."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self._timeline.now)

    def monotonic(self) -> float:
        return self._timeline.now


class World:
    """Everything of one run, and the only place where its parts meet."""

    limits = FREE_HAND
    symbols: tuple[str, ...] = SYMBOLS
    steps_of_a_run = MOST_STEPS
    has_real_time = False

    def __init__(self, seed: int, folder: Path, say: Callable[[str], None] | None = None) -> None:
        self._say = say
        self._trace = sha256()
        self.timeline = timeline = Timeline()
        rng = Random(f"killcord {seed}")
        self.rng = rng
        self.folder = StateFolder(folder)
        self.clock = VirtualClock(timeline)
        self.faults = Faults(timeline, Random(rng.getrandbits(64)))
        self.venue = SimVenue(timeline, Random(rng.getrandbits(64)), self.symbols)
        self.venue.publish = self._publish
        self.venue.slow_cancel = self.faults.cancel_seconds
        self.platter = Platter()
        self.rules = Rules(self)
        self.traders = Traders(self, Random(rng.getrandbits(64)))
        self._loops: list[ProcessLoop] = []
        self._given: list[Coroutine[Any, Any, Any]] = []
        self._foreign = 0
        self.crashes = 0
        self.broken = ""
        self._most_steps: int | None = None
        self.crash_on = ""
        """Where in the next note the desk is to be killed; empty when nowhere."""
        self._loop: ProcessLoop | None = None
        self._desk: Desk | None = None

    # ── the desk, while it lives ────────────────────────────────────────────

    def start_desk(self) -> None:
        """Start a desk on what the one before has left."""
        if self._loop is not None:
            return
        timeline, rng = self.timeline, self.rng
        self._loop = loop = ProcessLoop(timeline, self.faults.disk_seconds)
        self._loops.append(loop)
        self.trading = SimTradingStream(loop, Random(rng.getrandbits(64)), self.faults, self.note)
        self.market = SimMarketStream(loop, Random(rng.getrandbits(64)), self.faults, self.clock)
        self.rules.begin_desk()
        loop.call_soon(self._make_desk, loop)

    def _make_desk(self, loop: ProcessLoop) -> None:
        broker = SimBroker(loop, self.venue, self.rules, self.faults.journey, self.clock)
        journal = SimJournal(
            self.platter,
            loop,
            seconds=self.faults.disk_seconds,
            read_seconds=self.faults.read_seconds,
            trouble=self.faults.disk_trouble,
            note=self.note,
        )
        self._desk = Desk(
            Outside(
                broker=broker,
                history=NoHistory(),
                market_stream=self.market,
                trading_stream=self.trading,
                journal=journal,
                clock=self.clock,
                folder=self.folder,
                take_readings=lambda symbol, window: (),
                epoch=f"s{len(self._loops)}",
                limits=self.limits,
                default_watchlist=self.symbols,
                has_real_time=self.has_real_time,
            )
        )
        broker.may_send = self.desk.may_send
        self.desk.listen(self.rules.told)
        self.note(f"desk {len(self._loops)} starts")
        self.run_at_desk(self.desk.start(), "start")
        if self.crashes and not self.faults.are_over and self.rng.random() < FIRST_OF_ALL:
            self.timeline.after(self.rng.uniform(0.01, 0.5), self._halt_first_of_all)

    def _halt_first_of_all(self) -> None:
        """Somebody pulls the cord of a desk that has hardly begun."""
        if self.is_up:
            self.traders.decide("halt", self.traders.halt)

    @property
    def is_up(self) -> bool:
        """Whether a desk runs."""
        return self._desk is not None

    @property
    def state(self) -> TradingState:
        """What the desk knows that runs now."""
        return self.desk.state

    @property
    def desk(self) -> Desk:
        """The desk that runs now."""
        assert self._desk is not None
        return self._desk

    def run_at_desk(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        """Run something in a task of the desk's process."""
        assert self._loop is not None
        self._given.append(work)
        self._loop.create_task(self._guarded(work, name), name=name)

    async def _guarded(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        try:
            await work
        except Broken:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a command raises is a finding
            self.fail(f"{name} raised {error!r}")

    def crash(self) -> None:
        """kill -9."""
        if self._loop is None:
            return
        self.note("crash")
        self.crashes += 1
        self.crash_on = ""
        self._loop.kill()
        self._loop = self._desk = None
        self.timeline.after(self.rng.uniform(0.05, 3.0), self.start_desk)

    # ── what happens ────────────────────────────────────────────────────────

    def note(self, what: str) -> None:
        """Put something that happened into the trace."""
        line = f"{self.timeline.now:.6f} {what}"
        self._trace.update(line.encode())
        if self._say is not None:
            self._say(line)
        if self.crash_on and what.startswith(self.crash_on):
            self.crash_on = ""
            self.timeline.after(0.0, self.crash)

    def fail(self, why: str) -> None:
        """A promise is broken in a place that cannot raise."""
        if not self.broken:
            self.broken = why

    def venue_time(self, seconds: float) -> int:
        """Return a moment of the run as the venue counts time."""
        return NOON_NS + int(seconds * SECOND)

    def _publish(self, event: dict[str, Any]) -> None:
        if self._loop is not None:
            self.trading.publish(event)

    def _market(self) -> None:
        jump = self.rng.choice([-0.04, 0.03]) if self.rng.random() < 0.02 else 0.0
        for symbol in self.symbols:
            ticks = self.venue.tick(symbol, jump)
            if self._loop is not None and symbol not in self.venue.engine.halted:
                self.market.publish(ticks)
        self.timeline.after(self.rng.uniform(0.5, 1.2), self._market)

    def _trade(self) -> None:
        if self.faults.are_over:
            return
        if self.is_up:
            self.traders.act()
        self.timeline.after(self.rng.expovariate(4.0), self._trade)

    def _misfortune(self) -> None:
        if self.faults.are_over:
            return
        rng = self.rng
        match rng.choice(self._misfortunes):
            case "crash":
                self.crash()
            case "crash at":
                self.crash_on = rng.choice(CRASH_POINTS)
            case "rest" | "streams" | "disk" as way:
                self.faults.down(way, rng.expovariate(0.25))
                if way == "streams" and self._loop is not None:
                    self._loop.call_soon(self.trading.line.cut, "the connection was lost")
                    self._loop.call_soon(self.market.line.cut, "the connection was lost")
            case "mute" if self._loop is not None:
                self.trading.line.is_mute = True
            case "foreign":
                self._place_foreign()
            case "foreign halt":
                self._pull_outside()
            case "market halt":
                symbol = rng.choice(self.symbols)
                self.venue.halt(symbol, is_halted=True)
                again = rng.uniform(1.0, 8.0)
                self.timeline.after(again, lambda: self.venue.halt(symbol, is_halted=False))
        self.timeline.after(rng.expovariate(0.2), self._misfortune)

    def _place_foreign(self) -> None:
        self._foreign += 1
        try:
            self.venue.place_foreign(self._foreign)
        except Rejection:
            return

    def _pull_outside(self) -> None:
        self.note("the latch is made by another process")
        said = Latched(id="h-outside", reason="outside", by="somebody", at="")
        latch.pull(self.folder.latch, said)

    # ── a run ───────────────────────────────────────────────────────────────

    def run(self, seconds: float, most_steps: int | None = None) -> Run:
        """Trade in bad luck for some seconds, heal, and see the truth come out."""
        self._most_steps = most_steps
        pool = ["crash", "crash at", "rest", "streams", "disk", "mute", "foreign", "foreign halt"]
        pool.append("market halt")
        self._misfortunes = self.rng.sample(pool, self.rng.randint(1, 5))
        seed_trouble = ""
        healed_after = 0.0
        self.start_desk()
        self.timeline.after(0.1, self._market)
        self.timeline.after(1.5, self._trade)
        self.timeline.after(self.rng.uniform(1.0, 6.0), self._misfortune)
        try:
            self._until(seconds, lambda: False)
            healed_after = self._heal()
            self._end()
        except _Enough:
            pass
        except Broken as broken:
            seed_trouble = str(broken)
        return Run(
            seed=0,
            trace=self._trace.hexdigest(),
            steps=self.timeline.steps,
            seconds=self.timeline.now,
            orders=len(self.venue.orders),
            fills=len(self.venue.exchange.blotter.fills),
            crashes=self.crashes,
            halts=self.rules.confirmations,
            healed_after=healed_after,
            broken=seed_trouble,
        )

    # ── for tests that say themselves what happens ──────────────────────────

    def let_pass(self, seconds: float) -> None:
        """Let time pass; Broken when a promise is."""
        self._until(self.timeline.now + seconds, lambda: False)

    def answer(self, decision: str, work: Coroutine[Any, Any, T]) -> T | None:
        """Let somebody ask the desk for something; None when it died before it answered."""
        assert self._loop is not None
        token = DECISION.set(f"{decision}-{self.timeline.steps}")
        loop, task = self._loop, self._loop.create_task(work)
        DECISION.reset(token)
        self._until(self.timeline.now + PATIENCE, lambda: task.done() or loop.is_dead, every=0.0)
        return task.result() if task.done() else None

    def see_the_end(self) -> None:
        """Heal, halt, and hold everything against the venue; Broken when a promise is."""
        self.start_desk()
        self._heal()
        self._end()

    def _until(self, when: float, is_reached: Callable[[], bool], every: float = 0.25) -> bool:
        """Let things happen until a time, or until something holds; look at each step."""
        look_at = self.timeline.now
        while self.timeline.now < when:
            if self.timeline.steps == self._most_steps:
                raise _Enough
            if not self.timeline.step() or self.timeline.steps > self.steps_of_a_run:
                raise Broken(f"nothing comes to an end: {self.timeline.steps} steps")
            self._look()
            if self.timeline.now >= look_at:
                look_at = self.timeline.now + every
                if is_reached():
                    return True
        return is_reached()

    def _look(self) -> None:
        if self.broken:
            raise Broken(self.broken)
        if not self.is_up:
            return
        self.rules.look()

    def _heal(self) -> float:
        self.note("healed")
        began = self.timeline.now
        self.faults.heal()
        self.crash_on = ""
        for symbol in list(self.venue.engine.halted):
            self.venue.halt(symbol, is_halted=False)
        if not self._until(began + HEALED_WITHIN, self._is_true):
            raise Broken("; ".join(["not healed", *self.rules.differences()[:4]]))
        return self.timeline.now - began

    def _is_true(self) -> bool:
        return self.is_up and self.state.is_ready and not self.rules.differences()

    def _end(self) -> None:
        """Halt, and see that nothing is left: at the venue, and in the desk's picture."""
        self.run_at_desk(self.desk.halt("the end", OWNER), "the last halt")
        self._until(self.timeline.now + 1.0, lambda: False)
        until = self.timeline.now + HALTED_WITHIN
        if not self._until(until, lambda: self._is_halted() and self._is_true()):
            told = self.state.halt
            raise Broken(f"H5: the last halt is not confirmed: {told} {self.rules.differences()}")
        if left := self.venue.open_orders:
            raise Broken(f"H8: {len(left)} orders open after the receipt")
        self.rules.look_at_fills()
        self.rules.check_end()
        troubles = [trouble for loop in self._loops for trouble in loop.troubles]
        if troubles:
            raise Broken(f"nobody caught: {troubles[0]}")

    def _is_halted(self) -> bool:
        return self.state.halt is not None and self.state.halt.is_confirmed

    def bury(self) -> None:
        """Close what the run has left."""
        with warnings.catch_warnings():
            # A question that a task had made and not yet asked is never awaited now.
            warnings.simplefilter("ignore", RuntimeWarning)
            for loop in self._loops:
                loop.bury()
            self.timeline.drain()
        for work in self._given:
            if getcoroutinestate(work) == CORO_CREATED:
                work.close()


CRASH_POINTS = (
    "leaves POST",
    "leaves PATCH",
    "leaves DELETE",
    "arrives POST",
    "arrives PATCH",
    "arrives DELETE",
    "answered POST",
    "durable order.intended",
    "durable order.answered",
    "durable replace.intended",
    "durable cancel.intended",
    "durable flat.intended",
    "durable halt.pulled",
    "durable halt.confirmed",
    "durable halt.rearmed",
    "durable fill.told",
    "durable order.told",
    "told fill",
    "halt accepted",
    "answered GET /orders open",
)
"""What the desk may be killed right after, besides any moment."""


def simulate(
    seed: int,
    *,
    seconds: float = 25.0,
    most_steps: int | None = None,
    say: Callable[[str], None] | None = None,
) -> Run:
    """Run one seed; the same seed is the same run."""
    log = logging.getLogger("console")
    level, log.level = log.level, logging.CRITICAL + 1
    log.manager._clear_cache()
    memory = Path("/dev/shm")  # noqa: S108 - only for the speed of its fsync
    where = memory if memory.is_dir() else None
    try:
        with tempfile.TemporaryDirectory(prefix="kc-sim-", dir=where) as folder:
            world = World(seed, Path(folder), say)
            try:
                return replace(world.run(seconds, most_steps), seed=seed)
            finally:
                world.bury()
    finally:
        log.level = level
        log.manager._clear_cache()
