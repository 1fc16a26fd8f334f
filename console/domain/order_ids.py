"""How this desk names its orders: a prefix, the start of the desk, a running number.

The epoch differs for every start of a desk, so a name is never given twice, not
even by a desk that lost its memory.
"""

from datetime import UTC, datetime

PREFIX = "kc-"
FOREIGN_LETTERS = 8
MAX_LENGTH = 128
"""The longest client order id that Alpaca takes."""

_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class OrderIds:
    """Gives out client order ids, each once."""

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._count = 0

    def next(self) -> str:
        """Return an id that was never given before, such as `kc-3f2a17-12`."""
        self._count += 1
        return f"{PREFIX}{self._epoch}-{self._count}"


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


def short_number(client_order_id: str) -> str:
    """Return the handle a trader types: `3f2a17-12` of ours, the first letters of others."""
    if is_ours(client_order_id):
        return client_order_id.removeprefix(PREFIX)
    return client_order_id[:FOREIGN_LETTERS]
