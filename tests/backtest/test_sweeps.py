import multiprocessing

import numpy as np
import pytest

from console.backtest.catalogue import (
    STRATEGIES,
    NoSuchParameter,
    defaults,
    make_strategy,
    parameters,
)
from console.backtest.crews import Cores, Dask, NoCrew
from console.backtest.rules import Rules
from console.backtest.sweeps import Alone, Task, best, grid, luck, sweep, values_of
from console.backtest.vectorised import run_signals
from console.backtest.walk_forward import walk_forward
from tests.backtest.markets import random_walk

TASK = Task(name="sma-cross", bars=random_walk(900, seed=4), rules=Rules(may_short=True))
CHOICES = grid("sma-cross", {"fast": "5:25:5", "slow": "20,40"}, {})


def swept(crew):
    return [found for part in sweep(TASK, CHOICES, crew) for found in part]


def test_every_combination_is_tried_in_order_and_impossible_ones_say_why():
    found = swept(Alone())

    assert [one.parameters for one in found] == CHOICES
    refused = [one.parameters for one in found if one.refused]
    assert refused == [one for one in CHOICES if one["fast"] >= one["slow"]]
    assert "shorter than the slow one" in next(one.refused for one in found if one.refused)


def test_a_sweep_is_the_runs_it_is_made_of():
    found = swept(Alone())[1]

    run = run_signals(make_strategy("sma-cross", found.parameters), TASK.bars, TASK.rules)

    assert found.total_return == run.total_return
    assert found.trades == run.closed.sum()


def test_all_cores_find_what_one_finds():
    assert swept(Cores(2)) == swept(Alone())


def test_a_sweep_that_is_given_up_ends_its_processes():
    before = set(multiprocessing.active_children())
    going = sweep(TASK, CHOICES * 20, Cores(2))

    next(going)
    going.close()

    assert set(multiprocessing.active_children()) <= before


def test_an_address_without_a_scheduler_or_a_machine_without_dask_is_one_sentence():
    with pytest.raises(NoCrew, match=r"killcord\[dask\]|no Dask scheduler answers"):
        next(Dask("tcp://127.0.0.1:1").work(lambda task, chunk: [], TASK, [CHOICES]))


def test_the_best_is_that_of_the_highest_sharpe_ratio():
    found = swept(Alone())

    assert best(found).sharpe == max(one.sharpe for one in found if one.sharpe is not None)
    assert best([]) is None


def test_luck_grows_with_the_number_of_tries():
    few, many = swept(Alone())[:4], swept(Alone())

    assert luck(few[:1]) is None
    assert luck(many * 50) > luck(many) > 0


@pytest.mark.parametrize(
    ("text", "values"),
    [("5:15:5", [5, 10, 15]), ("3:5", [3, 4, 5]), ("7", [7]), ("9,2", [9, 2]), ("4:8:3", [4, 7])],
)
def test_ranges_hold_their_ends(text, values):
    assert values_of("sma-cross", "fast", text) == values


@pytest.mark.parametrize("text", ["5:1", "1:9:0", "1:9:1:1", "x", "1.5", "", "1:", "1:9:-2"])
def test_what_is_no_range_is_refused_with_a_sentence(text):
    with pytest.raises(NoSuchParameter, match="fast"):
        values_of("sma-cross", "fast", text)


def test_too_many_combinations_are_refused_before_they_are_made():
    with pytest.raises(NoSuchParameter, match="100,000 is the most"):
        grid("sma-cross", {"fast": "1:1000", "slow": "1:1000"}, {})


def test_a_parameter_that_a_strategy_has_not_is_refused_with_those_it_has():
    with pytest.raises(NoSuchParameter, match="sma-cross has no 'speed'; it has fast, slow"):
        make_strategy("sma-cross", {"speed": "3"})


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_a_strategy_is_made_again_from_its_parameters(name):
    made = make_strategy(name, {})

    assert parameters(made) == defaults(name)
    assert make_strategy(name, parameters(made)) == made


def test_what_comes_out_of_sample_does_not_change_with_its_own_future():
    walk = walk_forward(TASK, CHOICES, folds=4, crew=Alone())
    shorter = Task(name=TASK.name, bars=TASK.bars.between(0, 675), rules=TASK.rules)
    again = walk_forward(shorter, CHOICES, folds=3, crew=Alone())

    assert walk.folds[:2] == again.folds
    count = len(again.run.bars)
    assert np.array_equal(walk.run.equity()[:count], again.run.equity())


def test_each_fold_is_traded_with_the_best_of_the_bars_before_it():
    walk = walk_forward(TASK, CHOICES, folds=3, crew=Alone())

    past = Task(name=TASK.name, bars=TASK.bars.between(0, 300), rules=TASK.rules)
    found = [one for part in sweep(past, CHOICES, Alone()) for one in part]
    assert (walk.folds[0].first, walk.folds[0].end) == (300, 600)
    assert walk.folds[0].chosen == best(found)


@pytest.mark.parametrize(("folds", "sentence"), [(1, "at least 2"), (46, "46 folds need 920 bars")])
def test_a_walk_needs_folds_and_bars(folds, sentence):
    with pytest.raises(ValueError, match=sentence):
        walk_forward(TASK, CHOICES, folds=folds, crew=Alone())
