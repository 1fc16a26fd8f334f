"""`killcord backtest` and `killcord backtests`: run, check, keep, list, compare, export."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from console.backtest.bars import BadBars
from console.backtest.catalogue import NoSuchParameter
from console.backtest.crews import NoCrew
from console.backtest.findings import Finding, as_plain
from console.backtest.html_report import html_report
from console.commands import backtest_compared, backtest_record, backtest_text, exits
from console.commands.asking import NoDesk
from console.commands.backtest_code import hosted
from console.commands.backtest_lookahead import check
from console.commands.backtest_making import RUNS, made, prepared
from console.commands.tables import as_json
from console.folders import StateFolder
from console.lab.problems import LabProblem
from console.link.errors import DeskRefused
from console.sandbox.endings import SandboxProblem
from widgets.outside import neutral


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
    except (
        NoCrew,
        DeskRefused,
        backtest_record.NotKept,
        LabProblem,
        OSError,
        SandboxProblem,
    ) as trouble:
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
        print(backtest_compared.beside(found))
    return exits.DONE


def _backtest(folder: StateFolder, options: argparse.Namespace) -> int:
    case = prepared(folder, options)
    if options.check_lookahead:
        return check(case.strategy, case.bars, options)
    return _tell(folder, made(folder, case, options, _progress), options)


def _tell(folder: StateFolder, found: Finding, options: argparse.Namespace) -> int:
    if not options.peek:
        backtest_record.keep(folder, found)
    if options.report is not None:
        export(found, options.report)
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


def _progress(done: int, every: int, what: str) -> None:
    """Say on a terminal how many of many runs are done."""
    if what != RUNS or not sys.stderr.isatty():
        return
    bar = "█" * (30 * done // every)
    end = "\n" if done == every else ""
    print(f"\r{bar:<30} {done:,} of {every:,} runs", end=end, file=sys.stderr, flush=True)


def _export_named(found: Sequence[Finding], path: Path) -> int:
    if len(found) != 1:
        print("--report writes one back-test: name its number.", file=sys.stderr)
        return exits.USAGE
    export(found[0], path)
    print(f"The report is in {path}.")
    return exits.DONE


def export(found: Finding, path: Path) -> None:
    """Write one as an HTML page."""
    figures = backtest_text.columns([found.metrics, found.hold])
    words = backtest_text.heading(found).splitlines()[1:]
    parts = [*words, *backtest_text.figures(found).splitlines()[-1:]]
    path.write_text(html_report(found, figures, parts), encoding="utf-8")
