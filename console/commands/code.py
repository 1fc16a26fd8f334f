"""`killcord code`: one's own Python over datasets, in the sandbox. No desk is needed."""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from console.commands import code_text, exits
from console.commands.backtest_words import pair
from console.commands.code_limits import code_limits
from console.commands.code_tables import keep_result, read_tables
from console.commands.data_tables import dataset_facts, kept_words
from console.commands.tables import as_json
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.lab.datasets import Dataset
from console.lab.problems import LabProblem
from console.sandbox.endings import NoIsolation, SandboxProblem
from console.sandbox.history import History
from console.sandbox.isolation import find_isolation
from console.sandbox.limits import MIB, RunLimits
from console.sandbox.running import Bench, Outcome
from widgets.outside import neutral


def main(folder: StateFolder, options: argparse.Namespace) -> int:
    """Do what was asked, print it, and return the exit status."""
    try:
        status = _ASKED[options.code](folder, options)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader, `head` for example, has seen enough; Python flushes once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.FAILED
    except KeyboardInterrupt:
        print("\nStopped: the code was ended, and nothing was kept.", file=sys.stderr)
        return exits.FAILED
    except (SandboxProblem, LabProblem, ValueError, OSError) as problem:
        print(f"killcord code: {neutral(str(problem))}", file=sys.stderr)
        return exits.USAGE if type(problem) is ValueError else exits.FAILED
    return status


def run(folder: StateFolder, options: argparse.Namespace) -> int:
    """Run a file, write the run down, and print what it made."""
    code = options.file.read_bytes().decode(errors="replace")
    limits = limits_of(folder, options)
    isolation = find_isolation()
    with closing(Catalog(folder.lab)) as catalog, History(folder.code) as history:
        if options.keep is not None:
            catalog.refuse_taken(options.keep)
        tables = read_tables(catalog, options.data)
        wanted = dict(map(pair, options.set))
        outcome = Bench(isolation, limits).run(code, tables, wanted)
        number = history.add(
            datetime.now(UTC),
            options.file.name,
            code,
            tables=options.data,
            parameters=outcome.parameters,
            seconds=outcome.seconds,
            problem="" if outcome.problem is None else str(outcome.problem),
        )
        kept = None
        if options.keep is not None and outcome.problem is None:
            made_by = (f"{options.file.name}, run {number}", options.data)
            kept = keep_result(catalog, outcome, options.keep, made_by)
    _tell(outcome, kept, number, options)
    return exits.DONE if outcome.problem is None else exits.FAILED


def limits_of(folder: StateFolder, options: argparse.Namespace) -> RunLimits:
    """Return the limits of the settings, and instead of them those that were typed.

    Raises:
        ValueError: when they are none.
        SandboxProblem: when a setting is wrong.
    """
    memory = None if options.memory is None else options.memory * MIB
    typed = {
        "cpu_seconds": options.cpu,
        "wall_seconds": options.time,
        "memory_bytes": memory,
    }
    said = {name: value for name, value in typed.items() if value is not None}
    return replace(code_limits(folder), **said)


def _tell(outcome: Outcome, kept: Dataset | None, number: int, options: argparse.Namespace) -> None:
    if options.json:
        facts = code_text.outcome_facts(outcome, number)
        print(as_json(facts | {"kept": None if kept is None else dataset_facts(kept)}))
        return
    if words := code_text.outcome_words(outcome):
        print(words)
    if kept is not None:
        print(f"\n{kept_words(kept)}")
    if outcome.problem is not None:
        sys.stdout.flush()
        print(f"{options.file.name}, {neutral(str(outcome.problem))}", file=sys.stderr)


def check(folder: StateFolder, options: argparse.Namespace) -> int:
    """Say whether this machine can hold code in, and by what."""
    limits = code_limits(folder)
    try:
        words, holds = find_isolation().described(limits), True
    except NoIsolation as missing:
        words, holds = str(missing), False
    print(as_json({"holds": holds, "detail": words}) if options.json else neutral(words))
    return exits.DONE if holds else exits.FAILED


def history(folder: StateFolder, options: argparse.Namespace) -> int:
    """List what was run, or print the code of one run."""
    with History(folder.code) as past:
        runs = past.all() if options.number is None else [past.get(options.number)]
    found = [one for one in runs if one is not None]
    if options.number is not None and not found:
        raise SandboxProblem(f"no run is numbered {options.number}: killcord code history")
    if options.json:
        print(as_json([_facts(one) for one in found]))
    elif options.number is not None:
        print(code_text.harmless(found[0].code))
    else:
        print(code_text.history_words(found))
    return exits.DONE


def _facts(past: Any) -> dict[str, Any]:
    return {name: getattr(past, name) for name in past.__slots__}


_ASKED: dict[str, Callable[[StateFolder, argparse.Namespace], int]] = {
    "run": run,
    "check": check,
    "history": history,
}
