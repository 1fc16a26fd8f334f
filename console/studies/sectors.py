"""The sectors of symbols, from a file the trader keeps: `symbol,sector`, one a line.

No source of this version tells them, and none is guessed: a symbol without a line is of
unknown sector, and is counted as that.
"""

import csv
import io
import re
from collections.abc import Mapping

HEADER = ["symbol", "sector"]
MOST_LINES = 50_000
LONGEST = 40
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,20}")


class BadSectors(ValueError):  # noqa: N818 - reads as what it is
    """A file of sectors cannot be understood; the message says where and what to do."""


def read_sectors(text: str, name: str) -> Mapping[str, str]:
    """Return the sector of each symbol.

    Args:
        text: the file's lines; a `#` begins a line that says nothing, a header may stand first.
        name: what the file is called in a sentence about it.

    Raises:
        BadSectors: in one sentence: which line, and what to write.
    """
    found: dict[str, str] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if number == 1 and [cell.lower() for cell in cells] == HEADER:
            continue
        if number > MOST_LINES:
            raise BadSectors(f"{name} is too long: {MOST_LINES:,} lines are the most.")
        symbol, sector = _told(cells, f"{name}, line {number}")
        if found.setdefault(symbol, sector) != sector:
            raise BadSectors(
                f"{name}, line {number}: {symbol} is in {found[symbol]} already; leave one out."
            )
    return found


def _told(cells: list[str], where: str) -> tuple[str, str]:
    if len(cells) != len(HEADER) or not all(cells):
        raise BadSectors(f"{where}: write a symbol and its sector, such as AAPL,technology.")
    symbol, sector = cells[0].upper(), cells[1]
    if not _SYMBOL.fullmatch(symbol):
        raise BadSectors(f"{where}: {symbol[:30]!r} is no symbol.")
    if len(sector) > LONGEST or not sector.isprintable():
        raise BadSectors(f"{where}: a sector is up to {LONGEST} letters on one line.")
    return symbol, sector
