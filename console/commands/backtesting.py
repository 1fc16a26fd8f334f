"""`killcord backtest` and `killcord backtests`: run, check, keep, list, compare, export."""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from console.backtest.bars import BadBars, Bars, Split
from console.backtest.catalogue import NoSuchParameter, defaults, make_strategy, parameters
from console.backtest.crews import Cores, Dask, NoCrew
from console.backtest.findings import Finding, as_plain, finding
from console.backtest.html_report import html_report
from console.backtest.rules import Costs, Rules
from console.backtest.running import run_strategy
from console.backtest.strategy import Strategy
from console.backtest.sweeps import Alone, Crew, Outcome, Parameters, Task, best, grid, sweep
from console.backtest.walk_forward import Walk, walk_forward
from console.commands import backtest_record, backtest_text, exits
from console.commands.asking import NoDesk
from console.commands.backtest_code import hosted, source_words
from console.commands.backtest_lookahead import PEEKED, check, peeked
from console.commands.backtest_words import pair
from console.commands.bars_source import ask_desk, read_file
from console.commands.exchange_calendar import calendar_of
from console.commands.tables import as_json
from console.domain.market import Timeframe
from console.folders import StateFolder
from console.link.errors import DeskRefused
from console.sandbox.endings import SandboxProblem
from widgets.outside import neutral

SMALL = 3_000_000
"""Choices times bars below which other processes take longer to start than to work."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Searched:
    """The choice a run is made with, and what it was chosen from."""

    parameters: Parameters
    outcomes: Sequence[Outcome] = ()
    walk: Walk | None = None


def backtest(folder: StateFolder, options: argparse.Namespace) -> int:
    """Run one back-test, or check a strategy; print, keep and export what came of it."""
    try:
        with hosted(options):
            status = _backtest(folder, options)
        sys.stdout.flush()
    except BrokenPipeError:
        return _unread()
    except KeyboardInterrupt:
        print("\nStopped; nothing was kept.", file=sys.stderr)
        return exits.FAILED
    except (NoSuchParameter, ValueError) as wrong:
        print(wrong, file=sys.stderr)
        return exits.FAILED if isinstance(wrong, BadBars) else exits.USAGE
    except (NoCrew, DeskRefused, backtest_record.NotKept, OSError, SandboxProblem) as trouble:
        print(neutral(str(trouble)), file=sys.stderr)
        return exits.FAILED
    except NoDesk as missing:
        print(f"{missing} Or name a file of bars: --file FILE.", file=sys.stderr)
        return exits.NO_DESK
    return status


def backtests(folder: StateFolder, options: argparse.Namespace) -> int:
    """List what was kept, or compare or export what is named."""
    try:
        status = _kept(folder, options)
        sys.stdout.flush()
    except BrokenPipeError:
        return _unread()
    except (backtest_record.NotKept, OSError) as trouble:
        print(trouble, file=sys.stderr)
        return exits.FAILED
    return status


def _unread() -> int:
    """Give up where the reader, `head` for example, has seen enough."""
    # Python flushes once more at its end
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exits.FAILED


def _kept(folder: StateFolder, options: argparse.Namespace) -> int:
    if not options.keys:
        found = backtest_record.kept(folder)
    else:
        found = [backtest_record.kept_one(folder, key) for key in options.keys]
    if options.report is not None:
        return _export_named(found if options.keys else [], options.report)
    if options.json:
        print(as_json([as_plain(one) for one in found]))
    elif not options.keys:
        print(backtest_text.listed(found))
    elif len(found) == 1:
        print(f"{backtest_text.told(found[0])}\n\n{backtest_text.curve(found[0])}")
    else:
        print(backtest_text.compared(found))
    return exits.DONE


def _backtest(folder: StateFolder, options: argparse.Namespace) -> int:
    fixed = _pairs(options.set)
    strategy = make_strategy(options.strategy, fixed)
    choices = grid(options.strategy, _pairs(options.sweep), parameters_of(strategy, options))
    bars, source = _bars(folder, options)
    rules = _rules(options, bars)
    if options.session == "regular":
        bars = _regular(bars, rules)
    if options.check_lookahead:
        return check(strategy, bars, options)
    searched = _search(
        strategy, Task(name=options.strategy, bars=bars, rules=rules), choices, options
    )
    chosen = peeked(make_strategy(options.strategy, searched.parameters), options)
    made_at = datetime.now(UTC)
    found = finding(
        run_strategy(chosen, bars, rules, bar_by_bar=options.bar_by_bar),
        key=backtest_record.new_key(folder, made_at),
        made_at=made_at,
        strategy=(options.strategy, searched.parameters),
        source=f"{source}{source_words(options.code)}{PEEKED * bool(options.peek)}",
        seed=options.seed,
        outcomes=searched.outcomes,
        walk=searched.walk,
    )
    return _tell(folder, found, options)


def parameters_of(strategy: Strategy, options: argparse.Namespace) -> Parameters:
    """Return the parameters that a sweep does not move."""
    moved = _pairs(options.sweep)
    return {name: value for name, value in parameters(strategy).items() if name not in moved}


def _tell(folder: StateFolder, found: Finding, options: argparse.Namespace) -> int:
    if not options.peek:
        backtest_record.keep(folder, found)
    if options.report is not None:
        _export(found, options.report)
    if options.json:
        print(as_json(as_plain(found)))
        return exits.DONE
    print(f"{backtest_text.told(found)}\n\n{backtest_text.curve(found)}")
    if options.peek:
        print("Not kept: look-ahead was switched on, and no such result can be had.")
    else:
        print(f"Kept as {found.key}: killcord backtests {found.key}")
    if options.report is not None:
        print(f"The report is in {options.report}.")
    return exits.DONE


def _bars(folder: StateFolder, options: argparse.Namespace) -> tuple[Bars, str]:
    splits = [Split(at=at, ratio=ratio) for at, ratio in options.split]
    if options.file is not None:
        bars = read_file(options.file, options.symbol, options.timeframe, splits)
        return bars, f"{options.file.name}, prices as traded, {_split_words(splits)}"
    if splits:
        raise ValueError(
            "the desk's bars are adjusted for splits already: --split goes with --file"
        )
    frame = options.timeframe or Timeframe.MIN_1
    bars = asyncio.run(ask_desk(folder, options.symbol, frame, options.bars))
    return bars, f"the {folder.profile} desk, prices adjusted for splits by the broker"


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


def _search(
    strategy: Strategy, task: Task, choices: Sequence[Parameters], options: argparse.Namespace
) -> _Searched:
    if not options.sweep:
        if options.walk_forward is not None:
            raise ValueError("--walk-forward chooses among the choices of --sweep: say what to try")
        return _Searched(parameters=parameters(strategy))
    crew = _crew(options, len(choices) * len(task.bars))
    outcomes: list[Outcome] = []
    for part in sweep(task, choices, crew):
        outcomes += part
        _progress(len(outcomes), len(choices))
    walk = None
    if options.walk_forward is not None:
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


def _progress(done: int, every: int) -> None:
    if not sys.stderr.isatty():
        return
    bar = "█" * (30 * done // every)
    end = "\n" if done == every else ""
    print(f"\r{bar:<30} {done:,} of {every:,} runs", end=end, file=sys.stderr, flush=True)


def _pairs(texts: Sequence[str]) -> Mapping[str, str]:
    return dict(pair(text) for text in texts)


def _export_named(found: Sequence[Finding], path: Path) -> int:
    if len(found) != 1:
        print("--report writes one back-test: name its number.", file=sys.stderr)
        return exits.USAGE
    _export(found[0], path)
    print(f"The report is in {path}.")
    return exits.DONE


def _export(found: Finding, path: Path) -> None:
    figures = backtest_text.columns([found.metrics, found.hold])
    words = backtest_text.heading(found).splitlines()[1:]
    parts = [*words, *backtest_text.figures(found).splitlines()[-1:]]
    path.write_text(html_report(found, figures, parts), encoding="utf-8")
