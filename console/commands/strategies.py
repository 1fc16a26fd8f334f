"""`killcord strategies`: what is brought before the gate, what came of it, and who approved."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from console.backtest.catalogue import NoSuchParameter, parameters
from console.backtest.findings import moment
from console.commands import backtest_record, exits
from console.commands.asking import NoDesk
from console.commands.backtest_code import fingerprint, hosted, read_code, source_words
from console.commands.backtest_making import prepared
from console.commands.data_tables import clean
from console.commands.tables import aligned, as_json
from console.folders import StateFolder
from console.lab.problems import LabProblem
from console.link.errors import LinkError
from console.sandbox.endings import SandboxProblem
from console.settings import read_settings
from console.settings_sources import BadSettings
from console.strategies.gate import examine, judge
from console.strategies.tries import Tried, Tries, Try
from widgets.outside import neutral

ONE_CHOICE = "the gate judges one choice of parameters, as it is: leave out {}"
ANSWERS = {True: "passed", False: "FAILED", None: "—"}
NOT_HERE = ("sweep", "walk_forward", "peek", "check_lookahead", "report")


def main(folder: StateFolder, options: argparse.Namespace) -> int:
    """Do what was asked, print it, and return the exit status."""
    try:
        status = _ASKED[options.strategies](folder, options)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader, `head` for example, has seen enough; Python flushes once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.FAILED
    except (NoSuchParameter, ValueError) as wrong:
        print(neutral(str(wrong)), file=sys.stderr)
        return exits.USAGE
    except (BadSettings, SandboxProblem, LabProblem, LinkError, OSError) as problem:
        print(neutral(str(problem)), file=sys.stderr)
        return exits.FAILED
    except NoDesk as missing:
        print(f"{missing} Or name a file of bars: --file FILE.", file=sys.stderr)
        return exits.NO_DESK
    return status


def _try(folder: StateFolder, options: argparse.Namespace) -> int:
    for name in NOT_HERE:
        if getattr(options, name):
            raise ValueError(ONE_CHOICE.format(f"--{name.replace('_', '-')}"))
    with hosted(options), Tries(folder.code) as record:
        case = prepared(folder, options)
        limits = read_settings(folder, os.environ).gate
        found = examine(
            case.strategy,
            case.bars,
            case.rules,
            seed=options.seed,
            is_made_up=case.is_made_up,
            limits=limits,
        )
        symbol, frame = case.bars.symbol, case.bars.frame.value
        checks = judge(found, tries=_looks(folder, record, symbol, frame), limits=limits)
        tried = Tried(
            strategy=options.strategy,
            parameters=parameters(case.strategy),
            code="" if options.code is None else fingerprint(read_code(options.code)),
            symbol=symbol,
            frame=frame,
            source=f"{case.source}{source_words(options.code)}",
            first_at=moment(case.bars.at[0]),
            last_at=moment(case.bars.at[-1]),
        )
        made = record.add(datetime.now(UTC), tried, checks)
    _tell(made, options)
    return exits.DONE if made.passed else exits.FAILED


def _looks(folder: StateFolder, record: Tries, symbol: str, frame: str) -> int:
    """Return how many choices were looked at on this market, this one included."""
    kept = backtest_record.kept(folder)
    runs = sum(max(len(one.sweep), 1) for one in kept if (one.symbol, one.frame) == (symbol, frame))
    return runs + record.count(symbol, frame) + 1


def _list(folder: StateFolder, options: argparse.Namespace) -> int:
    with Tries(folder.code) as record:
        every = record.all()
    print(as_json([_facts(one) for one in every]) if options.json else _listed(every))
    return exits.DONE


def _show(folder: StateFolder, options: argparse.Namespace) -> int:
    with Tries(folder.code) as record:
        _tell(record.get(options.number), options)
    return exits.DONE


def _approve(folder: StateFolder, options: argparse.Namespace) -> int:
    with Tries(folder.code) as record:
        made = record.approve(
            options.number, datetime.now(UTC), getpass.getuser(), options.reason.strip()
        )
    _tell(made, options)
    return exits.DONE


def _tell(made: Try, options: argparse.Namespace) -> None:
    if options.json:
        print(as_json(_facts(made)))
        return
    tried = made.tried
    told = ", ".join(f"{name} {value:g}" for name, value in tried.parameters.items())
    rows = [(ANSWERS[check.passed], check.name, check.found, check.asked) for check in made.checks]
    print(f"try {made.number}: {clean(tried.strategy)} ({told}) on {tried.symbol}, {tried.frame}")
    print(f"{tried.first_at[:10]} to {tried.last_at[:10]}, from {neutral(tried.source)}\n")
    print(aligned(("", "check", "found", "asked"), rows))
    print(f"\n{_verdict(made)}")


def _verdict(made: Try) -> str:
    if made.stage == "rejected":
        return "REJECTED. The reasons are kept: killcord strategies list"
    if made.stage == "passed":
        word = f"killcord strategies approve {made.number}"
        return f"Passed. It may go on to paper once it is approved: {word}"
    return f"Approved for paper by {clean(made.approved_by)}: {neutral(made.approved_why)}"


def _listed(every: Sequence[Try]) -> str:
    if not every:
        return "Nothing was tried yet: killcord strategies try STRATEGY SYMBOL."
    header = ("try", "when", "strategy", "market", "stage", "why")
    rows = [
        (
            str(one.number),
            one.at.astimezone().strftime("%Y-%m-%d %H:%M"),
            clean(one.tried.strategy),
            f"{one.tried.symbol} {one.tried.frame}",
            one.stage,
            clean(one.approved_why if one.stage == "paper" else one.reasons, 200) or "—",
        )
        for one in every
    ]
    return aligned(header, rows)


def _facts(made: Try) -> dict[str, Any]:
    return {**asdict(made), "stage": made.stage}


_ASKED: dict[str, Callable[[StateFolder, argparse.Namespace], int]] = {
    "try": _try,
    "list": _list,
    "show": _show,
    "approve": _approve,
}
