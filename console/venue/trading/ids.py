"""Ids as Alpaca writes them: random UUIDs of version 4 (RFC 9562)."""

import os
from collections.abc import Iterator

DIGITS = 32
ROOM = 256
"""How many ids' worth of chance is asked of the system at once: to ask costs more than an id."""


def _chance() -> Iterator[str]:
    while True:
        digits = os.urandom(ROOM * DIGITS // 2).hex()
        yield from (digits[place : place + DIGITS] for place in range(0, len(digits), DIGITS))


_chances = _chance()


def new_digits() -> str:
    """Return 32 random hexadecimal digits."""
    return next(_chances)


def new_id() -> str:
    """Return a new id; every order takes three, so it is made without an object between."""
    digits = new_digits()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
