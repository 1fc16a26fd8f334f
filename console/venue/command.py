"""The command line of `killcord venue`."""

import argparse
import os
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

OK = 0
FAILED = 1
DEFAULT_CASH = Decimal(100_000)
MOST_CASH = Decimal(1_000_000_000_000)
MOST_ACCOUNTS = 1_000
MOST_STOCKS = 20_000
HIGHEST_PORT = 65_535
HIGHEST_SPEED = 100_000

T = TypeVar("T", int, float, Decimal)


def main(argv: list[str]) -> int:
    """Run a venue until it is stopped; return the exit code."""
    arguments = _parser().parse_args(argv)
    if arguments.scenarios:
        return _list_scenarios()
    if arguments.tape and not arguments.tape.is_file():
        return _complain(
            f"there is no tape at {arguments.tape}; name a Parquet file of one session"
        )
    _leave_certificates_unread()
    # imported here so that `--help` and a wrong option answer at once
    from console.venue.server import CannotOpen, Options, run  # noqa: PLC0415
    from console.venue.streams.data_stream import StreamRules  # noqa: PLC0415 - likewise

    options = Options(
        port=arguments.port,
        seed=arguments.seed,
        tape=arguments.tape,
        speed=arguments.speed,
        has_real_hours=arguments.hours == "real",
        cash=arguments.cash,
        rate_limit=arguments.rate_limit,
        books=arguments.books,
        scenario=arguments.scenario,
        stream_rules=StreamRules(
            has_one_connection=arguments.one_connection, symbol_limit=arguments.symbol_limit
        ),
        accounts=arguments.accounts,
        has_bands=arguments.luld,
        stocks=arguments.stocks,
        news=arguments.news,
    )
    try:
        run(options)
    except CannotOpen as error:
        return _complain(str(error))
    return OK


def _leave_certificates_unread() -> None:
    """Save a tenth of the start: the venue calls nobody, but aiohttp would read them all."""
    os.environ["SSL_CERT_FILE"] = os.environ["SSL_CERT_DIR"] = os.devnull


def _list_scenarios() -> int:
    from console.venue import scenarios  # noqa: PLC0415 - not needed to open a venue

    for name in scenarios.names():
        sys.stdout.write(f"{name:16}{scenarios.load(name).about}\n")
    return OK


def _complain(sentence: str) -> int:
    sys.stderr.write(f"killcord venue: {sentence}\n")
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="killcord venue",
        description="A paper exchange on loopback that speaks Alpaca's protocol.",
    )
    add = parser.add_argument
    add("--port", type=_port, default=0, help="where to listen; 0 picks a free port (default)")
    add("--seed", type=int, default=1, help="the seed of the synthetic market (default 1)")
    add("--tape", type=Path, help="replay this recorded session instead")
    add("--speed", type=_speed, default=1.0, help="seconds of venue time a second (default 1)")
    add("--hours", choices=("always", "real"), default="always", help="when the market is open")
    add("--cash", type=_cash, default=DEFAULT_CASH, help="the account at the start, in dollars")
    add("--rate-limit", type=_rate, metavar="N|off", help="requests a minute (default off)")
    add("--scenario", metavar="NAME|FILE", help="play a scenario when the venue opens")
    add("--luld", action="store_true", help="enforce limit-up limit-down bands, with pauses")
    add("--scenarios", action="store_true", help="list the venue's own scenarios, and end")
    add(
        "--one-connection",
        action="store_true",
        help="one data stream a feed at a time; another is refused with 406",
    )
    add("--symbol-limit", type=int, metavar="N", help="symbols a channel may have (405)")
    add("--books", type=Path, metavar="FILE", help="keep account and orders here over restarts")
    add("--accounts", type=_accounts, default=1, metavar="N", help="how many (default 1)")
    add("--news", type=Path, metavar="FILE", help="tell these articles, not generated ones")
    add("--stocks", type=_stocks, default=0, metavar="N", help="so many more, with bars only")
    return parser


def _port(text: str) -> int:
    port = int(text)
    return _checked(port, 0 <= port <= HIGHEST_PORT, f"a port lies between 0 and {HIGHEST_PORT}")


def _speed(text: str) -> float:
    speed = float(text)
    is_speed = 0 < speed <= HIGHEST_SPEED
    return _checked(speed, is_speed, f"the speed lies between 0 and {HIGHEST_SPEED}")


def _cash(text: str) -> Decimal:
    try:
        cash = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text} is no amount of dollars") from None
    is_amount = cash.is_finite() and 0 <= cash <= MOST_CASH
    return _checked(cash, is_amount, f"the cash lies between 0 and {MOST_CASH} dollars")


def _rate(text: str) -> int | None:
    if text == "off":
        return None
    return _checked(int(text), int(text) > 0, "the rate limit is off or more than 0")


def _accounts(text: str) -> int:
    number = int(text)
    return _checked(number, 0 < number <= MOST_ACCOUNTS, f"1 to {MOST_ACCOUNTS} accounts")


def _stocks(text: str) -> int:
    number = int(text)
    return _checked(number, 0 <= number <= MOST_STOCKS, f"0 to {MOST_STOCKS} more stocks")


def _checked(value: T, is_right: bool, sentence: str) -> T:  # noqa: FBT001 - a condition, not a mode
    if not is_right:
        raise argparse.ArgumentTypeError(sentence)
    return value


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
