"""The words of one line of the order language: where they stand, and the numbers among them."""

import re
from dataclasses import dataclass
from decimal import Decimal

from console.domain.instruments import is_on_tick, tick_size

MAX_LENGTH = 200
MAX_WHOLE_DIGITS = 9
MAX_DECIMALS = 9

_WORD = re.compile(r"[@<>]|[^\s@<>]+")
_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]*)?")
_NUMBER_BEGUN = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*,[0-9]{0,2}|[0-9,]*\.?|\$")
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]{0,5}(?:[./][A-Z]{1,4})?")
_HANDLE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,23}")
_SHOWN = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a line is no command: one sentence that says what to write instead."""

    text: str
    at: tuple[int, int]
    """Where it is in the line: from the first character to past the last."""
    is_unfinished: bool = False
    """Whether typing on may mend it: then a hint is better than an error."""


class Wrong(Exception):  # noqa: N818 - it carries a Problem, it is none itself
    """Raised inside the parser at the place that knows what is wrong."""

    def __init__(self, text: str, at: tuple[int, int], *, is_unfinished: bool = False) -> None:
        super().__init__(text)
        self.problem = Problem(text=text, at=at, is_unfinished=is_unfinished)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word and where it stands."""

    text: str
    at: tuple[int, int]
    is_last: bool
    """Whether the line ends with it, so that it may still grow."""

    @property
    def lower(self) -> str:
        """The word as keywords are compared."""
        return self.text.lower()

    @property
    def shown(self) -> str:
        """The word as a sentence quotes it, never longer than a sentence can bear."""
        text = self.text if len(self.text) <= _SHOWN else f"{self.text[: _SHOWN - 1]}…"
        return f"'{text}'"

    def parted(self, separator: str) -> "tuple[Word, str, Word]":
        """Return what stands before the separator, the separator, and what stands after it."""
        before, found, after = self.text.partition(separator)
        start, end = self.at
        middle = start + len(before)
        return (
            Word(text=before, at=(start, middle), is_last=self.is_last and not found),
            found,
            Word(text=after, at=(middle + len(found), end), is_last=self.is_last),
        )

    def may_become(self, keywords: tuple[str, ...]) -> bool:
        """Whether typing on could make one of `keywords` of it."""
        return self.is_last and any(keyword.startswith(self.lower) for keyword in keywords)


def split(line: str) -> list[Word]:
    """Return the words of the line. Wrong when it cannot have been typed by a person."""
    if len(line) > MAX_LENGTH:
        raise Wrong(
            f"The line has {len(line)} characters and may have {MAX_LENGTH}: write it shorter.",
            (MAX_LENGTH, len(line)),
        )
    for place, character in enumerate(line):
        if not character.isprintable():
            raise Wrong(
                f"Character {place + 1} cannot be shown (U+{ord(character):04X}): delete it.",
                (place, place + 1),
            )
    return [
        Word(text=match[0], at=match.span(), is_last=match.end() == len(line))
        for match in _WORD.finditer(line)
    ]


def is_symbol(text: str) -> bool:
    """Return whether `text` can be a symbol; symbols are written in capitals."""
    return _SYMBOL.fullmatch(text) is not None


def is_handle(text: str) -> bool:
    """Return whether `text` can be what an order is called by: `12` or `3f2a17-12`."""
    return _HANDLE.fullmatch(text) is not None and any(letter.isdigit() for letter in text)


def symbol(word: Word, example: str) -> str:
    """Read a symbol, in capitals."""
    text = word.text.upper()
    if not word.text.isascii() or not is_symbol(text):
        raise Wrong(f"{word.shown} is not a symbol: write one such as in '{example}'.", word.at)
    return text


def quantity(word: Word, example: str) -> Decimal:
    """Read how many shares: more than 0, in plain digits."""
    if word.text.startswith("-"):
        raise Wrong(
            f"A quantity must be more than 0, {word.shown} is less: write it without the minus "
            f"and let the verb say the side, as in '{example}'.",
            word.at,
        )
    number = _number(word, f"{word.shown} is not a quantity: write digits, as in '{example}'.")
    if number == 0:
        raise Wrong(f"The quantity must be more than 0: write it as in '{example}'.", word.at)
    return number


def percent(word: Word, name: str, example: str) -> Decimal:
    """Read a percentage with its sign: more than 0, at most 100; `name` is what it is of."""
    digits, sign, rest = word.parted("%")
    sentence = f"{word.shown} is not a percentage: write the {name} as in '{example}'."
    if not sign or rest.text:
        raise Wrong(sentence, word.at, is_unfinished=word.is_last and not sign)
    if digits.text.startswith("$"):
        raise Wrong(sentence, word.at)
    number = _number(digits, sentence)
    if not 0 < number <= 100:  # noqa: PLR2004 - of a hundred
        raise Wrong(
            f"The {name} must be more than 0 % and at most 100 %: write it as in '{example}'.",
            word.at,
        )
    return number


def price(word: Word, name: str, example: str) -> Decimal:
    """Read a price in dollars: more than 0; `name` is what the sentence calls it."""
    if word.text.startswith("-"):
        raise Wrong(
            f"The {name} must be more than 0, {word.shown} is less: write it as in '{example}'.",
            word.at,
        )
    number = _number(word, f"{word.shown} is not a {name}: write it as in '{example}'.")
    if number == 0:
        raise Wrong(f"The {name} must be more than 0: write it as in '{example}'.", word.at)
    return number


def price_on_tick(word: Word, name: str, example: str) -> Decimal:
    """Read a price that an order may have: a whole number of ticks."""
    number = price(word, name, example)
    if is_on_tick(number):
        return number
    tick = tick_size(number)
    below = number // tick * tick
    nearest = [f"{exact:f}" for exact in (below, below + tick) if exact > 0]
    raise Wrong(
        f"{word.shown} is between two prices, the tick is ${tick}: "
        f"write {' or '.join(nearest)} as the {name}.",
        word.at,
    )


def _number(word: Word, sentence: str) -> Decimal:
    text = word.text.removeprefix("$")
    if not any(character.isdigit() for character in text) or not _NUMBER.fullmatch(text):
        is_begun = word.is_last and _NUMBER_BEGUN.fullmatch(word.text) is not None
        raise Wrong(sentence, word.at, is_unfinished=is_begun)
    number = Decimal(text.replace(",", ""))
    if number >= 10**MAX_WHOLE_DIGITS:
        raise Wrong(
            f"{word.shown} is too large: a number has at most {MAX_WHOLE_DIGITS} digits "
            "before the point.",
            word.at,
        )
    if len(text.partition(".")[2]) > MAX_DECIMALS:
        raise Wrong(
            f"{word.shown} is too fine: a number has at most {MAX_DECIMALS} digits "
            "after the point.",
            word.at,
        )
    return number
