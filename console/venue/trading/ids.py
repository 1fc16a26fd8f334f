"""Ids as Alpaca writes them: random UUIDs of version 4 (RFC 9562)."""

import os


def new_id() -> str:
    """Return a new id; every order takes three, so it is made without an object between."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
