"""The short way to the processes that a console begins with: the console, its desk, its venue.

Nothing but their own grammar is declared, for to declare every command takes a tenth of the
time to the first paint, and each of the three begins with it.
"""

import argparse
import os
from collections.abc import Sequence
from typing import Any

from console.commands.process_words import MARKET, add_desk, add_market, open_console
from console.commands.shared_words import Commands, Run, add_profile

SHORT: tuple[list[str], ...] = ([], ["desk"], ["venue"])
"""What a command line begins with that goes this way; no argument at all opens the console."""


def main(arguments: Sequence[str]) -> int:
    """Run the console, a desk or a venue and return its exit status."""
    if list(arguments[:1]) == ["venue"]:
        from console.venue.command import main as venue  # noqa: PLC0415 - its own heavy imports

        return venue(list(arguments[1:]))
    made, commands = console_grammar()
    add_desk(commands)
    options = made.parse_args(arguments)
    run: Run = options.run
    return run(options)


def console_grammar(**words: Any) -> tuple[argparse.ArgumentParser, Commands]:
    """Return what can be typed to open the console, and where the commands are to be added."""
    made = argparse.ArgumentParser(prog="killcord", **words)
    add_profile(made)
    add_market(made)
    made.set_defaults(
        run=open_console,
        profile=os.environ.get("KILLCORD_PROFILE", "demo"),
        **dict.fromkeys(MARKET),
    )
    return made, made.add_subparsers(dest="command", metavar="COMMAND")
