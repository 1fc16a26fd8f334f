"""The order language: one line of text to one command, or to one sentence on what is wrong.

buy|sell SIZE SYMBOL [PRICES] [EXITS] [TIME]      short SIZE SYMBOL …   cover [SIZE] SYMBOL …
    SIZE    10, 0.5, $5000, half, all, 25%, r1% (of the equity, lost at the stop-loss)
    PRICES  @ PRICE | mkt | stop PRICE [@ PRICE] | trail 2% | trail 1.50
    EXITS   tp PRICE, sl PRICE[/LIMIT]; oco with both when they exit a holding
    TIME    day|gtc|ioc|fok|opg|cls, ext
cancel NUMBER|SYMBOL|all
replace NUMBER|SYMBOL [QTY] [@ PRICE] [stop PRICE] [trail 2%] [day|…]
flat SYMBOL      exit SYMBOL      alert SYMBOL above|below PRICE
unalert SYMBOL [PRICE]            watch SYMBOL                      unwatch SYMBOL
"""

from collections.abc import Callable, Mapping

from console.domain import words
from console.domain.alerts import Direction
from console.domain.orders import OrderClass, OrderType, Side, TimeInForce
from console.domain.reader import Reader, listed
from console.domain.sizes import Size, read_size
from console.domain.targets import ALL
from console.domain.terms import Terms, order_class, order_type, read_terms
from console.domain.tickets import (
    AlertCommand,
    CancelCommand,
    Command,
    ExitCommand,
    FlatCommand,
    Intent,
    ReplaceCommand,
    Ticket,
    UnalertCommand,
    WatchCommand,
)
from console.domain.words import Problem, Word, Wrong

DIRECTIONS: Mapping[str, Direction] = {
    "above": Direction.ABOVE,
    ">": Direction.ABOVE,
    "below": Direction.BELOW,
    "<": Direction.BELOW,
}
SIDES: Mapping[str, tuple[Side, Intent | None]] = {
    "buy": (Side.BUY, None),
    "sell": (Side.SELL, None),
    "short": (Side.SELL, Intent.SHORT),
    "cover": (Side.BUY, Intent.COVER),
}
NOTHING_WRITTEN = Problem(
    text="Nothing is written yet: try 'buy 10 AAPL @ 190.10 day'.", at=(0, 0), is_unfinished=True
)


def parse(text: str) -> Command | Problem:
    """Return the command that the line says, or the first thing that is wrong with it."""
    try:
        line = words.split(text)
        if not line:
            return NOTHING_WRITTEN
        return _command(Reader(line=line, end=len(text)))
    except Wrong as wrong:
        return wrong.problem


def _command(reader: Reader) -> Command:
    verb = reader.take()
    read = _VERBS.get(verb.lower)
    if read is None:
        raise Wrong(
            f"Killcord does not know the verb {verb.shown}; it knows {listed(tuple(_VERBS))}.",
            verb.at,
            is_unfinished=verb.may_become(VERBS),
        )
    command = read(reader, verb)
    rest = reader.peek()
    if rest is not None:
        raise Wrong(f"Nothing can follow here: delete {rest.shown}.", rest.at)
    return command


def _order(reader: Reader, verb: Word) -> Ticket:
    name = verb.lower
    size = read_size(reader, name)
    example = f"{name} 10 AAPL @ 190.10"
    missing = f"Write the symbol after the quantity, as in '{example}'."
    word = reader.next(missing)
    if word.text in "@<>":
        raise Wrong(missing, word.at)
    symbol = words.symbol(word, example)
    terms = read_terms(reader, f"{name} {size} {symbol}")
    if size.risk_percent is not None and terms.loss is None:
        text = f"Write where the risk ends: a stop-loss, as in '{name} {size} {symbol} sl 187'."
        raise Wrong(text, (reader.end, reader.end), is_unfinished=True)
    return _ticket(name, symbol, size, terms, reader.end)


def _ticket(verb: str, symbol: str, size: Size, terms: Terms, end: int) -> Ticket:
    side, intent = SIDES[verb]
    trail = terms.trail
    return Ticket(
        symbol=symbol,
        side=side,
        qty=size.qty,
        notional=size.notional,
        portion=size.portion,
        risk_percent=size.risk_percent,
        intent=intent,
        order_type=order_type(terms),
        time_in_force=terms.time_in_force or TimeInForce.DAY,
        limit_price=terms.limit.price if terms.limit else None,
        stop_price=terms.stop.price if terms.stop else None,
        trail_price=trail.price if trail and not trail.is_percent else None,
        trail_percent=trail.price if trail and trail.is_percent else None,
        extended_hours=terms.extended is not None,
        order_class=order_class(terms, end),
        take_profit=terms.profit.price if terms.profit else None,
        stop_loss=terms.loss.price if terms.loss else None,
        stop_loss_limit=terms.loss.limit if terms.loss else None,
    )


def wording(ticket: Ticket) -> str:
    """Return the line that says this ticket; parsing it gives the same ticket."""
    size = Size(
        qty=ticket.qty,
        notional=ticket.notional,
        portion=ticket.portion,
        risk_percent=ticket.risk_percent,
    )
    verb = ticket.side.value if ticket.intent is None else ticket.intent.value
    said = [verb, str(size), ticket.symbol, *_prices(ticket), *_exits(ticket)]
    said.append(ticket.time_in_force.value)
    return " ".join([*said, "ext"] if ticket.extended_hours else said)


def _prices(ticket: Ticket) -> list[str]:
    said = ["mkt"] if ticket.order_type is OrderType.MARKET else []
    if ticket.stop_price is not None:
        said += ["stop", f"{ticket.stop_price:f}"]
    if ticket.limit_price is not None:
        said += ["@", f"{ticket.limit_price:f}"]
    if ticket.trail_price is not None:
        said += ["trail", f"{ticket.trail_price:f}"]
    if ticket.trail_percent is not None:
        said += ["trail", f"{ticket.trail_percent:f}%"]
    return said


def _exits(ticket: Ticket) -> list[str]:
    said = ["oco"] if ticket.order_class is OrderClass.OCO else []
    if ticket.take_profit is not None:
        said += ["tp", f"{ticket.take_profit:f}"]
    if ticket.stop_loss is not None:
        limit = "" if ticket.stop_loss_limit is None else f"/{ticket.stop_loss_limit:f}"
        said += ["sl", f"{ticket.stop_loss:f}{limit}"]
    return said


def _target(reader: Reader, verb: str, *, may_be_all: bool) -> str:
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


def _cancel(reader: Reader, _verb: Word) -> CancelCommand:
    return CancelCommand(target=_target(reader, "cancel", may_be_all=True))


def _replace(reader: Reader, _verb: Word) -> ReplaceCommand:
    target = _target(reader, "replace", may_be_all=False)
    example = f"replace {target} 50 @ 190.20"
    following = reader.peek()
    qty = None
    if following is not None and following.text[0] in "0123456789.-+$":
        qty = words.quantity(reader.take(), example)
    terms = read_terms(reader, f"replace {target}")
    _stays_as_it_is(terms)
    if qty is None and not terms.said:
        sentence = f"Write what is new, a quantity or a price, as in '{example}'."
        raise Wrong(sentence, (reader.end, reader.end), is_unfinished=True)
    trail = terms.trail
    return ReplaceCommand(
        target=target,
        qty=qty,
        limit_price=terms.limit.price if terms.limit else None,
        stop_price=terms.stop.price if terms.stop else None,
        trail_price=trail.price if trail and not trail.is_percent else None,
        trail_percent=trail.price if trail and trail.is_percent else None,
        time_in_force=terms.time_in_force,
    )


def _stays_as_it_is(terms: Terms) -> None:
    """Refuse what a replacement cannot change."""
    if terms.market is not None:
        raise Wrong("A working order cannot become a market order: delete 'mkt'.", terms.market.at)
    for exit_ in (terms.profit, terms.loss):
        if exit_ is not None:
            text = "An exit is an order of its own: replace it by its number, and delete"
            raise Wrong(f"{text} {exit_.word.shown}.", exit_.word.at)
    for word in (terms.named_class, terms.extended):
        if word is not None:
            text = f"{word.shown} cannot be changed while the order works"
            raise Wrong(f"{text}: cancel it and write a new one.", word.at)


def _flat(reader: Reader, _verb: Word) -> FlatCommand:
    word = reader.next("Write the symbol after 'flat', as in 'flat AAPL'.")
    return FlatCommand(symbol=words.symbol(word, "flat AAPL"))


def _exit(reader: Reader, _verb: Word) -> ExitCommand:
    word = reader.next("Write the symbol after 'exit', as in 'exit AAPL'.")
    return ExitCommand(symbol=words.symbol(word, "exit AAPL"))


def _alert(reader: Reader, _verb: Word) -> AlertCommand:
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


def _unalert(reader: Reader, _verb: Word) -> UnalertCommand:
    example = "unalert AAPL 195"
    symbol = words.symbol(reader.next(f"Write the symbol, as in '{example}'."), example)
    if reader.is_at_end():
        return UnalertCommand(symbol=symbol)
    return UnalertCommand(symbol=symbol, price=words.price(reader.take(), "price", example))


def _watch(reader: Reader, verb: Word) -> WatchCommand:
    example = f"{verb.lower} KO"
    word = reader.next(f"Write the symbol after '{verb.lower}', as in '{example}'.")
    return WatchCommand(symbol=words.symbol(word, example), is_watched=verb.lower == "watch")


_VERBS: Mapping[str, Callable[[Reader, Word], Command]] = {
    "buy": _order,
    "sell": _order,
    "short": _order,
    "cover": _order,
    "cancel": _cancel,
    "replace": _replace,
    "flat": _flat,
    "exit": _exit,
    "alert": _alert,
    "unalert": _unalert,
    "watch": _watch,
    "unwatch": _watch,
}
VERBS = tuple(_VERBS)
