"""Reading what a console sent: a message, or one sentence on why it is none.

The shape is checked by the types; what a type cannot say (numbers no market has,
lists without end) is checked here, so that the desk never meets them.
"""

import math
from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

import msgspec

from console.link.messages import (
    Acknowledge,
    Bars,
    BeginScan,
    Cancel,
    FromConsole,
    Message,
    Replace,
    Show,
    TakeTicks,
)
from console.link.wire import decode_from_console

MAX_SYMBOLS = 1_000
MAX_BARS = 10_000
MAX_SCANNED = 50_000
MAX_TEXT = 1_000
MAX_DIGITS = 15
"""Numbers have at most so many digits before the point, and as many after it."""


class NotUnderstood(ValueError):  # noqa: N818 - reads as what it is
    """A message outside the language; `id` is its number, 0 where none can be read."""

    def __init__(self, text: str, *, id: int = 0) -> None:  # noqa: A002 - the wire's word for it
        super().__init__(text)
        self.id = id


class _Numbered(msgspec.Struct):
    id: int = 0


_numbered = msgspec.msgpack.Decoder(_Numbered)


def read(data: bytes) -> FromConsole:
    """Return the message of one frame.

    Raises:
        NotUnderstood: when it is not in the language, with a sentence for a person.
    """
    try:
        message = decode_from_console(data)
        _check(message)
    except InvalidOperation:
        raise NotUnderstood("a number in it is not a number", id=_id_of(data)) from None
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
        raise NotUnderstood(f"{error}", id=_id_of(data)) from None
    return message


def replacement_terms(message: Replace) -> dict[str, Decimal | None]:
    """Return the quantity, prices and trail of a replace as numbers.

    Raises:
        ValueError: naming the one that is none.
    """
    return {
        "qty": _positive("quantity", message.qty),
        "limit_price": _positive("limit price", message.limit_price),
        "stop_price": _positive("stop price", message.stop_price),
        "trail_price": _positive("trail", message.trail_price),
        "trail_percent": _positive("trail in percent", message.trail_percent),
    }


def _id_of(data: bytes) -> int:
    try:
        return _numbered.decode(data).id
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return 0


def _check(message: FromConsole) -> None:
    _check_parts(message)
    match message:
        case (
            Show(symbols=many)
            | TakeTicks(symbols=many)
            | Cancel(orders=many)
            | Acknowledge(alerts=many)
        ):
            _check_count(len(many))
        case BeginScan(symbols=tuple() as many) if len(many) > MAX_SCANNED:
            raise ValueError(f"a scan takes {MAX_SCANNED:,} symbols, not {len(many):,}")
        case Bars(limit=limit) if not 1 <= limit <= MAX_BARS:
            raise ValueError(f"between 1 and {MAX_BARS} bars can be asked for, not {limit}")
        case Replace():
            replacement_terms(message)
        case _:
            return


def _check_count(count: int) -> None:
    if count > MAX_SYMBOLS:
        raise ValueError(f"a list may have {MAX_SYMBOLS} entries, this one has {count}")


def _check_parts(holder: object) -> None:
    """Check every value in a message: on an order's way, so nothing is done for one in vain."""
    kind: type = type(holder)
    for name in _names(kind):
        value = getattr(holder, name)
        if value is None:
            continue
        for item in value if isinstance(value, tuple) else (value,):
            _check_value(name, item)
            _check_parts(item)


def _check_value(name: str, value: object) -> None:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            words = _words(name)
            raise ValueError(f"the {words} may have {MAX_TEXT} characters, it has {len(value)}")
    elif isinstance(value, Decimal):
        _check_number(_words(name), value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"the {_words(name)} must be a number, it is {value}")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _check_number(words: str, value: Decimal) -> None:
    if not value.is_finite():
        raise ValueError(f"the {words} must be a number, it is {value}")
    if value.adjusted() >= MAX_DIGITS or -int(value.as_tuple().exponent) > MAX_DIGITS:
        raise ValueError(f"the {words} {value} is a number no market has")


def _positive(words: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"the {words} must be a number, it is {text!r}") from None
    _check_number(words, value)
    if not value > 0:
        raise ValueError(f"the {words} must be more than 0, it is {value}")
    return value


@cache
def _names(kind: type) -> tuple[str, ...]:
    """Return what a message, or a value in one, is made of, in the order it was written down."""
    if issubclass(kind, Message):
        return kind.__struct_fields__
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
