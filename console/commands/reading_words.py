"""What can be typed to learn something of the desk and of the market."""

import argparse

from console.commands.shared_words import Commands, Run, add_command, add_json, existing_file
from console.commands.study_words import add_study as add_study_words
from console.domain.market import Timeframe
from console.folders import state_folder


def add_reading(commands: Commands) -> None:
    """Declare what prints one thing of a running desk."""

    def add(name: str, words: str, run: Run) -> argparse.ArgumentParser:
        return add_command(commands, name, words, run, f"Print {words}.")

    add_json(add("status", "the desk's condition", _status))
    orders = add("orders", "the open orders", _orders)
    add_json(orders)
    orders.add_argument("--all", action="store_true", help="closed ones too")
    add_json(add("positions", "the holdings", _positions))
    add_json(add("reconcile", "what a comparison with the broker, made now, found", _reconcile))
    quote = add("quote", "the newest quote of one symbol", _quote)
    quote.add_argument("symbol", type=str.upper)
    add_json(quote)
    chart = add("chart", "the newest bars of one symbol as candles", _chart)
    chart.add_argument("symbol", type=str.upper)
    chart.add_argument(
        "--timeframe", choices=list(Timeframe), type=Timeframe, default=Timeframe.MIN_1
    )


def add_study(commands: Commands) -> None:
    """Declare `killcord study`."""
    words = "one study of a symbol's bars, as table and chart"
    add_study_words(add_command(commands, "study", words, _study))


def add_scan(commands: Commands) -> None:
    """Declare `killcord scan`."""
    scan = add_command(
        commands,
        "scan",
        "look for symbols by a rule, such as movers",
        _scan,
        "Have the desk scan the market by a rule and print who satisfies it.",
    )
    scan.add_argument("rule", nargs="?", help="which rule: see --rules")
    scan.add_argument(
        "--file", type=existing_file, metavar="SYMBOLS", help="only these symbols, one a line"
    )
    scan.add_argument("--rules", action="store_true", help="list the rules")
    add_json(scan)


def add_settings(commands: Commands) -> None:
    """Declare `killcord settings`."""
    words = "every limit and time, and where it is set"
    add_json(add_command(commands, "settings", words, _settings))


def _status(options: argparse.Namespace) -> int:
    from console.commands import asking, reading

    folder = state_folder(options.profile)
    return asking.answer(reading.status(folder, wants_json=options.json))


def _orders(options: argparse.Namespace) -> int:
    from console.commands import asking, reading

    folder = state_folder(options.profile)
    return asking.answer(reading.orders(folder, every=options.all, wants_json=options.json))


def _positions(options: argparse.Namespace) -> int:
    from console.commands import asking, reading

    folder = state_folder(options.profile)
    return asking.answer(reading.positions(folder, wants_json=options.json))


def _reconcile(options: argparse.Namespace) -> int:
    from console.commands import asking, reconciling

    folder = state_folder(options.profile)
    return asking.answer(reconciling.reconcile(folder, wants_json=options.json))


def _quote(options: argparse.Namespace) -> int:
    from console.commands import asking, reading

    folder = state_folder(options.profile)
    return asking.answer(reading.quote(folder, options.symbol, wants_json=options.json))


def _chart(options: argparse.Namespace) -> int:
    from console.commands import asking, charting

    folder = state_folder(options.profile)
    return asking.answer(charting.chart(folder, options.symbol, options.timeframe))


def _study(options: argparse.Namespace) -> int:
    from console.commands import asking, studying

    question = studying.study(
        state_folder(options.profile),
        options.name,
        options.symbol,
        options.timeframe,
        options.bars,
        wants_json=options.json,
    )
    return asking.answer(question)


def _scan(options: argparse.Namespace) -> int:
    from console.commands import asking, scanning

    folder = state_folder(options.profile)
    name = None if options.rules else options.rule
    return asking.answer(scanning.scan(folder, name, options.file, wants_json=options.json))


def _settings(options: argparse.Namespace) -> int:
    from console.commands import asking, settings

    folder = state_folder(options.profile)
    return asking.answer(settings.show(folder, wants_json=options.json))
