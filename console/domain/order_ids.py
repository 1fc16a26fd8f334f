"""How this desk names its orders: a prefix, the start of the desk, a running number, a witness.

The epoch differs for every start of a desk, so a name is never given twice, not
even by a desk that lost its memory. The witness is the beginning of the audit's last
hash when the name was given: the broker keeps it where nobody here can change it, so
an audit that was cut short or exchanged is told by the names of its own orders.
"""

from collections.abc import Callable
from datetime import UTC, datetime

PREFIX = "kc-"
FOREIGN_LETTERS = 8
MAX_LENGTH = 128
"""The longest client order id that Alpaca takes."""
WITNESS_LETTERS = 12
"""How much of the audit's head a name carries: 48 bits, met by chance once in 10^14."""

_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_HANDLE_PARTS = 2
"""The epoch and the number."""


class OrderIds:
    """Gives out client order ids, each once."""

    def __init__(self, epoch: str, head: Callable[[], str] = str) -> None:
        """Name orders of this epoch; `head` tells the audit's last hash, empty if there is none."""
        self._epoch = epoch
        self._head = head
        self._count = 0

    def next(self) -> str:
        """Return an id that was never given before, such as `kc-3f2a17-12-9b1c44d0e2aa`."""
        self._count += 1
        witness = self._head()[:WITNESS_LETTERS]
        return f"{PREFIX}{self._epoch}-{self._count}" + (f"-{witness}" if witness else "")


def epoch_of(started_at: datetime) -> str:
    """Return a short text for a moment, different for every tenth of a second."""
    tenths = max(int((started_at - _FIRST).total_seconds() * 10), 0)
    letters = ""
    while tenths or not letters:
        tenths, digit = divmod(tenths, len(_DIGITS))
        letters = _DIGITS[digit] + letters
    return letters


def is_ours(client_order_id: str) -> bool:
    """Return whether a Killcord desk gave this name."""
    return client_order_id.startswith(PREFIX)


def witness_of(client_order_id: str) -> str | None:
    """Return the audit's head that a name of ours carries; None when it carries none."""
    parts = client_order_id.removeprefix(PREFIX).split("-")
    if not is_ours(client_order_id) or len(parts) <= _HANDLE_PARTS:
        return None
    return parts[_HANDLE_PARTS]


def short_number(client_order_id: str) -> str:
    """Return the handle a trader types: `3f2a17-12` of ours, the first letters of others."""
    if is_ours(client_order_id):
        parts = client_order_id.removeprefix(PREFIX).split("-")
        return "-".join(parts[:_HANDLE_PARTS])
    return client_order_id[:FOREIGN_LETTERS]
