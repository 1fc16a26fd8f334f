"""The order language: one line of text to one command, or to one sentence on what is wrong.

buy|sell QTY SYMBOL [@ PRICE | mkt | stop PRICE [limit PRICE]] [day|gtc|ioc|fok]
cancel NUMBER|SYMBOL|all          replace NUMBER|SYMBOL [QTY] [@ PRICE] [stop PRICE] [day|…]
flat SYMBOL                       alert SYMBOL above|below PRICE
unalert SYMBOL [PRICE]            watch SYMBOL                      unwatch SYMBOL
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from console.domain import words
from console.domain.alerts import Direction
from console.domain.order_ids import is_ours, short_number
from console.domain.orders import Order, OrderType, Side, TimeInForce
from console.domain.state import TradingState
from console.domain.tickets import (
    AlertCommand,
    CancelCommand,
    Command,
    FlatCommand,
    ReplaceCommand,
    Ticket,
    UnalertCommand,
    WatchCommand,
)
from console.domain.words import Problem, Word, Wrong

ALL: Final = "all"
LIMIT_WORDS = ("@", "limit", "lmt")
STOP_WORDS = ("stop", "stp")
MARKET_WORDS = ("mkt", "market")
TIMES_IN_FORCE: Mapping[str, TimeInForce] = {
    time.value: time
    for time in (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)
}
DIRECTIONS: Mapping[str, Direction] = {
    "above": Direction.ABOVE,
    ">": Direction.ABOVE,
    "below": Direction.BELOW,
    "<": Direction.BELOW,
}
TERM_WORDS = (*LIMIT_WORDS, *STOP_WORDS, *MARKET_WORDS, *TIMES_IN_FORCE)

NOTHING_WRITTEN = Problem(
    text="Nothing is written yet: try 'buy 10 AAPL @ 190.10 day'.", at=(0, 0), is_unfinished=True
)


def parse(text: str) -> Command | Problem:
    """Return the command that the line says, or the first thing that is wrong with it."""
    try:
        line = words.split(text)
        if not line:
            return NOTHING_WRITTEN
        return _command(_Reader(line=line, end=len(text)))
    except Wrong as wrong:
        return wrong.problem


def wording(ticket: Ticket) -> str:
    """Return the line that says this ticket; parsing it gives the same ticket."""
    said = [ticket.side.value, f"{ticket.qty:f}", ticket.symbol]
    if ticket.order_type is OrderType.MARKET:
        said.append("mkt")
    if ticket.stop_price is not None:
        said += ["stop", f"{ticket.stop_price:f}"]
    if ticket.limit_price is not None:
        said += ["@", f"{ticket.limit_price:f}"]
    return " ".join([*said, ticket.time_in_force.value])


def resolve(target: str, state: TradingState) -> tuple[Order, ...] | Problem:
    """Return the open orders that a cancel or replace means: by number, symbol or `all`."""
    if target == ALL:
        sentence = "No order is open, so there is nothing to cancel."
        return state.open_orders or _not_there(target, sentence)
    if words.is_symbol(target):
        meant = tuple(order for order in state.open_orders if order.request.symbol == target)
        return meant or _not_there(target, f"No order of {target} is open.")
    return _resolve_number(target, state)


def _resolve_number(target: str, state: TradingState) -> tuple[Order, ...] | Problem:
    named = [order for order in state.orders.values() if _is_called(order.key, target)]
    meant = tuple(order for order in named if order.is_open)
    if len(meant) == 1:
        return meant
    if meant:
        handles = " or ".join(sorted(short_number(order.key) for order in meant))
        return _not_there(target, f"{target} names several open orders: write {handles}.")
    if named:
        status = named[0].status.value.replace("_", " ")
        return _not_there(target, f"Order {target} is not open any more: {status}.")
    return _not_there(
        target, f"No order has the number {target}: the orders pane shows the numbers."
    )


def _not_there(target: str, sentence: str) -> Problem:
    return Problem(text=sentence, at=(0, len(target)))


def _is_called(key: str, target: str) -> bool:
    """Whether a person means the order by `target`: its handle, or the number it ends in."""
    handle = short_number(key)
    return handle == target or (is_ours(key) and handle.rpartition("-")[2] == target)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """The words not yet read, from left to right."""

    line: list[Word]
    end: int
    place: int = 0

    def next(self, sentence: str) -> Word:
        """Return the next word; `sentence` says what is missing when there is none."""
        if self.place == len(self.line):
            raise Wrong(sentence, (self.end, self.end), is_unfinished=True)
        word = self.line[self.place]
        self.place += 1
        return word

    def peek(self) -> Word | None:
        """Return the next word and leave it there."""
        return self.line[self.place] if self.place < len(self.line) else None

    def finish(self, command: Command) -> Command:
        """Return `command` if nothing follows it."""
        word = self.peek()
        if word is not None:
            raise Wrong(f"Nothing can follow here: delete {word.shown}.", word.at)
        return command


@dataclass(slots=True)
class _Terms:
    """Prices and time in force, in whatever order they come; each at most once."""

    limit: tuple[Word, Decimal] | None = None
    stop: tuple[Word, Decimal] | None = None
    market: Word | None = None
    time: tuple[Word, TimeInForce] | None = None
    said: list[Word] = field(default_factory=list)


def _command(reader: _Reader) -> Command:
    verb = reader.next("")
    read = _VERBS.get(verb.lower)
    if read is None:
        raise Wrong(
            f"Killcord does not know the verb {verb.shown}; it knows {_listed(tuple(_VERBS))}.",
            verb.at,
            is_unfinished=verb.may_become(VERBS),
        )
    return reader.finish(read(reader, verb))


def _order(reader: _Reader, verb: Word) -> Ticket:
    side = Side(verb.lower)
    example = f"{side.value} 10 AAPL @ 190.10"
    sentence = f"Write how many shares after '{side.value}', as in '{example}'."
    number = reader.next(sentence)
    if number.text[0].isalpha():
        raise Wrong(f"{number.shown} is not a quantity. {sentence}", number.at)
    qty = words.quantity(number, example)
    missing = f"Write the symbol after the quantity, as in '{example}'."
    word = reader.next(missing)
    if word.text in "@<>":
        raise Wrong(missing, word.at)
    symbol = words.symbol(word, example)
    terms = _terms(reader, f"{side.value} {number.text} {symbol}")
    return Ticket(
        symbol=symbol,
        side=side,
        qty=qty,
        order_type=_order_type(terms),
        time_in_force=terms.time[1] if terms.time else TimeInForce.DAY,
        limit_price=terms.limit[1] if terms.limit else None,
        stop_price=terms.stop[1] if terms.stop else None,
    )


def _order_type(terms: _Terms) -> OrderType:
    if terms.market is not None:
        for priced, name in ((terms.limit, "limit"), (terms.stop, "stop")):
            if priced is not None:
                raise Wrong(
                    f"A market order has no {name} price: delete {terms.market.shown} "
                    f"or {priced[0].shown} and its price.",
                    max(terms.market.at, priced[0].at),
                )
        return OrderType.MARKET
    if terms.stop is None:
        return OrderType.LIMIT
    return OrderType.STOP if terms.limit is None else OrderType.STOP_LIMIT


def _terms(reader: _Reader, before: str) -> _Terms:
    terms = _Terms()
    while (word := reader.peek()) is not None:
        reader.next("")
        terms.said.append(word)
        if word.lower in LIMIT_WORDS:
            terms.limit = _priced(reader, word, terms.limit, f"{before} @ 190.10")
        elif word.lower in STOP_WORDS:
            terms.stop = _priced(reader, word, terms.stop, f"{before} stop 195")
        elif word.lower in MARKET_WORDS:
            terms.market = _once(word, terms.market)
        elif word.lower in TIMES_IN_FORCE:
            terms.time = _timed(word, terms.time)
        else:
            raise _unknown_term(word)
    return terms


def _priced(
    reader: _Reader, word: Word, known: tuple[Word, Decimal] | None, example: str
) -> tuple[Word, Decimal]:
    name = "limit price" if word.lower in LIMIT_WORDS else "stop price"
    if known is not None:
        raise Wrong(f"The {name} is written twice: keep one of them.", word.at)
    number = reader.next(f"Write a price after {word.shown}, as in '{example}'.")
    return word, words.price_on_tick(number, name, example)


def _timed(word: Word, known: tuple[Word, TimeInForce] | None) -> tuple[Word, TimeInForce]:
    if known is not None:
        raise Wrong(
            f"An order has one time in force, here are two: keep {known[0].shown} or {word.shown}.",
            word.at,
        )
    return word, TIMES_IN_FORCE[word.lower]


def _once(word: Word, known: Word | None) -> Word:
    if known is not None:
        raise Wrong(f"{word.shown} is written twice: delete one.", word.at)
    return word


def _unknown_term(word: Word) -> Wrong:
    if word.text[0] in "0123456789.$":
        return Wrong(f"Write @ before a limit price, as in '@ {word.text[:12]}'.", word.at)
    return Wrong(
        f"Killcord does not know the term {word.shown}; it knows @ PRICE, mkt, stop PRICE, "
        f"limit PRICE, {_listed(tuple(TIMES_IN_FORCE))}.",
        word.at,
        is_unfinished=word.may_become(TERM_WORDS),
    )


def _target(reader: _Reader, verb: str, *, may_be_all: bool) -> str:
    example = f"{verb} 12"
    kinds = "an order number, a symbol or 'all'" if may_be_all else "an order number or a symbol"
    word = reader.next(f"Write {kinds} after '{verb}', as in '{example}'.")
    if word.lower == ALL:
        if may_be_all:
            return ALL
        raise Wrong(f"'{verb}' takes one order at a time: write {kinds}.", word.at)
    if not words.is_symbol(word.text.upper()) and words.is_handle(word.text):
        return word.text.lstrip("0") if word.text.isdecimal() else word.text
    if not word.text[0].isalpha():
        raise Wrong(f"{word.shown} names no order: write {kinds}, as in '{example}'.", word.at)
    return words.symbol(word, f"{verb} AAPL")


def _cancel(reader: _Reader, _verb: Word) -> CancelCommand:
    return CancelCommand(target=_target(reader, "cancel", may_be_all=True))


def _replace(reader: _Reader, _verb: Word) -> ReplaceCommand:
    target = _target(reader, "replace", may_be_all=False)
    example = f"replace {target} 50 @ 190.20"
    following = reader.peek()
    qty = None
    if following is not None and following.text[0] in "0123456789.-+$":
        qty = words.quantity(reader.next(""), example)
    terms = _terms(reader, f"replace {target}")
    if terms.market is not None:
        raise Wrong("A working order cannot become a market order: delete 'mkt'.", terms.market.at)
    if qty is None and not terms.said:
        sentence = f"Write what is new, a quantity or a price, as in '{example}'."
        raise Wrong(sentence, (reader.end, reader.end), is_unfinished=True)
    return ReplaceCommand(
        target=target,
        qty=qty,
        limit_price=terms.limit[1] if terms.limit else None,
        stop_price=terms.stop[1] if terms.stop else None,
        time_in_force=terms.time[1] if terms.time else None,
    )


def _flat(reader: _Reader, _verb: Word) -> FlatCommand:
    word = reader.next("Write the symbol after 'flat', as in 'flat AAPL'.")
    return FlatCommand(symbol=words.symbol(word, "flat AAPL"))


def _alert(reader: _Reader, _verb: Word) -> AlertCommand:
    example = "alert AAPL above 195"
    symbol = words.symbol(reader.next(f"Write the symbol, as in '{example}'."), example)
    sentence = f"Write 'above' or 'below' after the symbol, as in '{example}'."
    word = reader.next(sentence)
    direction = DIRECTIONS.get(word.lower)
    if direction is None:
        raise Wrong(sentence, word.at, is_unfinished=word.may_become(tuple(DIRECTIONS)))
    number = reader.next(f"Write the price, as in '{example}'.")
    level = words.price(number, "price", example)
    return AlertCommand(symbol=symbol, direction=direction, price=level)


def _unalert(reader: _Reader, _verb: Word) -> UnalertCommand:
    example = "unalert AAPL 195"
    symbol = words.symbol(reader.next(f"Write the symbol, as in '{example}'."), example)
    if reader.peek() is None:
        return UnalertCommand(symbol=symbol)
    return UnalertCommand(symbol=symbol, price=words.price(reader.next(""), "price", example))


def _watch(reader: _Reader, verb: Word) -> WatchCommand:
    example = f"{verb.lower} KO"
    word = reader.next(f"Write the symbol after '{verb.lower}', as in '{example}'.")
    return WatchCommand(symbol=words.symbol(word, example), is_watched=verb.lower == "watch")


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


_VERBS: Mapping[str, Callable[[_Reader, Word], Command]] = {
    "buy": _order,
    "sell": _order,
    "cancel": _cancel,
    "replace": _replace,
    "flat": _flat,
    "alert": _alert,
    "unalert": _unalert,
    "watch": _watch,
    "unwatch": _watch,
}
VERBS = tuple(_VERBS)
