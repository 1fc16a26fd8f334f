"""What can be typed to have something done: orders, cancels, the halt and what lifts it."""

import argparse

from console.commands.halt_words import add_flatten, add_halt, flatten_wish
from console.commands.shared_words import Commands, Run, add_command, add_json
from console.folders import state_folder


def add_trading(commands: Commands) -> None:
    """Declare what acts."""

    def add(name: str, words: str, run: Run) -> argparse.ArgumentParser:
        command = add_command(commands, name, words, run, words)
        add_json(command)
        return command

    order = add(
        "order", 'one line of the order language, such as "buy 10 AAPL @ 190.10 day"', _order
    )
    order.add_argument("line", nargs="+")
    cancel = add("cancel", "cancel by order number, by symbol, or `all`", _cancel)
    cancel.add_argument("target")
    halt = add("halt", "stop everything; works without a desk", _halt)
    halt.add_argument("--reason")
    halt.add_argument("--drill", action="store_true")
    add_halt(halt)
    for name, words, run in (
        ("reduce", "let only orders through that reduce, until a re-arm", _reduce),
        ("override", "let entries pass while the trading stream is down, for a reason", _override),
        ("rearm", "lift the halt, or the reducing latch", _rearm),
    ):
        add(name, words, run).add_argument("--reason", required=True)
    add_flatten(add("flatten", "close positions, also while halted; asks for a yes", _flatten))
    fence = add("fence", "suspend the account at the broker while halted, or lift that", _fence)
    fence.add_argument("wish", choices=("set", "lift"))


def _order(options: argparse.Namespace) -> int:
    from console.commands import asking, trading

    folder, line = state_folder(options.profile), " ".join(options.line)
    return asking.answer(trading.order(folder, line, wants_json=options.json))


def _cancel(options: argparse.Namespace) -> int:
    from console.commands import asking, trading

    folder = state_folder(options.profile)
    return asking.answer(trading.cancel(folder, options.target, wants_json=options.json))


def _halt(options: argparse.Namespace) -> int:
    """Halt, also when an option stands before the word."""
    from console.commands.halt import main as halt

    words = ["--profile", options.profile]
    if options.reason is not None:
        words += ["--reason", options.reason]
    if options.drill:
        words.append("--drill")
    words += ["--keep-stops"] * options.keep_stops + ["--receipt"] * options.receipt
    if options.out is not None:
        words += ["--out", str(options.out)]
    return halt([*words, "--json"] if options.json else words)


def _reduce(options: argparse.Namespace) -> int:
    from console.commands import asking, trading

    folder = state_folder(options.profile)
    return asking.answer(trading.reduce(folder, options.reason, wants_json=options.json))


def _override(options: argparse.Namespace) -> int:
    from console.commands import asking, trading

    folder = state_folder(options.profile)
    return asking.answer(trading.override(folder, options.reason, wants_json=options.json))


def _rearm(options: argparse.Namespace) -> int:
    from console.commands import asking, trading

    folder = state_folder(options.profile)
    return asking.answer(trading.rearm(folder, options.reason, wants_json=options.json))


def _flatten(options: argparse.Namespace) -> int:
    from console.commands import asking, flattening

    folder, wish = state_folder(options.profile), flatten_wish(options)
    question = flattening.flatten(folder, wish, is_confirmed=options.yes, wants_json=options.json)
    return asking.answer(question)


def _fence(options: argparse.Namespace) -> int:
    from console.commands import asking, flattening

    folder, is_set = state_folder(options.profile), options.wish == "set"
    return asking.answer(flattening.fence(folder, is_set=is_set, wants_json=options.json))
