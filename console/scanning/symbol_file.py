"""A universe from a file: one symbol a line, with comments."""

import re
from pathlib import Path

MOST_SYMBOLS = 50_000
MOST_BYTES = 2_000_000
_SYMBOL = re.compile(r"[A-Z0-9]{1,12}([./-][A-Z0-9]{1,6}){0,2}")


class BadSymbolFile(ValueError):  # noqa: N818 - reads as what it is
    """The file is no list of symbols; the message says where and what to do."""


def read_symbols(path: Path) -> tuple[str, ...]:
    """Return the symbols of a file, in its order, each once.

    A `#` begins a comment, blank lines count for nothing, lower case is raised.

    Raises:
        BadSymbolFile: in one sentence: which file, which line, what to do.
    """
    found: dict[str, None] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        symbol = line.partition("#")[0].strip().upper()
        if not symbol:
            continue
        if not _SYMBOL.fullmatch(symbol):
            raise BadSymbolFile(
                f"{path}, line {number}: {symbol[:20]!r} is no symbol: write one a line, "
                "such as AAPL, and what else you want to say behind a #."
            )
        found[symbol] = None
    if not found:
        raise BadSymbolFile(f"{path} holds no symbol: write one a line, such as AAPL.")
    if len(found) > MOST_SYMBOLS:
        raise BadSymbolFile(
            f"{path} holds {len(found):,} symbols: a scan takes {MOST_SYMBOLS:,}; split the file."
        )
    return tuple(found)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise BadSymbolFile(f"{path} cannot be read: {why}.") from None
    if len(data) > MOST_BYTES:
        raise BadSymbolFile(f"{path} is larger than {MOST_BYTES:,} bytes: it is no symbol file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadSymbolFile(f"{path} is not text in UTF-8: save it as plain text.") from None
