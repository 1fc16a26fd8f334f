"""What the simulator has found, each told as a story of its own: seeds change, these do not."""

from pathlib import Path

from tests.builders import OWNER, buy
from tests.sim.scripted import ScriptedWorld
from tests.sim.wire import Fate

LONG = 20.0


def test_no_halt_is_confirmed_before_the_journal_has_told_what_was_unknown(tmp_path: Path):
    world = ScriptedWorld(tmp_path)
    world.faults.fates_of_writes = [Fate.HANGS_BEFORE]
    quote = world.state.quotes["AAPL"]
    world.traders.decide(
        "submit", lambda desk: desk.submit(buy("1", limit=f"{quote.bid - 1:.2f}"), OWNER)
    )
    world.let_pass(0.5)

    world.faults.reading_takes = LONG
    world.crash()
    while not world.is_up:
        world.let_pass(0.1)
    world.answer("halt", world.desk.halt("at once", OWNER))
    world.let_pass(LONG / 2)

    assert not world.state.halt.is_confirmed
    world.let_pass(LONG)
    assert world.state.halt.is_confirmed
    world.see_the_end()
    world.bury()
