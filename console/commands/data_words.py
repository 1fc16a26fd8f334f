"""What can be typed after `killcord data`."""

import argparse
from pathlib import Path

from console.commands.shared_words import Add, parts_of
from console.domain.market import Timeframe

HOWS = ("last", "first", "mean", "median", "sum", "min", "max", "count", "ohlc")
MOST_ROWS = 100_000


def add_data(command: argparse.ArgumentParser, profile: argparse.ArgumentParser) -> None:
    """Add everything that is asked of datasets; `profile` holds the options each one takes."""
    add = parts_of(command, "data", profile)
    _add_load(add("load", "make a dataset of a CSV, JSON or Parquet file"))
    add("list", "the datasets, and what they take on the disk and in memory")
    for name, words in (
        ("show", "the columns of a dataset with their roles, in figures"),
        ("drop", "delete a dataset"),
    ):
        _named(add(name, words))
    roles = _named(add("roles", "say what columns mean"))
    roles.add_argument("roles", nargs="+", metavar="COLUMN=ROLE")
    _add_take(add("take", "make a dataset of what the desk knows now, or follow it"))
    _add_questions(add)
    _add_pairs(add)


def _add_load(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument("--name", help="of the dataset; the file's unless said")
    command.add_argument("--encoding", default="utf-8", help="of the text (default: utf-8)")
    command.add_argument(
        "--text", action="append", default=[], metavar="COLUMN", help="keep a column as words"
    )
    command.add_argument(
        "--time",
        action="append",
        default=[],
        metavar="COLUMN=UNIT",
        help="a number that counts s, ms, us or ns from 1970",
    )
    command.add_argument(
        "--role", action="append", default=[], metavar="COLUMN=ROLE", help="say what it means"
    )


def _add_questions(add: Add) -> None:
    """Add what is asked of one dataset."""
    sample = _named(add("sample", "some rows, by chance that can be repeated"))
    sample.add_argument("--rows", type=_few, default=10, metavar="N")
    sample.add_argument("--seed", type=int, default=0)
    rows = _named(add("rows", "rows as they stand, read from anywhere at once"))
    rows.add_argument(
        "--at", type=_count, default=1, metavar="ROW", help="the first; counted from 1"
    )
    rows.add_argument("--rows", type=_few, default=20, metavar="N", help="how many")
    _named(add("quality", "missing and repeated rows, times that run backward, outliers"))
    correlate = _named(add("correlate", "how columns of numbers go together"))
    correlate.add_argument("columns", nargs="*", help="all numbers unless named")
    correlate.add_argument("--method", choices=("pearson", "spearman"), default="pearson")
    _named(add("distribution", "how a column is spread")).add_argument("column")
    outliers = _named(add("outliers", "values far from the median"))
    outliers.add_argument("column")
    outliers.add_argument("--far", type=float, default=3.5, help="in robust deviations")
    outliers.add_argument("--rows", type=_count, default=20, metavar="N", help="to print")
    series = _named(add("series", "a column in equal steps of time, and the longest gaps"))
    series.add_argument("column")
    series.add_argument("--every", required=True, metavar="STEP", help="30s, 5min, 1h, 1d")
    series.add_argument("--how", choices=HOWS, default="last")
    series.add_argument("--rows", type=_count, default=20, metavar="N", help="to print")
    series.add_argument("--chart", action="store_true", help="draw it too")
    _into(series)
    segment = _named(add("segment", "a column in parts: by words, or by quarters of numbers"))
    segment.add_argument("column")
    segment.add_argument("--by", required=True, metavar="COLUMN")
    _into(segment)
    _named(add("chart", "columns as lines over time")).add_argument("columns", nargs="+")


def _add_pairs(add: Add) -> None:
    """Add what is asked of two datasets, and the way out."""
    for name, words in (
        ("compare", "what differs between two datasets"),
        ("merge", "make one dataset of two; both stay as they are"),
    ):
        command = add(name, words)
        command.add_argument("first")
        command.add_argument("second")
        if name == "merge":
            command.add_argument("--into", required=True, metavar="NAME")
            command.add_argument("--on", action="append", default=[], metavar="COLUMN")
            command.add_argument("--how", choices=("inner", "left", "outer"), default="inner")
            command.add_argument(
                "--asof", action="store_true", help="each row with the newest one before it"
            )
            command.add_argument("--within", metavar="LENGTH", help="with --asof: no older than")
    export = _named(add("export", "write a dataset to a new .csv, .parquet or .jsonl file"))
    export.add_argument("out", type=Path)


def _add_take(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "source", choices=("bars", "orders", "positions", "fills", "audit", "live")
    )
    command.add_argument("symbols", nargs="*", type=str.upper, help="of bars and live; else all")
    command.add_argument("--name", help="of the dataset; the source's unless said")
    command.add_argument(
        "--timeframe", choices=list(Timeframe), type=Timeframe, default=Timeframe.MIN_1
    )
    command.add_argument("--limit", type=_count, default=1_000, help="how many bars a symbol")
    live = command.add_argument_group("live: follow quotes and trades until Ctrl+C")
    live.add_argument(
        "--every",
        default="1",
        metavar="PACE",
        help="seconds of a step, tick for every tick, or 1Min to 1Hour for bars (default: 1)",
    )
    live.add_argument(
        "--rows", type=_count, default=10_000, metavar="N", help="the newest so many are kept"
    )
    live.add_argument("--seconds", type=float, metavar="N", help="how long; else until Ctrl+C")


def _named(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("name", help="of the dataset")
    return command


def _into(command: argparse.ArgumentParser) -> None:
    command.add_argument("--into", metavar="NAME", help="keep the result as a dataset")


def _count(text: str) -> int:
    """Read a number that counts rows."""
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{count:,} is less than 1")
    return count


def _few(text: str) -> int:
    """Read how many rows are wanted at once."""
    if (count := _count(text)) > MOST_ROWS:
        raise argparse.ArgumentTypeError(f"{count:,} is more than {MOST_ROWS:,}")
    return count
