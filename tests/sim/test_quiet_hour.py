"""A trader works through a recorded morning, and no trigger pulls without a cause. Promise H10."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from console.desk.limits import Limits, Pace
from console.domain.halt import Mode
from console.domain.orders import Side
from console.venue.markets.market import Tick
from console.venue.markets.tape import TapeMarket
from console.venue.wire.timestamps import SECOND
from tests.builders import OWNER, request
from tests.sim.scripted import ScriptedWorld

RECORDED = Path(__file__).parents[2] / "../shared/data/tape-20131007.parquet"
A_MOMENT = 0.1
"""Seconds of the tape that are told at once."""
EVERY = 20.0
"""Seconds between two things the trader does."""
FIRST_MINUTE, FIRST_HOUR = 60.0, 3_600.0


class TapeWorld(ScriptedWorld):
    """A desk with the limits it comes with, on the recorded tape instead of a made market."""

    limits = Limits(pace=Pace())
    symbols = ("AIG", "BAC", "IBM", "SPY")
    steps_of_a_run = 5_000_000
    has_real_time = True

    def __init__(self, folder: Path, tape: Path) -> None:
        self._tape = TapeMarket(tape)
        self._began: float | None = None
        self.told = 0
        super().__init__(folder)

    def _market(self) -> None:
        if self._began is None:
            self._began = self.timeline.now
        passed = self.timeline.now - self._began
        ticks = self._now(self._tape.advance(self._tape.starts_at + int(passed * SECOND)))
        self.told += len(ticks)
        if ticks:
            self.venue.take(ticks)
            self.market.publish(ticks)
        self.timeline.after(A_MOMENT, self._market)

    def _now(self, ticks: Sequence[Tick]) -> tuple[Tick, ...]:
        return tuple(replace(tick, at=self.venue.now) for tick in ticks)

    def price(self, symbol: str, side: Side) -> str:
        """A limit that trades at once."""
        quote = self.state.quotes[symbol]
        return f"{quote.ask + 0.05 if side is Side.BUY else quote.bid - 0.05:.2f}"

    def trade(self, turn: int) -> None:
        """Do the next thing of a trader's round: in, a change of mind, a rest, out."""
        symbol = self.symbols[turn // 4 % len(self.symbols)]
        match turn % 4:
            case 0:
                wish = request(Side.BUY, "100", symbol, limit=self.price(symbol, Side.BUY), key="")
                self.answer("submit", self.desk.submit(wish, OWNER))
            case 1:
                far = f"{self.state.quotes[symbol].bid * 0.98:.2f}"
                wish = request(Side.BUY, "100", symbol, limit=far, key="")
                self.answer("submit", self.desk.submit(wish, OWNER))
            case 2:
                self.answer("cancel_all", self.desk.cancel_all(OWNER))
            case _:
                self.answer("flat", self.desk.flat(symbol, OWNER))


@pytest.mark.parametrize(
    "seconds", [FIRST_MINUTE, pytest.param(FIRST_HOUR, marks=pytest.mark.long)]
)
def test_no_trigger_pulls_in_real_trading(tmp_path: Path, seconds):
    if not RECORDED.exists():
        pytest.skip("the recorded tape is not beside this checkout (../shared/data)")
    world = TapeWorld(tmp_path, RECORDED)

    for turn in range(int(seconds / EVERY)):
        world.trade(turn)
        world.let_pass(EVERY)

    assert world.told > 30 * seconds
    assert len(world.venue.exchange.blotter.fills) >= seconds / EVERY / 4
    assert "trigger.tripped" not in world.platter.kinds
    assert (world.state.mode, world.state.halt) == (Mode.ACTIVE, None)
    world.bury()
