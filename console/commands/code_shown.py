"""What a run of code made, as lines to be shown: no more than a pane can use, handed on in pieces.

A pane scrolls down and not aside, so a line ends where no pane is as wide. A piece is as much as
the console reads in one turn of its loop, a few milliseconds.
"""

from collections.abc import Sequence

from console.commands import code_text
from console.commands.data_tables import clean
from console.sandbox.running import Figure, Outcome

Part = tuple[str, str]
"""A text and what it means."""
Shown = Sequence[Sequence[Sequence[str]]]
"""Lines of parts."""
TONES = ("quiet", "info", "working", "average", "level", "filled", "volume")
MOST_LINES = 5_000
MOST_COLUMNS = 500
PIECE = 200
"""Lines in one answer."""


def lines_of(outcome: Outcome, width: int) -> list[list[Part]]:
    """Return everything a run made, line by line, its figures `width` columns wide."""
    made = _told(code_text.harmless(outcome.printed).rstrip("\n"))
    for one in outcome.shown:
        made.append([])
        if isinstance(one, Figure):
            made += _told(clean(one.title), "strong")
            made += _drawn(one, width)
            continue
        made += _table(code_text.shown_words(one))
    if outcome.result is not None:
        made += [[], *_table(code_text.table_words("result", outcome.result, len(outcome.result)))]
    return made[:MOST_LINES]


def piece_of(lines: Shown, first: int) -> Shown:
    """Return as many lines as one answer has, from `first` on."""
    return lines[first : first + PIECE]


def _drawn(figure: Figure, width: int) -> list[list[Part]]:
    lines = code_text.figure_picture(figure, (max(width, 20), max(width // 5, 10)))
    return [[(text, TONES[tone % len(TONES)]) for text, tone in line] for line in lines]


def _table(words: str) -> list[list[Part]]:
    title, *rest = words.split("\n")
    return [*_told(title, "strong"), *_told("\n".join(rest))]


def _told(text: str, meaning: str = "words") -> list[list[Part]]:
    return [[(_cut(line), meaning)] for line in text.split("\n")] if text else []


def _cut(line: str) -> str:
    return line if len(line) <= MOST_COLUMNS else f"{line[: MOST_COLUMNS - 1]}…"
