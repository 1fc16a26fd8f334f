"""The command line: what can be typed after `killcord`."""

import argparse
import os
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TypeAlias

from console.commands import backtest_words, data_words, exits, halt_words, study_words
from console.domain.market import Timeframe
from console.folders import PROFILES, state_folder

DESCRIPTION = """A keyboard-driven trading console, and the commands that go with it.

Without a command it opens the console and starts the desk if none runs.
"""
BACKTESTS = ("backtest", "backtests")
MARKET = ("seed", "tape", "speed", "hours", "cash", "scenario", "venue")
EPILOG = """exit status: 0 done, 1 failed, 2 wrong usage, 3 denied by our own gate,
4 unknown (no answer: it may have happened), 5 no desk is running, 6 forbidden,
7 rejected by the broker"""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    if list(arguments[:1]) == ["venue"]:
        from console.venue.command import main as venue  # noqa: PLC0415 - its own heavy imports

        return venue(list(arguments[1:]))
    grammar = parser()
    options = grammar.parse_args(arguments)
    if options.command == "halt":
        return _halt(options)
    if options.command == "venue":
        grammar.error("venue comes first and has options of its own: see killcord venue --help")
    if options.command == "record":
        return _record(options)
    if options.command in ("data", "drills", "halts"):
        return _past(options)
    if options.command in (None, "desk"):
        return _run_process(options)
    return _backtest(options) if options.command in BACKTESTS else _ask(options)


def parser() -> argparse.ArgumentParser:
    """Return the grammar of the command line; the docs are made from it too."""
    made = argparse.ArgumentParser(
        prog="killcord",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_profile(made)
    _add_market(made)
    made.set_defaults(profile=os.environ.get("KILLCORD_PROFILE", "demo"), **dict.fromkeys(MARKET))
    commands = made.add_subparsers(dest="command", metavar="COMMAND")
    _add_reading(commands)
    _add_trading(commands)
    study = commands.add_parser("study", help="one study of a symbol's bars, as table and chart")
    _add_profile(study)
    study_words.add_study(study)
    desk = commands.add_parser("desk", help="run the desk without a console, or stop it")
    _add_profile(desk)
    _add_market(desk)
    desk.add_argument("--stop", action="store_true", help="end the running desk; orders stay")
    _add_record(commands)
    _add_backtests(commands)
    _add_scan(commands)
    audit = commands.add_parser(
        "audit",
        help="go over the audit: its chain, and the orders that bear witness of it",
        description="Go over the audit; 0 when nothing speaks against it, 1 when something does.",
    )
    _add_profile(audit)
    audit.add_argument("wish", choices=("verify",))
    audit.add_argument("--seen", default="", metavar="HASH", help="a last hash noted earlier")
    audit.add_argument("--json", action="store_true", help="JSON instead of words")
    drills = commands.add_parser("drills", help="what the last halt drills measured")
    _add_profile(drills)
    drills.add_argument("--json", action="store_true", help="JSON instead of words")
    settings = commands.add_parser("settings", help="every limit and time, and where it is set")
    _add_profile(settings)
    settings.add_argument("--json", action="store_true", help="JSON instead of words")
    data = commands.add_parser("data", help="datasets: load, look, reckon, compare, export")
    profile = argparse.ArgumentParser(add_help=False)
    _add_profile(profile)
    data_words.add_data(data, profile)
    commands.add_parser("venue", help="run the paper exchange: killcord venue --help")
    return made


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its only name


def _add_reading(commands: Commands) -> None:
    for name, words in (
        ("status", "the desk's condition"),
        ("orders", "the open orders"),
        ("positions", "the holdings"),
        ("reconcile", "what a comparison with the broker, made now, found"),
        ("quote", "the newest quote of one symbol"),
        ("chart", "the newest bars of one symbol as candles"),
    ):
        command = commands.add_parser(name, help=words, description=f"Print {words}.")
        _add_profile(command)
        if name in ("quote", "chart"):
            command.add_argument("symbol", type=str.upper)
        if name == "chart":
            command.add_argument(
                "--timeframe", choices=list(Timeframe), type=Timeframe, default=Timeframe.MIN_1
            )
            continue
        command.add_argument("--json", action="store_true", help="JSON instead of words")
        if name == "orders":
            command.add_argument("--all", action="store_true", help="closed ones too")


def _add_trading(commands: Commands) -> None:
    for name, words in (
        ("order", 'one line of the order language, such as "buy 10 AAPL @ 190.10 day"'),
        ("cancel", "cancel by order number, by symbol, or `all`"),
        ("halt", "stop everything; works without a desk"),
        ("reduce", "let only orders through that reduce, until a re-arm"),
        ("override", "let entries pass while the trading stream is down, for a reason"),
        ("rearm", "lift the halt, or the reducing latch"),
        ("flatten", "close positions, also while halted; asks for a yes"),
        ("fence", "suspend the account at the broker while halted, or lift that"),
        ("halts", "the receipts of past halts; works without a desk"),
    ):
        command = commands.add_parser(name, help=words, description=words)
        _add_profile(command)
        command.add_argument("--json", action="store_true", help="JSON instead of words")
        if name == "order":
            command.add_argument("line", nargs="+")
        if name == "cancel":
            command.add_argument("target")
        if name in ("halt", "reduce", "override", "rearm"):
            command.add_argument("--reason", required=name != "halt")
        if name == "halt":
            command.add_argument("--drill", action="store_true")
            halt_words.add_halt(command)
        if name == "flatten":
            halt_words.add_flatten(command)
        if name == "fence":
            command.add_argument("wish", choices=("set", "lift"))


def _add_record(commands: Commands) -> None:
    record = commands.add_parser(
        "record",
        help="write the live market data as a tape that a venue can replay",
        description="Write the live quotes and trades as a tape: killcord venue --tape FILE.",
    )
    _add_profile(record)
    record.add_argument("--out", type=Path, required=True, metavar="FILE", help="a Parquet file")
    record.add_argument(
        "--venue", type=_file, metavar="FILE", help="the venue whose start line is in this file"
    )
    record.add_argument("--seconds", type=float, metavar="N", help="how long; else until Ctrl+C")
    record.add_argument("symbols", nargs="*", type=str.upper, help="all of them unless named")


def _add_scan(commands: Commands) -> None:
    scan = commands.add_parser(
        "scan",
        help="look for symbols by a rule, such as movers",
        description="Have the desk scan the market by a rule and print who satisfies it.",
    )
    _add_profile(scan)
    scan.add_argument("rule", nargs="?", help="which rule: see --rules")
    scan.add_argument(
        "--file", type=_file, metavar="SYMBOLS", help="only these symbols, one a line"
    )
    scan.add_argument("--rules", action="store_true", help="list the rules")
    scan.add_argument("--json", action="store_true", help="JSON instead of words")


def _add_backtests(commands: Commands) -> None:
    for name, words, add in (
        ("backtest", "what a strategy would have made of past bars", backtest_words.add_backtest),
        ("backtests", "the back-tests that were kept", backtest_words.add_backtests),
    ):
        command = commands.add_parser(name, help=words, description=words)
        _add_profile(command)
        add(command)


def _add_profile(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--profile",
        choices=PROFILES,
        default=argparse.SUPPRESS,
        help="which broker: the embedded venue, Alpaca paper or Alpaca live (default: demo)",
    )


def _add_market(command: argparse.ArgumentParser) -> None:
    market = command.add_argument_group("the demo's market, as for `killcord venue`")
    market.add_argument(
        "--seed", type=int, default=argparse.SUPPRESS, help="of the synthetic market"
    )
    market.add_argument(
        "--tape",
        type=_file,
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
        type=_file,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="use the running venue whose start line is in this file",
    )


def _file(text: str) -> Path:
    """Read a path that another process, elsewhere, will find too."""
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file at {path}")
    return path


def _scenario(text: str) -> str:
    """Read a scenario's name, or a path that another process will find too."""
    path = Path(text).expanduser()
    return str(path.absolute()) if path.is_file() else text


def _run_process(options: argparse.Namespace) -> int:
    from console.commands import running  # noqa: PLC0415 - not needed by the small commands

    market = {name: getattr(options, name) for name in MARKET}
    if options.command is None:
        return running.open_console(options.profile, market)
    if options.stop:
        return running.stop_desk(options.profile)
    return running.run_desk(options.profile, market)


def _past(options: argparse.Namespace) -> int:
    """Tell of past halts or drills; no desk is asked."""
    if options.command == "drills":
        return _drills(options)
    if options.command == "data":
        return _data(options)
    from console.commands import receipts  # noqa: PLC0415 - not needed by the others

    return receipts.every(state_folder(options.profile), wants_json=options.json)


def _data(options: argparse.Namespace) -> int:
    from console.commands import data  # noqa: PLC0415 - tables, for this command only

    return data.main(state_folder(options.profile), options)


def _drills(options: argparse.Namespace) -> int:
    from console.commands import drill_record  # noqa: PLC0415 - not needed by the others
    from console.commands.tables import as_json  # noqa: PLC0415 - as above

    drills = drill_record.kept(state_folder(options.profile))
    told = [drill.as_json() for drill in drills]
    print(as_json(told) if options.json else drill_record.trend(drills))
    return exits.DONE


def _record(options: argparse.Namespace) -> int:
    from console.commands import recording  # noqa: PLC0415 - not needed by the others

    wanted = recording.Wanted(
        symbols=tuple(options.symbols) or ("*",), out=options.out, seconds=options.seconds
    )
    return recording.main(options.profile, state_folder(options.profile), options.venue, wanted)


def _backtest(options: argparse.Namespace) -> int:
    from console.commands import backtesting  # noqa: PLC0415 - its own heavy imports

    run = backtesting.backtest if options.command == "backtest" else backtesting.backtests
    return run(state_folder(options.profile), options)


def _halt(options: argparse.Namespace) -> int:
    """Halt, also when an option stands before the word."""
    from console.commands.halt import main as halt  # noqa: PLC0415 - not needed by the others

    words = ["--profile", options.profile]
    if options.reason is not None:
        words += ["--reason", options.reason]
    if options.drill:
        words.append("--drill")
    words += ["--keep-stops"] * options.keep_stops + ["--receipt"] * options.receipt
    if options.out is not None:
        words += ["--out", str(options.out)]
    return halt([*words, "--json"] if options.json else words)


def _ask(options: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415 - a console starts its desk before it loads this

    from console.commands.asking import NoDesk  # noqa: PLC0415 - not needed by the others

    try:
        status = asyncio.run(_question(options))
        sys.stdout.flush()
    except NoDesk as missing:
        print(missing, file=sys.stderr)
        return exits.NO_DESK
    except BrokenPipeError:
        # the reader, `head` for example, has seen enough; Python flushes once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.FAILED
    return status


def _question(  # noqa: C901, PLR0911, PLR0912 - one line a command
    options: argparse.Namespace,
) -> Coroutine[None, None, int]:
    from console.commands import charting, flattening, reading, reconciling, settings, trading  # noqa: PLC0415 - as above

    folder, wants_json = state_folder(options.profile), getattr(options, "json", False)
    match options.command:
        case "scan":
            from console.commands import scanning  # noqa: PLC0415 - rich, for this command only

            name = None if options.rules else options.rule
            return scanning.scan(folder, name, options.file, wants_json=wants_json)
        case "status":
            return reading.status(folder, wants_json=wants_json)
        case "orders":
            return reading.orders(folder, every=options.all, wants_json=wants_json)
        case "positions":
            return reading.positions(folder, wants_json=wants_json)
        case "audit":
            from console.commands import auditing  # noqa: PLC0415 - the database, for it alone

            return auditing.verify(folder, seen=options.seen, wants_json=wants_json)
        case "reconcile":
            return reconciling.reconcile(folder, wants_json=wants_json)
        case "quote":
            return reading.quote(folder, options.symbol, wants_json=wants_json)
        case "chart":
            return charting.chart(folder, options.symbol, options.timeframe)
        case "study":
            from console.commands.studying import study  # noqa: PLC0415 - arrays, for it only

            return study(
                folder,
                options.name,
                options.symbol,
                options.timeframe,
                options.bars,
                wants_json=wants_json,
            )
        case "order":
            return trading.order(folder, " ".join(options.line), wants_json=wants_json)
        case "cancel":
            return trading.cancel(folder, options.target, wants_json=wants_json)
        case "settings":
            return settings.show(folder, wants_json=wants_json)
        case "reduce":
            return trading.reduce(folder, options.reason, wants_json=wants_json)
        case "override":
            return trading.override(folder, options.reason, wants_json=wants_json)
        case "rearm":
            return trading.rearm(folder, options.reason, wants_json=wants_json)
        case "flatten":
            wish = halt_words.flatten_wish(options)
            return flattening.flatten(folder, wish, is_confirmed=options.yes, wants_json=wants_json)
        case "fence":
            is_set = options.wish == "set"
            return flattening.fence(folder, is_set=is_set, wants_json=wants_json)
    raise AssertionError(f"no command is called {options.command!r}")
