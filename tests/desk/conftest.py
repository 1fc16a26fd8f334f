"""A desk among fakes, reconciled and with fresh prices."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from console.desk.desk import Desk
from console.desk.flatten_limits import FlattenLimits
from console.desk.gauges import Gauges
from console.desk.limits import Limits, Pace
from console.desk.rooms.outside import Outside
from console.desk.triggers.limits import TriggerLimits
from console.domain.connections import Allowance
from console.domain.halt import Source
from console.domain.orders import Order
from console.folders import StateFolder
from console.ports import Remembered
from tests.builders import quote
from tests.desk.fakes import (
    FakeBroker,
    FakeClock,
    FakeHistory,
    FakeJournal,
    FakeMarketStream,
    FakeTradingStream,
)
from tests.desk.virtual_time import VirtualTimeLoop

QUICK = Pace(
    send_deadline=2.0,
    measure_every=0.02,
    reconcile_every=0.1,
    reconcile_pause_longest=0.05,
    refresh_every=0.1,
    refresh_after_fill=0.01,
    refresh_gap=0.02,
    difference_grace=0.02,
    retry_first=0.01,
    retry_longest=0.05,
    absent_after=0.1,
    readings_every=0.02,
    quote_patience=0.2,
    quote_poll=0.01,
    flat_deadline=1.0,
    flat_poll=0.01,
    latch_poll=0.01,
    halt_grace=0.05,
    drain_deadline=0.3,
    sweep_deadline=0.3,
    sweep_pause_longest=0.05,
    proof_gap=0.02,
    trigger_look=0.01,
    halt_repeat=0.0,
)
QUICK_FLATTEN = FlattenLimits(
    reprice_after=0.2, quote_patience=0.2, most_tries=2, positions_lag=0.2
)
FREE_HAND = Limits(
    pace=QUICK,
    flatten=QUICK_FLATTEN,
    duplicate_window=0.0,
    max_orders_per_minute=100_000,
    triggers=TriggerLimits(order_rate=100_000, mismatches=1_000),
)
"""For tests that send the same order over and over, and put holdings into the account."""


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Give each test a loop that waits for nothing, unless it needs the clock on the wall."""
    if item.get_closest_marker("real_time"):
        return {"real": asyncio.new_event_loop}
    return {"virtual": VirtualTimeLoop}


async def until(condition: Callable[[], object], what: str = "it", seconds: float = 10.0) -> None:
    """Wait until something is so; fail with its name when it never is."""
    now = asyncio.get_running_loop().time
    deadline = now() + seconds
    while not condition():
        assert now() < deadline, f"{what} never came"
        await asyncio.sleep(0.005)


class World:
    """A desk and everything around it."""

    def __init__(self, folder: Path, remembered: Remembered | None = None) -> None:
        self.clock = FakeClock()
        self.trading = FakeTradingStream()
        self.market = FakeMarketStream()
        self.history = FakeHistory()
        self.journal = FakeJournal(remembered)
        self.broker = FakeBroker(self.trading, self.clock)
        self.folder = StateFolder(folder)
        self.epoch = "t"
        self.set_back = 0.0
        self.audit_head = ""
        self.allowance: Allowance | None = None
        self.desk = self.make_desk()

    def make_desk(self, limits: Limits | None = None, *, has_real_time: bool = False) -> Desk:
        return Desk(
            Outside(
                broker=self.broker,
                history=self.history,
                market_stream=self.market,
                trading_stream=self.trading,
                journal=self.journal,
                clock=self.clock,
                folder=self.folder,
                take_readings=lambda symbol, window: (),
                epoch=self.epoch,
                limits=limits or FREE_HAND,
                has_real_time=has_real_time,
                gauges=Gauges(
                    audit_head=lambda: self.audit_head,
                    set_back=lambda: self.set_back,
                    allowance=lambda: self.allowance,
                ),
            )
        )

    @property
    def state(self):
        return self.desk.state

    async def start(self) -> None:
        """Start the desk and wait until it may trade."""
        await self.desk.start()
        await until(lambda: self.desk.state.account, "the reconciliation")
        await until(lambda: self.desk.state.connections, "a connection")
        await until(self.is_reconciled, "the end of the reconciliation")
        self.price()

    def is_reconciled(self) -> bool:
        """Whether the desk says that it knows what the broker holds."""
        sources = {restraint.source for restraint in self.state.restraints}
        return Source.RECONCILIATION not in sources

    def price(self, symbol: str = "AAPL", bid: float = 190.0, ask: float = 190.1) -> None:
        """Quote a symbol now."""
        self.market.tell(quote(symbol, bid, ask, made_at=self.clock.now()))

    def alerts(self, kind: str) -> list[str]:
        return [a.text for a in self.state.alerts.values() if a.kind == kind]

    def only_order(self) -> Order:
        (order,) = self.state.orders.values()
        return order


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A desk that may trade, ended after the test."""
    world = World(tmp_path)
    await world.start()
    yield world
    await world.desk.stop()
