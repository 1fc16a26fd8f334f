"""The command line: what can be typed after `killcord`."""

import argparse
from collections.abc import Sequence

from console.commands import backtest_words, code_words, data_words, processes
from console.commands.past_words import add_audit, add_drills, add_halts
from console.commands.process_words import add_desk, add_record
from console.commands.reading_words import add_reading, add_scan, add_settings, add_study
from console.commands.shared_words import Commands, Run, add_command, add_profile
from console.commands.strategies_words import add_strategies
from console.commands.trading_words import add_trading
from console.folders import state_folder

DESCRIPTION = """A keyboard-driven trading console, and the commands that go with it.

Without a command it opens the console and starts the desk if none runs.
"""
EPILOG = """exit status: 0 done, 1 failed, 2 wrong usage, 3 denied by our own gate,
4 unknown (no answer: it may have happened), 5 no desk is running, 6 forbidden,
7 rejected by the broker"""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    if list(arguments[:1]) in processes.SHORT:
        return processes.main(arguments)
    options = parser().parse_args(arguments)
    run: Run = options.run
    return run(options)


def parser() -> argparse.ArgumentParser:
    """Return the grammar of the command line; the docs are made from it too."""
    made, commands = processes.console_grammar(
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_reading(commands)
    add_trading(commands)
    add_halts(commands)
    add_study(commands)
    add_desk(commands)
    add_record(commands)
    _add_backtests(commands)
    add_strategies(commands)
    add_scan(commands)
    add_audit(commands)
    add_drills(commands)
    add_settings(commands)
    _add_data(commands)
    _add_code(commands)
    venue = commands.add_parser("venue", help="run the paper exchange: killcord venue --help")
    venue.set_defaults(run=lambda _options: made.error(_VENUE_FIRST))
    return made


_VENUE_FIRST = "venue comes first and has options of its own: see killcord venue --help"


def _add_backtests(commands: Commands) -> None:
    words = "what a strategy would have made of past bars"
    backtest_words.add_backtest(add_command(commands, "backtest", words, _backtest, words))
    words = "the back-tests that were kept"
    backtest_words.add_backtests(add_command(commands, "backtests", words, _backtests, words))


def _add_data(commands: Commands) -> None:
    words = "datasets: load, look, reckon, compare, export"
    data = commands.add_parser("data", help=words)
    data_words.add_data(data, _of_a_profile())
    data.set_defaults(run=_data)


def _add_code(commands: Commands) -> None:
    code = commands.add_parser("code", help="one's own Python over datasets, in a sandbox")
    code_words.add_code(code, _of_a_profile())
    code.set_defaults(run=_code)


def _of_a_profile() -> argparse.ArgumentParser:
    """Return the options that every part of a command with parts takes."""
    profile = argparse.ArgumentParser(add_help=False)
    add_profile(profile)
    return profile


def _backtest(options: argparse.Namespace) -> int:
    from console.commands import backtesting  # noqa: PLC0415 - its own heavy imports

    return backtesting.backtest(state_folder(options.profile), options)


def _backtests(options: argparse.Namespace) -> int:
    from console.commands import backtesting  # noqa: PLC0415 - its own heavy imports

    return backtesting.backtests(state_folder(options.profile), options)


def _data(options: argparse.Namespace) -> int:
    from console.commands import data  # noqa: PLC0415 - tables, for this command only

    return data.main(state_folder(options.profile), options)


def _code(options: argparse.Namespace) -> int:
    from console.commands import code  # noqa: PLC0415 - tables, for this command only

    return code.main(state_folder(options.profile), options)
