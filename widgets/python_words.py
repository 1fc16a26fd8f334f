"""Which parts of Python's text are what: enough to colour it while it is being written.

One pattern over the text, because half-written code has no syntax yet.
"""

import builtins
import keyword
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["comment", "string", "number", "keyword", "name", "decorator", "builtin"]

_WORDS = "|".join(keyword.kwlist)
_BUILTINS = "|".join(name for name in dir(builtins) if name.islower() and name.isidentifier())
_PIECES = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<string>[rbfuRBFU]{0,2}(?:'''(?:\\.|[^\\])*?(?:'''|\Z)|\"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z)"
    r"|'(?:\\.|[^\\'\n])*'?|\"(?:\\.|[^\\\"\n])*\"?))"
    r"|(?P<decorator>(?<![^\n\s])@[\w.]+)"
    r"|(?P<number>(?<![\w.])(?:0[xX][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?))"
    r"|(?P<name>(?:(?<=\bdef )|(?<=\bclass ))\w+)"
    rf"|\b(?P<keyword>{_WORDS})\b"
    rf"|(?<![\w.])(?P<builtin>{_BUILTINS})\b",
    re.DOTALL,
)


class Piece(NamedTuple):
    """A stretch of one line, counted in UTF-8 bytes as Textual's editor does."""

    line: int
    first: int
    end: int
    kind: Kind


def pieces(text: str) -> Iterator[Piece]:
    """Yield what is to be coloured, from the first line on."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    line = 0
    for found in _PIECES.finditer(text):
        first, end = found.span()
        while line + 1 < len(starts) and starts[line + 1] <= first:
            line += 1
        for number, span in _by_line(text, starts, line, first, end):
            yield _piece(text, starts, number, span, found.lastgroup)  # type: ignore[arg-type] # the groups are the kinds


def _by_line(
    text: str, starts: list[int], line: int, first: int, end: int
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the parts of a stretch that may go over several lines, the first of them `line`."""
    while first < end:
        last = starts[line + 1] - 1 if line + 1 < len(starts) else len(text)
        if first < last:
            yield line, (first, min(end, last))
        line += 1
        first = last + 1


def _piece(text: str, starts: list[int], line: int, span: tuple[int, int], kind: Kind) -> Piece:
    begin = starts[line]
    before = len(text[begin : span[0]].encode())
    return Piece(line, before, before + len(text[span[0] : span[1]].encode()), kind)
