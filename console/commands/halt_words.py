"""What can be typed about halts: options that two grammars share, and what a flatten means."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from console.commands import exits

if TYPE_CHECKING:
    from console.domain.flatten import FlattenRequest


def add_halt(command: argparse.ArgumentParser) -> None:
    """Add what can be said of a halt."""
    command.add_argument(
        "--keep-stops", action="store_true", help="leave protective stops of open positions"
    )
    command.add_argument(
        "--receipt", action="store_true", help="halt nothing: print the newest halt's receipt"
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="with --receipt: a new file")


def add_flatten(command: argparse.ArgumentParser) -> None:
    """Add what can be said of a flatten."""
    command.add_argument("symbols", nargs="*", type=str.upper, help="all of them unless named")
    command.add_argument(
        "--losing",
        nargs="?",
        const="10",
        metavar="PERCENT",
        help="only positions losing more than this (default: 10)",
    )
    command.add_argument("--market", action="store_true", help="market orders, at any price")
    command.add_argument(
        "--lift-fence", action="store_true", help="lift the suspension while they are closed"
    )
    command.add_argument("--yes", action="store_true", help="close without asking")


def flatten_wish(options: argparse.Namespace) -> "FlattenRequest":
    """Return what is to be closed; a loss that is no percentage ends in a usage error."""
    from decimal import Decimal, InvalidOperation

    from console.domain.flatten import Extent, FlattenRequest

    if options.symbols and options.losing is not None:
        _refuse("name symbols or say --losing, not both")
    extent = Extent.ALL if options.losing is None else Extent.LOSING
    try:
        return FlattenRequest(
            extent=Extent.NAMED if options.symbols else extent,
            symbols=tuple(dict.fromkeys(options.symbols)),
            loss_percent=Decimal(options.losing or "10"),
            at_market=options.market,
            lifts_fence=options.lift_fence,
        )
    except (InvalidOperation, ValueError):
        _refuse(f"--losing takes a percentage from 0 to 100, not {options.losing!r}")


def _refuse(why: str) -> NoReturn:
    print(f"killcord flatten: {why}", file=sys.stderr)
    raise SystemExit(exits.USAGE)
