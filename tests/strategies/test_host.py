"""A strategy in the sandbox decides as it would outside, and shows no future to anybody."""

import numpy as np
import pytest

from console.backtest.catalogue import STRATEGIES, NoSuchParameter, make_strategy
from console.backtest.events import run_events
from console.backtest.lookahead import find_glimpse
from console.backtest.rules import Rules
from console.backtest.seeds.momentum import Momentum
from console.backtest.strategy import SignalStrategy
from console.backtest.vectorised import run_signals
from console.sandbox.endings import Mistake, SandboxProblem
from console.strategies.adopted import adopted
from tests.backtest.markets import random_walk

SHORT = Rules(may_short=True)
OWN = ("entry", "exit", "side", "entry_price", "exit_price", "pnl")


def assert_same(ours, theirs):
    for name in OWN:
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name)), name


def test_signals_and_bars_one_by_one_trade_as_the_same_strategy_outside(held):
    bars = random_walk(120, seed=7)
    outside = run_signals(Momentum(bars=3), bars, SHORT).trades

    with adopted(held("rising")), adopted(held("patient")):
        signals = run_signals(make_strategy("rising", {}), bars, SHORT).trades
        patient = run_events(make_strategy("patient", {}), bars, SHORT).run.trades

    assert len(outside) > 10
    assert_same(signals, outside)
    assert_same(patient, outside)
    assert not {"rising", "patient"} & STRATEGIES.keys()


def test_what_looks_ahead_is_caught_and_what_does_not_is_not(held):
    bars = random_walk(300, seed=3)

    with adopted(held("rising")), adopted(held("sly")):
        honest = find_glimpse(make_strategy("rising", {}), bars, seed=1, cuts=6)
        sly = find_glimpse(make_strategy("sly", {}), bars, seed=1, cuts=6)

    assert honest is None
    assert sly is not None


def test_a_strategy_without_memory_is_what_catches_the_one_that_remembers(held):
    with adopted(held("sly")) as kind:
        known = kind()
        bars = random_walk(60, seed=3)
        whole = known.targets(bars)
        cut = int(np.flatnonzero(whole[:-1])[-1]) + 1
        remembered = known.targets(bars.between(0, cut))
        with known.afresh() as fresh:
            unaware = fresh.targets(bars.between(0, cut))

    assert remembered.tolist() == whole[:cut].tolist()
    assert unaware.tolist() != whole[:cut].tolist()


def test_parameters_are_the_codes_own_and_what_it_refuses_is_refused(held):
    with adopted(held("rising")):
        assert make_strategy("rising", {"bars": "5"}).bars == 5
        with pytest.raises(NoSuchParameter, match=r"line 1\d: ValueError: at least 1 bar"):
            make_strategy("rising", {"bars": "0"})
        with pytest.raises(NoSuchParameter, match="it has bars"):
            make_strategy("rising", {"window": "1"})


def test_what_is_no_target_and_what_is_no_strategy_is_said(held):
    bars = random_walk(20, seed=1)

    with adopted(held("loud")), pytest.raises(Mistake, match="1 long, 0 flat or -1 short"):
        make_strategy("loud", {}).targets(bars)
    with pytest.raises(Mistake, match="no strategy 'none'; it has rising, patient, sly, loud"):
        held("none")
    with pytest.raises(Mistake, match="line 2: ModuleNotFoundError"):
        held("x", "\nimport nothing_there\n")


def test_a_name_that_is_taken_is_refused(held):
    code = "from killcord import SignalStrategy\nclass Momentum(SignalStrategy):\n    pass\n"

    with pytest.raises(SandboxProblem, match="momentum already"), adopted(held("", code)):
        pass


class Forgetful(SignalStrategy):
    name = "forgetful"

    def targets(self, seen):
        return np.zeros(len(seen), dtype=np.int8)


def test_a_strategy_outside_needs_no_other_memory():
    strategy = Forgetful()

    with strategy.afresh() as fresh:
        assert fresh is strategy


BEYOND = """
import os, sys
from console.sandbox.frames import packed
os.write(int(sys.argv[3]), b"".join(packed(HEAD)))
os._exit(0)
"""


def test_a_number_beyond_all_numbers_is_no_strategy(held):
    head = "{'name': 'x', 'is_signal': True, 'parameters': {'bars': 10**400}}"

    with pytest.raises(SandboxProblem, match="does not say what it is"):
        held("", BEYOND.replace("HEAD", head))


def test_a_price_beyond_all_numbers_is_no_price(held):
    head = "{'target': 1, 'limit_price': 10**400, 'stop_price': None, 'take_profit_price': None}"
    code = f"""
from killcord import Strategy

class Forger(Strategy):
    def decide(self, window):
        exec({BEYOND.replace("HEAD", head)!r})
"""

    with adopted(held("", code)), pytest.raises(Mistake, match="prices above 0"):
        run_events(make_strategy("forger", {}), random_walk(20, seed=1), SHORT)
