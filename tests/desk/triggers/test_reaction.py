"""From the cause to the pull no trigger takes more than 250 ms, by a virtual clock. Promise H10."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from console.desk.limits import Limits
from console.desk.store import Store
from console.desk.traffic import Traffic
from console.desk.triggers.watcher import TriggerWatch
from console.domain.events import AccountReported, ClockReported, OrderUpdated
from console.domain.orders import OrderStatus
from tests.builders import NOON, account, buy, market_clock, order

MOST = 0.25
CAUSED_AT = 7.0
TOLD = Limits()


class Watched:
    """The watcher on a clock that jumps from one event to the next."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.jumped = 0.0
        self.pulled: list[tuple[float, str]] = []
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.store = Store()
        self.store.apply(AccountReported(account()))
        self.store.apply(ClockReported(market_clock()))
        self.traffic = Traffic(store=self.store, clock=self)
        self.traffic.start()
        self.heard_at: datetime | None = NOON
        self.recorder = SimpleNamespace(trouble="", note=lambda *_: None)
        self.watch = TriggerWatch(
            store=self.store,
            feed=SimpleNamespace(wanted={"AAPL"}),
            connections=SimpleNamespace(heard_at=lambda _channel: self.heard_at),
            recorder=self.recorder,
            alerts=SimpleNamespace(alert=lambda *_: None),
            traffic=self.traffic,
            cord=SimpleNamespace(is_pulled=False),
            halts=SimpleNamespace(pull=self._pull),
            restraints=SimpleNamespace(reduce=self._pull),
            workers=SimpleNamespace(run=lambda _name, _work: None),
            clock=self,
            limits=TOLD,
            sleep=self.sleep,
            has_real_time=True,
        )

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds + self.jumped)

    def monotonic(self) -> float:
        return self.seconds

    async def run(self, until: float) -> None:
        self.due = sorted([*self.due, (until, self._end)], key=lambda one: one[0])
        with pytest.raises(asyncio.CancelledError):
            await self.watch.work()

    async def sleep(self, seconds: float) -> None:
        wake = self.seconds + seconds
        while self.due and self.due[0][0] <= wake:
            self.seconds, act = self.due.pop(0)
            act()
        self.seconds = wake

    def _pull(self, reason: str, _actor: object) -> None:
        self.pulled.append((self.seconds, reason))

    def _end(self) -> None:
        raise asyncio.CancelledError


def lose(world: Watched) -> None:
    world.store.apply(AccountReported(replace(account(), equity=Decimal(97_000), at=world.now())))


def ask_often(world: Watched) -> None:
    for _ in range(TOLD.triggers.order_rate):
        world.traffic.note(buy(), is_sent=True)


def be_rejected(world: Watched) -> None:
    for number in range(TOLD.triggers.rejects):
        world.store.apply(OrderUpdated(order(f"kc-t-{number}", OrderStatus.REJECTED)))


def repeat(world: Watched) -> None:
    for _ in range(TOLD.triggers.duplicates):
        world.traffic.note(buy(), is_sent=False, is_twin=True)


def mismatch(world: Watched) -> None:
    world.watch.mismatched(["AAPL differs."] * TOLD.triggers.mismatches)


def hear_the_last(world: Watched) -> None:
    world.heard_at = world.now()


def lose_the_disk(world: Watched) -> None:
    world.recorder.trouble = "disk full"


def jump(world: Watched) -> None:
    world.jumped = TOLD.triggers.clock_jump


def part_from_the_broker(world: Watched) -> None:
    now = world.now()
    ahead = now + timedelta(seconds=TOLD.triggers.clock_apart)
    world.store.apply(ClockReported(replace(market_clock(made_at=now), received_at=ahead)))


CAUSES = {
    "daily loss": (lose, 0.0),
    "order rate": (ask_often, 0.0),
    "rejects": (be_rejected, 0.0),
    "duplicates": (repeat, 0.0),
    "position mismatch": (mismatch, 0.0),
    "stale data": (hear_the_last, TOLD.triggers.stale_data),
    "audit": (lose_the_disk, TOLD.triggers.audit_silent),
    "clock jump": (jump, 0.0),
    "clock apart": (part_from_the_broker, 0.0),
}
"""What happens, and how long it must last to be a cause."""


@pytest.mark.parametrize("moment", [0.0, 0.001, 0.049, 0.05, 0.0999])
@pytest.mark.parametrize("name", CAUSES)
async def test_every_trigger_pulls_within_250_ms_of_its_cause_and_not_before(name, moment):
    world, (happens, lasts) = Watched(), CAUSES[name]
    begins = CAUSED_AT + moment
    world.due.append((begins, lambda: happens(world)))

    await world.run(begins + lasts + 2 * MOST)

    [(pulled_at, _)] = world.pulled
    assert begins + lasts <= pulled_at <= begins + lasts + MOST


async def test_every_cause_of_the_watcher_is_among_them():
    world = Watched()
    world.watch._tripped |= {*CAUSES}

    for happens, _ in CAUSES.values():
        happens(world)
    world.watch.causes()
    world.seconds += 1_000
    found = {cause.trigger for cause in world.watch.causes()}

    assert found <= {*CAUSES}
    assert len(CAUSES) == 9
