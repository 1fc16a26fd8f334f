"""`killcord scan`: have the desk scan the market by a rule, with progress on standard error."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from console.commands import exits
from console.commands.asking import attached
from console.commands.scan_words import rule_facts, rules_words, scan_facts, scan_words
from console.commands.tables import as_json
from console.commands.trading import STATUS_OF
from console.domain.receipts import Outcome, Receipt
from console.domain.scans import Scan, ScanRule, ScanState
from console.folders import StateFolder, settings_file
from console.link.errors import LinkError
from console.scanning.rule_file import BadRules, known_rules
from console.scanning.symbol_file import BadSymbolFile, read_symbols

LOOK_SECONDS = 0.2
ALL = "all tradable"


class Scans(Protocol):
    """What following a scan needs of the desk."""

    async def last_scan(self) -> Scan | None:
        """Return the scan that runs or ran last."""

    async def cancel_scan(self) -> Receipt:
        """End the running scan; what it found stays."""


async def scan(
    folder: StateFolder, name: str | None, file: Path | None, *, wants_json: bool
) -> int:
    """Scan by a rule and print what was found; list the rules when none is named."""
    try:
        rules = rules_of(folder)
        symbols = None if file is None else read_symbols(file)
    except (BadRules, BadSymbolFile) as mistake:
        print(f"killcord scan: {mistake}", file=sys.stderr)
        return exits.USAGE
    if name is None:
        told = [rule_facts(rule) for rule in rules.values()]
        print(as_json(told) if wants_json else rules_words(rules.values()))
        return exits.DONE
    rule = rules.get(name)
    if rule is None:
        known = ", ".join(rules)
        print(f"killcord scan: no rule is called {name!r}; there are {known}.", file=sys.stderr)
        return exits.USAGE
    async with attached(folder) as desk:
        universe = ALL if file is None else file.name
        receipt = await desk.link.scan(rule, universe, symbols)
        if receipt.outcome is not Outcome.ACCEPTED:
            print(f"{receipt.outcome.value}: {receipt.detail}", file=sys.stderr)
            return STATUS_OF[receipt.outcome]
        try:
            found = await followed(desk.link)
        except LinkError as lost:
            print(f"killcord scan: {lost}", file=sys.stderr)
            return exits.UNKNOWN
    print(as_json(scan_facts(found)) if wants_json else scan_words(found))
    return exits.DONE if found.state is ScanState.DONE else exits.FAILED


def rules_of(folder: StateFolder) -> Mapping[str, ScanRule]:
    """Return everybody's rules, then the trader's own. BadRules when a file is not understood."""
    return known_rules(settings_file(os.environ).with_name("scans.toml"), folder.scan_rules)


async def followed(link: Scans) -> Scan:
    """Draw the progress until the scan is over; Ctrl+C ends the scan and keeps what it found."""
    with _bar() as bar:
        task = bar.add_task("", total=None, trouble="")
        while True:
            try:
                found = await _asked(link)
                if found.is_over:
                    return found
                bar.update(
                    task,
                    description=f"{found.rule.name}, {len(found.rows):,} found",
                    total=found.total or None,
                    completed=found.scanned,
                    trouble=found.trouble,
                )
                await asyncio.sleep(LOOK_SECONDS)
            except asyncio.CancelledError:
                # what asyncio makes of a first Ctrl+C, wherever it came
                await link.cancel_scan()


async def _asked(link: Scans) -> Scan:
    found = await link.last_scan()
    if found is None:
        raise AssertionError("a scan that was begun is known")
    return found


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[trouble]}", markup=False),
        console=Console(file=sys.stderr),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
