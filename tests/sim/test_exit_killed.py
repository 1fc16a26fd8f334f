"""An exit that is killed at each of its steps: nothing is sold twice, nothing stays bare unsaid."""

from decimal import Decimal
from pathlib import Path

import pytest

from console.domain.orders import OrderStatus, OrderType, Side
from console.domain.receipts import Outcome
from tests.builders import OWNER, buy, request
from tests.sim.scripted import ScriptedWorld

HELD = Decimal(9)
LONG = 20.0
STEPS = (
    "durable exit.intended",
    "leaves DELETE",
    "arrives DELETE",
    "answered DELETE",
    "durable exit.freed",
    "durable order.intended",
    "leaves POST",
    "arrives POST",
    "answered POST",
    "durable order.answered",
    "told fill",
    "durable exit.answered",
)


def protected(world: ScriptedWorld) -> str:
    """Hold shares under a stop; return the stop's name."""
    quote = world.state.quotes["AAPL"]
    bought = buy(f"{HELD}", limit=f"{quote.ask + 1:.2f}")
    assert world.answer("submit", world.desk.submit(bought, OWNER)).outcome is Outcome.ACCEPTED
    world.let_pass(3.0)
    low = Decimal(f"{quote.bid * 0.9:.2f}")
    stop = request(
        Side.SELL, f"{HELD}", limit=None, order_type=OrderType.STOP, stop_price=low, key=""
    )
    receipt = world.answer("submit", world.desk.submit(stop, OWNER))
    assert receipt.outcome is Outcome.ACCEPTED, receipt
    world.let_pass(1.0)
    return receipt.order


@pytest.mark.parametrize("step", STEPS)
def test_an_exit_killed_at_any_step_sells_once_and_says_what_is_bare(tmp_path: Path, step):
    world = ScriptedWorld(tmp_path)
    stop = protected(world)

    world.crash_on = step
    world.answer("exit", world.desk.exit("AAPL", OWNER))
    world.start_desk()
    world.let_pass(LONG)

    assert world.crashes == 1
    left = world.venue.holdings.get("AAPL", Decimal(0))
    assert left in (HELD, Decimal(0))
    assert len([one for one in world.venue.orders.values() if one.terms.side == "sell"]) <= 2
    is_protected = world.venue.order_of(stop).is_open
    told = [alert.text for alert in world.state.alerts.values()]
    bare = [text for text in told if "WITHOUT PROTECTION" in text]
    assert bool(bare) is (bool(left) and not is_protected), told
    assert world.state.orders[stop].status is not OrderStatus.UNKNOWN
    world.see_the_end()
    world.bury()
