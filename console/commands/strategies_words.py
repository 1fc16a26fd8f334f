"""What can be typed after `killcord strategies`."""

import argparse

from console.commands import backtest_words, exits
from console.commands.shared_words import Commands, add_json, add_profile
from console.folders import state_folder


def add_strategies(commands: Commands) -> None:
    """Declare `killcord strategies`."""
    words = "the gate of strategies: try one, list the tries, approve one for paper"
    command = commands.add_parser("strategies", help=words, description=f"{words}.")
    command.set_defaults(run=_strategies)
    asked = command.add_subparsers(dest="strategies", metavar="WHAT", required=True)

    def add(name: str, told: str) -> argparse.ArgumentParser:
        made = asked.add_parser(name, help=told, description=f"{told}.")
        add_profile(made)
        return made

    backtest_words.add_backtest(add("try", "bring one choice of a strategy before the gate"))
    add_json(add("list", "every try, and why it was rejected"))
    show = add("show", "one try with all of its checks")
    show.add_argument("number", type=int)
    add_json(show)
    approve = add("approve", "let a try that passed go on to paper")
    approve.add_argument("number", type=int)
    approve.add_argument("--reason", required=True)
    add_json(approve)


def _strategies(options: argparse.Namespace) -> int:
    from console.commands import strategies

    try:
        return strategies.main(state_folder(options.profile), options)
    except KeyboardInterrupt:
        return exits.FAILED
