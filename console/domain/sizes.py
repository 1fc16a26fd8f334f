"""How much an order is for: shares, dollars, a part of what is held, or a risk."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from console.domain import words
from console.domain.reader import Reader
from console.domain.words import Word, Wrong

PORTIONS: Final = {"half": Decimal(50), "all": Decimal(100)}
WHOLE: Final = PORTIONS["all"]
OPENING = ("buy", "short")
CLOSING = ("sell", "cover")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Exactly one of these is said."""

    qty: Decimal | None = None
    notional: Decimal | None = None
    portion: Decimal | None = None
    risk_percent: Decimal | None = None

    def __str__(self) -> str:
        if self.notional is not None:
            return f"${self.notional:f}"
        if self.risk_percent is not None:
            return f"r{self.risk_percent:f}%"
        if self.portion is not None:
            named = {portion: name for name, portion in PORTIONS.items()}
            return named.get(self.portion) or f"{self.portion:f}%"
        return f"{self.qty:f}"


def read_size(reader: Reader, verb: str) -> Size:
    """Read the size of an order; `cover SYMBOL` means all that is short."""
    word = reader.peek()
    if verb == "cover" and word is not None and not _is_size(word, reader):
        return Size(portion=WHOLE)
    example = f"{verb} 10 AAPL @ 190.10"
    sentence = f"Write how many shares after '{verb}', as in '{example}'."
    word = reader.next(sentence)
    name = word.lower
    if name in PORTIONS:
        return _portion(word, verb, PORTIONS[name])
    if name[0] == "r" and name[1:2].isdigit():
        return _risk(word, verb)
    if word.text[0].isalpha():
        begun = (*PORTIONS, "r1%") if verb in CLOSING else ("r1%",)
        is_unfinished = word.may_become(begun)
        raise Wrong(
            f"{word.shown} is not a quantity. {sentence}", word.at, is_unfinished=is_unfinished
        )
    if word.text.endswith("%"):
        portion = words.percent(word, "part", f"{verb} 25% AAPL")
        return _portion(word, verb, portion)
    if word.text.startswith("$"):
        return _notional(word, verb)
    return Size(qty=words.quantity(word, example))


def _is_size(word: Word, reader: Reader) -> bool:
    """Whether a word after `cover` is a size: ALL is a symbol too, when nothing follows it."""
    if word.lower in PORTIONS:
        return reader.peek(1) is not None or not word.is_last
    return not word.text[0].isalpha()


def _portion(word: Word, verb: str, portion: Decimal) -> Size:
    if verb in OPENING:
        raise Wrong(
            f"{word.shown} is a part of a holding, and '{verb}' opens one: write how many "
            f"shares, as in '{verb} 10 AAPL'.",
            word.at,
        )
    return Size(portion=portion)


def _risk(word: Word, verb: str) -> Size:
    if verb not in OPENING:
        raise Wrong(
            f"A size from risk opens a position: write it after buy or short, not '{verb}'.",
            word.at,
        )
    rest = word.parted(word.text[0])[2]
    return Size(risk_percent=words.percent(rest, "risk", f"{verb} r1% AAPL @ 190.10 sl 187"))


def _notional(word: Word, verb: str) -> Size:
    if verb not in ("buy", "sell"):
        raise Wrong(
            f"A short sale and its cover are in whole shares: write how many, "
            f"as in '{verb} 10 AAPL'.",
            word.at,
        )
    amount = words.price(word, "amount", f"{verb} $5000 SPY")
    if -int(amount.as_tuple().exponent) > 2:  # noqa: PLR2004 - dollars have cents
        raise Wrong(f"{word.shown} is too fine: an amount has dollars and cents.", word.at)
    return Size(notional=amount)
