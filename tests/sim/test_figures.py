"""The figures of a halt's promises, measured in virtual time: H5 and H8."""

from pathlib import Path

import pytest

from console.domain.receipts import Outcome
from tests.builders import OWNER, buy
from tests.sim.faults import BAD_FATES
from tests.sim.scripted import ScriptedWorld
from tests.sim.wire import Fate

NOT_CONFIRMED_WITHIN = 3.0
SWEPT_WITHIN = 5.0
AWAY = 20.0
ORDERS = 500
PROVEN_WITHIN = 15.0
REQUESTS_A_MINUTE = 200
A_STEP = 0.05


class MeasuredWorld(ScriptedWorld):
    """Counts what the desk asks the broker for."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[float] = []
        super().__init__(folder)

    def note(self, what: str) -> None:
        if what.startswith("leaves "):
            self.asked.append(self.timeline.now)
        super().note(what)

    def rest_orders(self, count: int) -> None:
        """Have so many orders rest far from the market."""
        bid = self.state.quotes["AAPL"].bid
        for number in range(count):
            limit = f"{bid * 0.9 - number / 100:.2f}"
            receipt = self.answer("submit", self.desk.submit(buy("1", limit=limit), OWNER))
            assert receipt.outcome is Outcome.ACCEPTED, receipt

    def seconds_until_confirmed(self, most: float) -> float:
        began = self.timeline.now
        while not self.state.halt.is_confirmed and self.timeline.now < began + most:
            self.let_pass(A_STEP)
        return self.timeline.now - began


@pytest.mark.parametrize("fate", BAD_FATES, ids=lambda fate: fate.name)
def test_a_broker_that_fails_is_told_as_not_confirmed_and_swept_soon_after_it_heals(
    tmp_path: Path, fate: Fate
):
    world = MeasuredWorld(tmp_path)
    world.rest_orders(3)

    world.faults.outage = fate
    world.answer("halt", world.desk.halt("smoke", OWNER))
    world.let_pass(NOT_CONFIRMED_WITHIN)
    was_confirmed = world.state.halt.is_confirmed
    denied = world.answer("submit", world.desk.submit(buy("1", limit="100.00"), OWNER))
    world.let_pass(AWAY)
    is_confirmed = world.state.halt.is_confirmed
    world.faults.outage = Fate.ANSWERED

    assert not was_confirmed
    assert not is_confirmed
    assert denied.outcome is Outcome.DENIED
    assert world.seconds_until_confirmed(most=60.0) <= SWEPT_WITHIN
    assert not world.venue.open_orders
    world.see_the_end()
    world.bury()


@pytest.mark.parametrize("cancels_take", [pytest.param(0.0, marks=pytest.mark.long), 5.0])
def test_five_hundred_orders_are_proven_gone_within_the_rate_limit(tmp_path: Path, cancels_take):
    world = MeasuredWorld(tmp_path)
    world.rest_orders(ORDERS)
    assert len(world.venue.open_orders) == ORDERS
    world.faults.cancels_take = cancels_take
    world.asked.clear()

    world.answer("halt", world.desk.halt("smoke", OWNER))
    took = world.seconds_until_confirmed(most=60.0)

    assert took <= PROVEN_WITHIN
    assert not world.venue.open_orders
    assert len(world.asked) <= REQUESTS_A_MINUTE
    world.see_the_end()
    world.bury()
