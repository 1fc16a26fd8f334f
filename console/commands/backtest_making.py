"""A back-test as it was asked for in words: its bars, its terms, its search, what it came to."""

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from console.backtest.bars import BadBars, Bars, Split
from console.backtest.catalogue import defaults, make_strategy, parameters
from console.backtest.crews import Cores, Dask
from console.backtest.findings import Finding, finding
from console.backtest.rules import Costs, Rules
from console.backtest.running import run_strategy
from console.backtest.strategy import Strategy
from console.backtest.sweeps import Alone, Crew, Outcome, Parameters, Task, best, grid, sweep
from console.backtest.walk_forward import Walk, walk_forward
from console.commands import backtest_record
from console.commands.backtest_code import source_words
from console.commands.backtest_lookahead import PEEKED, peeked
from console.commands.backtest_words import pair
from console.commands.bars_source import ask_desk, is_recorded, read_dataset, read_file
from console.commands.exchange_calendar import calendar_of
from console.domain.market import Timeframe
from console.folders import StateFolder

RUNS = "runs"
DEMO = "demo"
EPOCH = date(1970, 1, 1)
Far = Callable[[int, int, str], None]
"""Told how many of how many are done, and of what."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Case:
    """What is to be run, on what, under which terms."""

    strategy: Strategy
    bars: Bars
    source: str
    """Where the bars came from, in words."""
    is_made_up: bool
    """Whether they are the demo's, which the embedded venue makes up, or were reckoned."""
    rules: Rules
    choices: Sequence[Parameters]


SMALL = 3_000_000
"""Choices times bars below which other processes take longer to start than to work."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Searched:
    """The choice a run is made with, and what it was chosen from."""

    parameters: Parameters
    outcomes: Sequence[Outcome] = ()
    walk: Walk | None = None


def prepared(folder: StateFolder, options: argparse.Namespace) -> Case:
    """Return what was asked for; every mistake in it is found here, before anything runs.

    Raises:
        NoSuchParameter: for a strategy or a parameter that is none.
        BadBars: when there are no such bars.
        ValueError: when the options do not go together.
        NoDesk: when the desk's bars are asked for and none runs.
    """
    strategy = make_strategy(options.strategy, pairs(options.set))
    moved = pairs(options.sweep)
    fixed = {name: value for name, value in parameters(strategy).items() if name not in moved}
    choices = grid(options.strategy, moved, fixed)
    bars, source = _bars(folder, options)
    rules = _rules(options, bars)
    if options.session == "regular":
        bars = _regular(bars, rules)
    return Case(
        strategy=strategy,
        bars=_between(bars, options.since, options.until),
        source=source,
        is_made_up=is_made_up(folder, options),
        rules=rules,
        choices=choices,
    )


def made(
    folder: StateFolder,
    case: Case,
    options: argparse.Namespace,
    far: Far,
    *,
    lookahead: str | None = None,
) -> Finding:
    """Run it, the search first; nothing is kept yet."""
    searched = _search(case, options, far)
    chosen = peeked(make_strategy(options.strategy, searched.parameters), options)
    made_at = datetime.now(UTC)
    far(0, 1, "figures")
    return finding(
        run_strategy(chosen, case.bars, case.rules, bar_by_bar=options.bar_by_bar),
        key=backtest_record.new_key(folder, made_at),
        made_at=made_at,
        strategy=(options.strategy, searched.parameters),
        source=f"{case.source}{source_words(options.code)}{PEEKED * bool(options.peek)}",
        seed=options.seed,
        outcomes=searched.outcomes,
        walk=searched.walk,
        lookahead=lookahead,
    )


def _bars(folder: StateFolder, options: argparse.Namespace) -> tuple[Bars, str]:
    splits = [Split(at=at, ratio=ratio) for at, ratio in options.split]
    if options.dataset is not None:
        bars = read_dataset(folder, options.dataset, options.symbol, options.timeframe, splits)
        return bars, f"dataset {options.dataset}, {_split_words(splits)}"
    if options.file is not None:
        bars = read_file(options.file, options.symbol, options.timeframe, splits)
        return bars, f"{options.file.name}, prices as traded, {_split_words(splits)}"
    if splits:
        raise ValueError(
            "the desk's bars are adjusted for splits already: --split goes with --file or --dataset"
        )
    frame = options.timeframe or Timeframe.MIN_1
    bars = asyncio.run(ask_desk(folder, options.symbol, frame, options.bars))
    return bars, f"the {folder.profile} desk, prices adjusted for splits by the broker"


def is_made_up(folder: StateFolder, options: argparse.Namespace) -> bool:
    """Return whether no market made these bars; what a file holds is its owner's word."""
    if options.file is not None:
        return False
    if options.dataset is not None:
        return not is_recorded(folder, options.dataset)
    return folder.profile == DEMO


def _split_words(splits: Sequence[Split]) -> str:
    if not splits:
        return "no split stated"
    return "splits " + ", ".join(
        f"{datetime.fromtimestamp(split.at, UTC):%Y-%m-%d} {split.ratio:g} for 1"
        for split in splits
    )


def _rules(options: argparse.Namespace, bars: Bars) -> Rules:
    return Rules(
        cash=options.cash,
        fraction=options.fraction,
        qty=options.qty,
        may_short=options.short,
        flat_minutes=options.flat_minutes,
        calendar=calendar_of(bars.at),
        costs=Costs(
            fee_per_share=options.fee_per_share,
            fee_bps=options.fee_bps,
            spread_bps=options.spread_bps,
            slippage_bps=options.slippage_bps,
            borrow_percent=options.borrow_percent,
        ),
    )


def _regular(bars: Bars, rules: Rules) -> Bars:
    mask = rules.calendar.is_regular(bars.at, bars.frame.seconds)
    if mask.sum() < 2:  # noqa: PLR2004 - a decision and its fill
        raise BadBars(
            f"{bars.symbol} has no bars in the regular session here: say --session all for the rest"
        )
    return bars if mask.all() else bars.where(mask)


def _between(bars: Bars, since: date | None, until: date | None) -> Bars:
    """Return the bars of the days from one to the other, both included."""
    if since is None and until is None:
        return bars
    mask = np.ones(len(bars), dtype=np.bool_)
    if since is not None:
        mask &= bars.day >= (since - EPOCH).days
    if until is not None:
        mask &= bars.day <= (until - EPOCH).days
    if mask.sum() < 2:  # noqa: PLR2004 - a decision and its fill
        raise BadBars(f"{bars.symbol} has no bars between those days")
    return bars.where(mask)


def _search(case: Case, options: argparse.Namespace, far: Far) -> _Searched:
    if not options.sweep:
        if options.walk_forward is not None:
            raise ValueError("--walk-forward chooses among the choices of --sweep: say what to try")
        return _Searched(parameters=parameters(case.strategy))
    task = Task(name=options.strategy, bars=case.bars, rules=case.rules)
    choices = case.choices
    crew = _crew(options, len(choices) * len(task.bars))
    outcomes: list[Outcome] = []
    for part in sweep(task, choices, crew):
        outcomes += part
        far(len(outcomes), len(choices), RUNS)
    walk = None
    if options.walk_forward is not None:
        far(0, options.walk_forward, "folds")
        walk = walk_forward(task, choices, folds=options.walk_forward, crew=crew)
    top = best(outcomes)
    if top is None:
        why = next((one.refused for one in outcomes if one.refused), "none of them moved anything")
        raise BadBars(f"no choice of the sweep came to anything: {why}")
    order = defaults(task.name)
    chosen = {name: top.parameters[name] for name in order}
    return _Searched(parameters=chosen, outcomes=outcomes, walk=walk)


def _crew(options: argparse.Namespace, work: int) -> Crew:
    if options.code is not None:
        return _of_the_sandbox(options)
    if options.dask is not None:
        return Dask(options.dask)
    if options.processes == 1 or (options.processes is None and work < SMALL):
        return Alone()
    return Cores(options.processes)


def _of_the_sandbox(options: argparse.Namespace) -> Crew:
    if options.dask is not None:
        raise ValueError("code of your own runs in this machine's sandbox alone: leave out --dask")
    return Alone()


def pairs(texts: Sequence[str]) -> Mapping[str, str]:
    """Return names with their values."""
    return dict(pair(text) for text in texts)
