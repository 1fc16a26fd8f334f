"""What a letter key writes into the order line: a beginning, and where the cursor waits."""

from typing import NamedTuple


class Prefill(NamedTuple):
    """A text and the place in it where typing goes on."""

    text: str
    cursor: int


def buy(symbol: str) -> Prefill:
    """Begin a buy; the quantity is missing."""
    return _with_gap("buy ", f" {symbol}")


def sell(symbol: str) -> Prefill:
    """Begin a sell; the quantity is missing."""
    return _with_gap("sell ", f" {symbol}")


def cancel(number: str) -> Prefill:
    """Name the order to cancel; Enter is missing."""
    return _whole(f"cancel {number}")


def replace(number: str) -> Prefill:
    """Begin to replace an order; its new price is missing."""
    return _whole(f"replace {number} @ ")


def flat(symbol: str) -> Prefill:
    """Name the symbol to close; Enter is missing."""
    return _whole(f"flat {symbol}")


def exit_position(symbol: str) -> Prefill:
    """Name the symbol to exit; Enter is missing."""
    return _whole(f"exit {symbol}")


def alert(symbol: str) -> Prefill:
    """Begin a price alert; direction and price are missing."""
    return _whole(f"alert {symbol} ")


def unalert(symbol: str, price: float | None) -> Prefill:
    """Name the price alert to take back, or the symbol of all; Enter is missing."""
    return _whole(f"unalert {symbol}" if price is None else f"unalert {symbol} {price}")


def watch() -> Prefill:
    """Begin to add a symbol."""
    return _whole("watch ")


def unwatch(symbol: str) -> Prefill:
    """Name the symbol to take off; Enter is missing."""
    return _whole(f"unwatch {symbol}")


def _whole(text: str) -> Prefill:
    return Prefill(text, len(text))


def _with_gap(before: str, after: str) -> Prefill:
    return Prefill(before + after, len(before))
