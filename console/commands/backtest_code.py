"""A strategy of the trader's own for `killcord backtest`: in the sandbox while the run lasts."""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.commands.code_text import harmless
from console.sandbox.endings import SandboxProblem
from console.sandbox.isolation import find_isolation
from console.sandbox.limits import LIMITS, RunLimits
from console.strategies.adopted import adopted
from console.strategies.host import Host

SHOWN = 12
"""Of the 64 digits of a fingerprint."""


@contextmanager
def hosted(options: argparse.Namespace) -> Iterator[Host | None]:
    """Have the strategy of `--code` in the catalogue; None without that option.

    Raises:
        SandboxProblem: when there is no wall here, or the code is wrong.
    """
    if options.code is None:
        yield None
        return
    text = read_code(options.code)
    limits = RunLimits(cpu_seconds=options.cpu, wall_seconds=options.cpu * 10.0)
    with Host(find_isolation(), text, options.strategy, limits) as host, adopted(host):
        yield host
        if printed := host.printed:
            print(f"{options.code.name} printed:\n{harmless(printed).rstrip()}", file=sys.stderr)


def read_code(path: Path) -> str:
    """Return a file's text.

    Raises:
        SandboxProblem: when it is too long.
        OSError: when there is none.
    """
    if path.stat().st_size > LIMITS.code_bytes:
        raise SandboxProblem(
            f"{path.name} is too long: {LIMITS.code_bytes // 1024} KiB is the most."
        )
    return path.read_bytes().decode(errors="replace")


def source_words(path: Path | None) -> str:
    """Return how a finding names the code it was made with; nothing without one."""
    return "" if path is None else f"; code {path.name}, {fingerprint(read_code(path))[:SHOWN]}"


def fingerprint(code: str) -> str:
    """Return what stands for exactly this text: its SHA-256."""
    return hashlib.sha256(code.encode()).hexdigest()
