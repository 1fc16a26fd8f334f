"""Text from outside, made harmless before it can reach the terminal.

Symbols, broker messages and news are other people's bytes: escape sequences,
text-direction marks and invisible characters must neither act nor deceive.
"""

import unicodedata
from functools import lru_cache

MARKS_A_LETTER = 2
"""How many combining marks may sit on one letter."""

_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
"""Letters and marks by category that draw nothing."""


def neutral(text: str) -> str:
    """Return `text` as one line of visible characters; nothing in it can act."""
    if text.isascii() and text.isprintable():
        return text
    return _neutral(text)


@lru_cache(4096)
def _neutral(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        if character.isspace():
            kept.append(" ")
            continue
        if not character.isprintable() or character in _INVISIBLE:
            continue
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= MARKS_A_LETTER:
            kept.append(character)
    return "".join(kept)
