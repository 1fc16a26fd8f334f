"""What can be typed after `killcord code`."""

import argparse
from pathlib import Path

from console.commands.shared_words import parts_of
from console.sandbox.limits import LIMITS, MIB


def add_code(command: argparse.ArgumentParser, profile: argparse.ArgumentParser) -> None:
    """Add what is asked of one's own code; `profile` holds the options each one takes."""
    add = parts_of(command, "code", profile)
    _add_run(add("run", "run a file of Python over datasets, in the sandbox"))
    add("check", "whether this machine can hold code in, and by what")
    history = add("history", "what was run, newest first; a number shows its code")
    history.add_argument("number", nargs="?", type=int)


def add_limits(command: argparse.ArgumentParser) -> None:
    """Add what a run may take."""
    limits = command.add_argument_group("what the code may take")
    limits.add_argument(
        "--cpu",
        type=int,
        metavar="S",
        help=f"seconds of processor time (default: {LIMITS.cpu_seconds}, or as set)",
    )
    limits.add_argument(
        "--time",
        type=float,
        metavar="S",
        help=f"seconds by the clock (default: {LIMITS.wall_seconds:g}, or as set)",
    )
    most = LIMITS.memory_bytes // MIB
    limits.add_argument(
        "--memory",
        type=int,
        metavar="MIB",
        help=f"of memory, Python itself included (default: {most}, or as set)",
    )


def _add_run(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="NAME",
        help="a dataset: the first is `df`, all are in `tables`; may be said again",
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter that the code declares; may be said again",
    )
    command.add_argument("--keep", metavar="NAME", help="make a dataset of `result`")
    add_limits(command)
