"""Orders under everything that can happen to them: gate, record, wire, venue, and the way back.

What must hold at every step is watched by the simulator's rules: sent once, recorded
before, known as it is at the venue, each fill booked once.
"""

import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from console.domain.orders import Side
from console.domain.receipts import Outcome
from tests.builders import OWNER, request
from tests.sim.scripted import ScriptedWorld
from tests.sim.venue import SYMBOLS
from tests.sim.wire import Fate

GONE = (Outcome.DENIED, Outcome.FORBIDDEN)


class OrdersMachine(RuleBasedStateMachine):
    """Somebody trades; the next writes fare as was said; desks die and begin again."""

    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kc-"))
        self.world = ScriptedWorld(self.folder)

    @rule(fates=st.lists(st.sampled_from(Fate), max_size=3))
    def let_the_next_writes_fare(self, fates: list[Fate]) -> None:
        self.world.faults.fates_of_writes = list(fates)

    @precondition(lambda self: self.world.is_up)
    @rule(
        target=sent,
        symbol=st.sampled_from(SYMBOLS),
        side=st.sampled_from(Side),
        qty=st.integers(1, 60),
        cents=st.sampled_from([-30, 5, 100]),
    )
    def submit(self, symbol: str, side: Side, qty: int, cents: int):
        quote = self.world.state.quotes.get(symbol)
        if quote is None:
            return multiple()
        touch = Decimal(str(quote.ask if side is Side.BUY else quote.bid))
        limit = touch - side.sign * Decimal(cents) / 100
        wanted = request(side, str(qty), symbol, f"{limit:.2f}")
        receipt = self.world.answer("submit", self.world.desk.submit(wanted, OWNER))
        if receipt is None or receipt.outcome in GONE or receipt.order is None:
            return multiple()
        return receipt.order

    @precondition(lambda self: self.world.is_up)
    @rule(key=sent)
    def cancel(self, key: str) -> None:
        self.world.answer("cancel", self.world.desk.cancel([key], OWNER))

    @precondition(lambda self: self.world.is_up)
    @rule(key=sent, qty=st.integers(1, 60))
    def replace(self, key: str, qty: int) -> None:
        self.world.answer("change", self.world.desk.replace(key, OWNER, qty=Decimal(qty)))

    @precondition(lambda self: self.world.is_up)
    @rule(key=sent)
    def send_the_same_again(self, key: str) -> None:
        """An id is used once, whatever has become of its order."""
        known = self.world.state.orders.get(key)
        if known is not None:
            again = self.world.answer("again", self.world.desk.submit(known.request, OWNER))
            assert again.outcome is Outcome.DENIED

    @rule(symbol=st.sampled_from(SYMBOLS), jump=st.sampled_from([-0.02, 0.02, 0.0]))
    def move_the_market(self, symbol: str, jump: float) -> None:
        self.world.venue.tick(symbol, jump)

    @rule()
    def place_a_foreign_order(self) -> None:
        self.world._place_foreign()

    @precondition(lambda self: self.world.is_up)
    @rule(is_mute=st.booleans())
    def cut_or_deafen_the_stream(self, *, is_mute: bool) -> None:
        if is_mute:
            self.world.trading.line.is_mute = True
        else:
            self.world.run_at_desk(self.world.trading.reconnect(), "the stream is cut")

    @precondition(lambda self: self.world.is_up)
    @rule()
    def kill_the_desk(self) -> None:
        self.world.crash()

    @rule(seconds=st.sampled_from([0.005, 0.5, 6.0]))
    def wait(self, seconds: float) -> None:
        self.world.let_pass(seconds)

    def teardown(self) -> None:
        try:
            self.world.see_the_end()
        finally:
            self.world.bury()
            shutil.rmtree(self.folder, ignore_errors=True)


def test_orders_are_sent_once_and_known_as_they_are():
    some = settings(max_examples=15, stateful_step_count=15, derandomize=True)
    run_state_machine_as_test(OrdersMachine, settings=some)


@pytest.mark.long
def test_orders_are_sent_once_and_known_as_they_are_whatever_is_tried():
    many = settings(max_examples=200, stateful_step_count=30)
    run_state_machine_as_test(OrdersMachine, settings=many)
