"""The terms of an order line: prices, exits, order class, time in force; in any order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from console.domain import words
from console.domain.orders import OrderClass, OrderType, TimeInForce
from console.domain.reader import Reader, listed
from console.domain.words import Word, Wrong

LIMIT_WORDS: Final = ("@", "limit", "lmt")
STOP_WORDS: Final = ("stop", "stp")
MARKET_WORDS: Final = ("mkt", "market")
TRAIL_WORDS: Final = ("trail",)
PROFIT_WORDS: Final = ("tp",)
LOSS_WORDS: Final = ("sl",)
EXTENDED_WORDS: Final = ("ext",)
TIMES_IN_FORCE: Mapping[str, TimeInForce] = {time.value: time for time in TimeInForce}
CLASSES: Mapping[str, OrderClass] = {
    each.value: each for each in OrderClass if each is not OrderClass.SIMPLE
}
PRICE_WORDS: Final = (*LIMIT_WORDS, *STOP_WORDS, *TRAIL_WORDS, *PROFIT_WORDS, *LOSS_WORDS)
TERM_WORDS: Final = (
    *PRICE_WORDS,
    *MARKET_WORDS,
    *TIMES_IN_FORCE,
    *CLASSES,
    *EXTENDED_WORDS,
)


@dataclass(frozen=True, slots=True)
class Price:
    """A price and the word it was written after."""

    word: Word
    price: Decimal
    limit: Decimal | None = None
    """What a stop-loss sells at, at least."""
    is_percent: bool = False


@dataclass(slots=True)
class Terms:
    """What was said after the symbol; each at most once."""

    limit: Price | None = None
    stop: Price | None = None
    trail: Price | None = None
    profit: Price | None = None
    loss: Price | None = None
    market: Word | None = None
    extended: Word | None = None
    named_class: Word | None = None
    time: Word | None = None
    said: list[Word] = field(default_factory=list)

    @property
    def time_in_force(self) -> TimeInForce | None:
        """How long the order works, None when it was not said."""
        return None if self.time is None else TIMES_IN_FORCE[self.time.lower]


def read_terms(reader: Reader, before: str) -> Terms:
    """Read every term to the end of the line; `before` is what examples begin with."""
    terms = Terms()
    while not reader.is_at_end():
        word = reader.take()
        terms.said.append(word)
        _read_term(reader, word, terms, before)
    return terms


def _read_term(reader: Reader, word: Word, terms: Terms, before: str) -> None:
    name = word.lower
    if name in LIMIT_WORDS:
        terms.limit = _priced(reader, word, terms.limit, "limit price", f"{before} @ 190.10")
    elif name in STOP_WORDS:
        terms.stop = _priced(reader, word, terms.stop, "stop price", f"{before} stop 195")
    elif name in PROFIT_WORDS:
        terms.profit = _priced(reader, word, terms.profit, "take-profit", f"{before} tp 196")
    elif name in LOSS_WORDS:
        terms.loss = _loss(reader, word, terms.loss, f"{before} sl 187")
    elif name in TRAIL_WORDS:
        terms.trail = _trail(reader, word, terms.trail, before)
    elif name in MARKET_WORDS:
        terms.market = _once(word, terms.market)
    elif name in EXTENDED_WORDS:
        terms.extended = _once(word, terms.extended)
    elif name in CLASSES:
        terms.named_class = _one_of(word, terms.named_class, "order class")
    elif name in TIMES_IN_FORCE:
        terms.time = _one_of(word, terms.time, "time in force")
    else:
        raise _unknown_term(word)


def order_type(terms: Terms) -> OrderType:
    """Return the type that the prices make.

    Raises:
        Wrong: when they do not go together.
    """
    if terms.market is not None:
        for priced, name in ((terms.limit, "limit"), (terms.stop, "stop"), (terms.trail, "trail")):
            if priced is not None:
                raise _clash(f"A market order has no {name} price", terms.market, priced.word)
        return OrderType.MARKET
    if terms.trail is not None:
        for priced in (terms.limit, terms.stop):
            if priced is not None:
                text = "A trailing stop finds its own price"
                raise _clash(text, terms.trail.word, priced.word)
        return OrderType.TRAILING_STOP
    if terms.stop is None:
        return OrderType.LIMIT
    return OrderType.STOP if terms.limit is None else OrderType.STOP_LIMIT


def order_class(terms: Terms, end: int) -> OrderClass:
    """Return the class that the exits make, or that was named, if it fits them.

    Raises:
        Wrong: when exits are missing for the class that was named, or too many.
    """
    exits = [exit_ for exit_ in (terms.profit, terms.loss) if exit_ is not None]
    made = (OrderClass.SIMPLE, OrderClass.OTO, OrderClass.BRACKET)[len(exits)]
    if terms.named_class is None:
        return made
    named = CLASSES[terms.named_class.lower]
    if named is OrderClass.OTO and made is OrderClass.BRACKET:
        raise _wrong_at(terms.named_class, "With tp and sl it is a bracket: write 'bracket'.")
    if named is OrderClass.OTO and made is OrderClass.SIMPLE:
        text = "An OTO needs one exit: write tp PRICE or sl PRICE."
        raise Wrong(text, (end, end), is_unfinished=True)
    if named is not OrderClass.OTO and made is not OrderClass.BRACKET:
        text = f"{named.value} needs both exits: write tp PRICE and sl PRICE."
        raise Wrong(text, (end, end), is_unfinished=True)
    if named is OrderClass.OCO:
        _has_no_price_of_its_own(terms, terms.named_class)
    return named


def _has_no_price_of_its_own(terms: Terms, oco: Word) -> None:
    for priced in (terms.limit, terms.stop, terms.trail):
        if priced is not None:
            text = "An OCO has the prices of its exits and none of its own"
            raise Wrong(f"{text}: delete {priced.word.shown} and its price.", priced.word.at)
    if terms.market is not None:
        raise _clash("An OCO waits for its prices", oco, terms.market)


def _priced(reader: Reader, word: Word, known: Price | None, name: str, example: str) -> Price:
    _not_twice(known, name, word)
    number = reader.next(f"Write a price after {word.shown}, as in '{example}'.")
    return Price(word, words.price_on_tick(number, name, example))


def _loss(reader: Reader, word: Word, known: Price | None, example: str) -> Price:
    """Read a stop-loss: `187`, or `187/186.50` with the limit of its sale."""
    _not_twice(known, "stop-loss", word)
    number = reader.next(f"Write a price after {word.shown}, as in '{example}'.")
    stop, slash, limit = number.parted("/")
    price = words.price_on_tick(stop, "stop-loss", example)
    if not slash:
        return Price(word, price)
    if not limit.text:
        text = f"Write the limit of the stop-loss after '/', as in '{example}/186.50'."
        raise Wrong(text, limit.at, is_unfinished=number.is_last)
    return Price(word, price, words.price_on_tick(limit, "stop-loss limit", f"{example}/186.50"))


def _trail(reader: Reader, word: Word, known: Price | None, before: str) -> Price:
    _not_twice(known, "trail", word)
    example = f"{before} trail 2%"
    text = f"Write how far it trails, in percent or dollars, as in '{example}'."
    number = reader.next(text)
    if number.text.endswith("%"):
        return Price(word, words.percent(number, "trail", example), is_percent=True)
    return Price(word, words.price_on_tick(number, "trail", f"{before} trail 1.50"))


def _not_twice(known: Price | None, name: str, word: Word) -> None:
    if known is not None:
        raise Wrong(f"The {name} is written twice: keep one of them.", word.at)


def _one_of(word: Word, known: Word | None, kind: str) -> Word:
    if known is not None:
        raise Wrong(
            f"An order has one {kind}, here are two: keep {known.shown} or {word.shown}.", word.at
        )
    return word


def _once(word: Word, known: Word | None) -> Word:
    if known is not None:
        raise Wrong(f"{word.shown} is written twice: delete one.", word.at)
    return word


def _clash(text: str, one: Word, other: Word) -> Wrong:
    return Wrong(
        f"{text}: delete {one.shown} or {other.shown} and its price.", max(one.at, other.at)
    )


def _wrong_at(word: Word, text: str) -> Wrong:
    return Wrong(text, word.at)


def _unknown_term(word: Word) -> Wrong:
    if word.text[0] in "0123456789.$":
        return Wrong(f"Write @ before a limit price, as in '@ {word.text[:12]}'.", word.at)
    return Wrong(
        f"Killcord does not know the term {word.shown}; it knows @ PRICE, mkt, stop PRICE, "
        f"limit PRICE, trail, tp, sl, {listed((*TIMES_IN_FORCE, *CLASSES, *EXTENDED_WORDS))}.",
        word.at,
        is_unfinished=word.may_become(TERM_WORDS),
    )
