"""What many commands are typed with, and how one is declared: its words and what runs it."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from console.folders import PROFILES

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its only name
Run: TypeAlias = Callable[[argparse.Namespace], int]
"""Runs a command as it was typed, and returns the exit status."""
Add: TypeAlias = Callable[[str, str], argparse.ArgumentParser]
"""Declares a part of a command, by its name and what it does."""


def add_command(
    commands: Commands, name: str, words: str, run: Run, description: str | None = None
) -> argparse.ArgumentParser:
    """Declare a command of a profile, and what runs it."""
    command = commands.add_parser(name, help=words, description=description)
    add_profile(command)
    command.set_defaults(run=run)
    return command


def parts_of(command: argparse.ArgumentParser, name: str, profile: argparse.ArgumentParser) -> Add:
    """Let a command have parts; each takes the options of `profile` and can answer in JSON."""
    asked = command.add_subparsers(dest=name, metavar="WHAT", required=True)

    def add(part: str, words: str) -> argparse.ArgumentParser:
        made = asked.add_parser(part, help=words, description=f"{words}.", parents=[profile])
        add_json(made)
        return made

    return add


def add_profile(command: argparse.ArgumentParser) -> None:
    """Add the choice of a broker."""
    command.add_argument(
        "--profile",
        choices=PROFILES,
        default=argparse.SUPPRESS,
        help="which broker: the embedded venue, Alpaca paper or Alpaca live (default: demo)",
    )


def add_json(command: argparse.ArgumentParser) -> None:
    """Add the wish for JSON."""
    command.add_argument("--json", action="store_true", help="JSON instead of words")


def existing_file(text: str) -> Path:
    """Read a path that another process, elsewhere, will find too."""
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file at {path}")
    return path
