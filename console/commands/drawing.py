"""Pictures by plotext, as lines of text with a tone each: a shell colours them, a screen too."""

import re
from collections.abc import Mapping, Sequence
from string import ascii_lowercase
from typing import Any

Tone = int
"""0 for axes and labels, else the number of the line that is drawn."""
Picture = list[list[tuple[str, Tone]]]
Marks = tuple[Sequence[float], Sequence[str]]

_CODE = re.compile(r"\x1b\[(?:0|38;5;(\d+))m")
_TONES = {"12": 1, "10": 2, "9": 3, "14": 4, "13": 5, "11": 6}
"""The colours in which the theme `simple` draws one line after the other."""


def blank(size: tuple[int, int], title: str = "") -> Any:
    """Return plotext's figure, empty, of so many columns and rows."""
    import plotext  # noqa: PLC0415 - an eighth of a second, for pictures only

    figure: Any = plotext.figure
    figure.clear()
    figure.theme("simple")
    plotext.terminal.limit(width=False, height=False)
    figure.plot_size(*size)
    if title:
        figure.title(title)
    return figure


def picture(figure: Any) -> Picture:
    """Return what is drawn, line by line, without a byte that acts on a terminal."""
    return [_toned(line) for line in str(figure.build().string()).splitlines()]


def lines(
    places: Sequence[float],
    drawn: Mapping[str, Sequence[float | None]],
    size: tuple[int, int],
    *,
    below: Marks,
    beside: Marks | None = None,
    title: str = "",
) -> Picture:
    """Return lines over common places, with these marks on the axes; None is not drawn.

    Of several lines each is drawn with its own letter, which is named below: colours alone tell
    nothing where there are none.
    """
    figure = blank(size, title)
    letters = ["hd"] if len(drawn) == 1 else list(ascii_lowercase)
    for letter, values in zip(letters, drawn.values(), strict=False):
        known = [pair for pair in zip(places, values, strict=True) if pair[1] is not None]
        figure.draw(figure.signal(*map(list, zip(*known, strict=True)), marker=letter).lines())
    figure.ruler("x").ticks(*map(list, below))
    if beside is not None:
        figure.ruler("y").ticks(*map(list, beside))
    names = zip(letters, drawn, strict=False) if len(drawn) > 1 else ()
    legend = [(f"  {letter} {name}", tone) for tone, (letter, name) in enumerate(names, 1)]
    return [*picture(figure), *([legend] if legend else [])]


def bars(
    places: Sequence[float],
    heights: Sequence[float],
    size: tuple[int, int],
    *,
    below: Marks,
    beside: Marks,
) -> Picture:
    """Return bars that stand side by side, with these marks on the axes."""
    figure = blank(size)
    figure.draw(figure.bar(list(places), list(heights), width=1))
    figure.ruler("x").ticks(*map(list, below))
    figure.ruler("y").ticks(*map(list, beside))
    return picture(figure)


def mark(figure: Any, side: str, marks: Sequence[float]) -> None:
    """Write these values along the axis `x` or `y`, each with as many digits as tell it apart."""
    figure.ruler(side).ticks(list(marks), [f"{mark:,.6g}" for mark in marks])


def _toned(line: str) -> list[tuple[str, Tone]]:
    parts: list[tuple[str, Tone]] = []
    tone, begin = 0, 0
    for code in _CODE.finditer(line):
        if code.start() > begin:
            parts.append((line[begin : code.start()], tone))
        tone, begin = _TONES.get(code.group(1) or "", 0), code.end()
    if begin < len(line):
        parts.append((line[begin:], tone))
    return parts
