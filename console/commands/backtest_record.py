"""The back-tests that were made: one file of JSON each, in the profile's state folder.

Files and not a table: they are made with or without a desk, by several processes at once,
and the desk's database has one writer. Each is written whole under another name first.
"""

import json
import os
from datetime import datetime
from pathlib import Path

from console.backtest.findings import Finding, as_plain, from_plain
from console.folders import StateFolder

FOLDER = "backtests"
MOST_BYTES = 50_000_000


class NotKept(Exception):  # noqa: N818 - reads as what it is
    """A back-test that is not there, or could not be written; the message says which."""


def new_key(folder: StateFolder, at: datetime) -> str:
    """Return a number that no kept back-test has: its day, and how many there were."""
    day = at.strftime("%Y%m%d")
    taken = {path.stem for path in _place(folder).glob(f"{day}-*.json")}
    count = len(taken) + 1
    while f"{day}-{count}" in taken:
        count += 1
    return f"{day}-{count}"


def keep(folder: StateFolder, found: Finding) -> Path:
    """Write a back-test.

    Raises:
        NotKept: when the disk will not have it.
    """
    place = _place(folder)
    path = place / f"{found.key}.json"
    unfinished = place / f".{found.key}.{os.getpid()}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(as_plain(found)), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise NotKept(f"the back-test could not be kept in {place}: {error}") from None
    return path


def kept(folder: StateFolder) -> list[Finding]:
    """Return all that were kept, oldest first; a file that cannot be read is left out."""
    found = [one for one in map(read, paths(folder)) if one is not None]
    return sorted(found, key=lambda one: (one.made_at, one.key))


def paths(folder: StateFolder) -> list[Path]:
    """Return the files of those that were kept."""
    return list(_place(folder).glob("*.json"))


def read(path: Path) -> Finding | None:
    """Return one of them, None when it cannot be read."""
    try:
        return _read(path)
    except (OSError, ValueError):
        return None


def kept_one(folder: StateFolder, key: str) -> Finding:
    """Return one of them.

    Raises:
        NotKept: when there is none of that number.
    """
    for found in kept(folder):
        if found.key == key:
            return found
    raise NotKept(f"no back-test is numbered {key}: killcord backtests lists them")


def _read(path: Path) -> Finding:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} is too large")
    return from_plain(json.loads(path.read_text(encoding="utf-8")))


def _place(folder: StateFolder) -> Path:
    return folder.path / FOLDER
