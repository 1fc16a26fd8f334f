"""What can be typed after `killcord data`."""

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its only name


def add_data(command: argparse.ArgumentParser, profile: argparse.ArgumentParser) -> None:
    """Add everything that is asked of datasets; `profile` holds the options each one takes."""
    asked = command.add_subparsers(dest="data", metavar="WHAT", required=True)

    def add(name: str, words: str) -> argparse.ArgumentParser:
        made = asked.add_parser(name, help=words, description=f"{words}.", parents=[profile])
        made.add_argument("--json", action="store_true", help="JSON instead of words")
        return made

    _add_load(add("load", "make a dataset of a CSV, JSON or Parquet file"))
    add("list", "the datasets, and what they take on the disk and in memory")
    for name, words in (
        ("show", "the columns of a dataset with their roles, in figures"),
        ("drop", "delete a dataset"),
    ):
        add(name, words).add_argument("name", help="of the dataset")


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
