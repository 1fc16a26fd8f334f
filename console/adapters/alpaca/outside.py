"""What comes from outside, made safe and exact at the rim: text, numbers, times."""

import unicodedata
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

LONGEST_TEXT = 500
_LONGEST_NUMBER = 40
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that act on a terminal or hide in it: control, bidi, zero width, tags."""


class Garbled(ValueError):  # noqa: N818 - reads as what it is
    """The other side did not keep its protocol."""


def plain(told: object, longest: int = LONGEST_TEXT) -> str:
    """Return outside text without what could act on a terminal, on one line."""
    text = told if isinstance(told, str) else "" if told is None else str(told)
    text = text[: longest * 4]
    if text.isascii() and text.isprintable():
        return text[:longest]
    kept = (" " if letter.isspace() else letter for letter in text)
    return "".join(c for c in kept if unicodedata.category(c) not in _UNSEEN)[:longest].strip()


def decimal(told: object) -> Decimal | None:
    """Return an exact number, or None for what is absent.

    Raises:
        Garbled: when it is something else, or not finite.
    """
    if told is None or told == "":
        return None
    if isinstance(told, bool) or not isinstance(told, str | int | float | Decimal):
        raise Garbled("a number was expected")
    text = str(told)
    if len(text) > _LONGEST_NUMBER:
        raise Garbled("a number is too long")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Garbled(f"a number was expected, not {plain(text, 40)!r}") from None
    if not number.is_finite():
        raise Garbled("a number is not finite")
    return number


def needed_decimal(row: dict[str, Any], name: str) -> Decimal:
    """Return the exact number called `name`, which must be there."""
    number = decimal(row.get(name))
    if number is None:
        raise Garbled(f"{name} is missing")
    return number


def moment(told: object) -> datetime | None:
    """Return a time in UTC from RFC 3339 text, or None for what is absent.

    Raises:
        Garbled: when it is something else, or says no offset.
    """
    if told is None or told == "":
        return None
    if not isinstance(told, str):
        raise Garbled("a time was expected")
    at = datetime.fromisoformat(told)
    if at.tzinfo is None:
        raise Garbled("a time without an offset")
    return at.astimezone(UTC)


def needed_moment(row: dict[str, Any], *names: str) -> datetime:
    """Return the first of the named times that is there; one must be."""
    for name in names:
        if (at := moment(row.get(name))) is not None:
            return at
    raise Garbled(f"{names[0]} is missing")


def rows(told: object) -> list[dict[str, Any]]:
    """Return a list of objects, or raise: what is not a list is never an empty one."""
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise Garbled("a list was expected")
    return told


def row(told: object) -> dict[str, Any]:
    """Return one object, or raise."""
    if not isinstance(told, dict):
        raise Garbled("an object was expected")
    return told
