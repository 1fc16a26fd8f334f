"""Walk forward: choose parameters on the past, run them on what came next, and move on.

The bars are cut into folds. For each fold but the first the parameters of the highest
Sharpe ratio over all bars before it are taken; the fold is traded with them. What comes
of the folds together was never seen by a choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from console.backtest.catalogue import make_strategy
from console.backtest.strategy import SignalStrategy, Strategy
from console.backtest.sweeps import Crew, Outcome, Parameters, Task, best, sweep
from console.backtest.trades import Run
from console.backtest.vectorised import run_targets

LEAST_FOLDS, LEAST_FOLD_BARS = 2, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One stretch that was traded with parameters chosen before it."""

    first: int
    end: int
    chosen: Outcome | None
    """None when no choice traded before it: the fold stays flat."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Walk:
    """All folds, and the run over them: out of sample throughout."""

    folds: tuple[Fold, ...]
    run: Run


def walk_forward(task: Task, choices: Sequence[Parameters], *, folds: int, crew: Crew) -> Walk:
    """Return the run in which every bar is traded by parameters chosen on earlier bars.

    Raises:
        ValueError: for fewer than 2 folds, or too few bars for them.
    """
    edges = _edges(len(task.bars), folds)
    targets = np.zeros(len(task.bars), dtype=np.int8)
    done = []
    for first, end in pairwise(edges):
        past = Task(name=task.name, bars=task.bars.between(0, first), rules=task.rules)
        chosen = best([found for part in sweep(past, choices, crew) for found in part])
        done.append(Fold(first=first, end=end, chosen=chosen))
        if chosen is not None:
            seen = task.bars.between(0, end)
            strategy = make_strategy(task.name, chosen.parameters)
            targets[first:end] = _signals(strategy).targets(seen)[first:]
    unseen = task.bars.between(edges[0], len(task.bars))
    return Walk(folds=tuple(done), run=run_targets(targets[edges[0] :], unseen, task.rules))


def _signals(strategy: Strategy) -> SignalStrategy:
    if isinstance(strategy, SignalStrategy):
        return strategy
    raise ValueError("only a signal strategy can change its parameters from fold to fold")


def _edges(count: int, folds: int) -> list[int]:
    if folds < LEAST_FOLDS:
        raise ValueError(f"a walk has at least {LEAST_FOLDS} folds, {folds} was asked for")
    if count < folds * LEAST_FOLD_BARS:
        raise ValueError(f"{folds} folds need {folds * LEAST_FOLD_BARS} bars, there are {count}")
    return [count * place // folds for place in range(1, folds + 1)]
