"""What can be typed to run a process: the console, the desk, the recording of a tape."""

import argparse
from pathlib import Path

from console.commands.shared_words import Commands, add_command, existing_file
from console.folders import state_folder

MARKET = ("seed", "tape", "speed", "hours", "cash", "scenario", "venue")


def add_market(command: argparse.ArgumentParser) -> None:
    """Add the choice of the demo's market."""
    market = command.add_argument_group("the demo's market, as for `killcord venue`")
    market.add_argument(
        "--seed", type=int, default=argparse.SUPPRESS, help="of the synthetic market"
    )
    market.add_argument(
        "--tape",
        type=existing_file,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="replay a recorded tape instead",
    )
    market.add_argument(
        "--speed",
        type=float,
        default=argparse.SUPPRESS,
        help="how many times faster than the clock",
    )
    market.add_argument(
        "--hours",
        choices=("always", "real"),
        default=argparse.SUPPRESS,
        help="when the market is open",
    )
    market.add_argument("--cash", default=argparse.SUPPRESS, help="what a new account starts with")
    market.add_argument(
        "--scenario",
        type=_scenario,
        metavar="NAME|FILE",
        default=argparse.SUPPRESS,
        help="play a scenario when the market opens: killcord venue --scenarios",
    )
    market.add_argument(
        "--venue",
        type=existing_file,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="use the running venue whose start line is in this file",
    )


def add_desk(commands: Commands) -> None:
    """Declare `killcord desk`."""
    words = "run the desk without a console, or stop it"
    desk = add_command(commands, "desk", words, _run_desk)
    add_market(desk)
    desk.add_argument("--stop", action="store_true", help="end the running desk; orders stay")


def add_record(commands: Commands) -> None:
    """Declare `killcord record`."""
    record = add_command(
        commands,
        "record",
        "write the live market data as a tape that a venue can replay",
        _record,
        "Write the live quotes and trades as a tape: killcord venue --tape FILE.",
    )
    record.add_argument("--out", type=Path, required=True, metavar="FILE", help="a Parquet file")
    record.add_argument(
        "--venue",
        type=existing_file,
        metavar="FILE",
        help="the venue whose start line is in this file",
    )
    record.add_argument("--seconds", type=float, metavar="N", help="how long; else until Ctrl+C")
    record.add_argument("symbols", nargs="*", type=str.upper, help="all of them unless named")


def open_console(options: argparse.Namespace) -> int:
    """Open the console: what `killcord` without a command does."""
    from console.commands import running

    return running.open_console(options.profile, _market(options))


def _run_desk(options: argparse.Namespace) -> int:
    from console.commands import running

    if options.stop:
        return running.stop_desk(options.profile)
    return running.run_desk(options.profile, _market(options))


def _record(options: argparse.Namespace) -> int:
    from console.commands import recording

    wanted = recording.Wanted(
        symbols=tuple(options.symbols) or ("*",), out=options.out, seconds=options.seconds
    )
    return recording.main(options.profile, state_folder(options.profile), options.venue, wanted)


def _market(options: argparse.Namespace) -> dict[str, object]:
    return {name: getattr(options, name) for name in MARKET}


def _scenario(text: str) -> str:
    """Read a scenario's name, or a path that another process will find too."""
    path = Path(text).expanduser()
    return str(path.absolute()) if path.is_file() else text
