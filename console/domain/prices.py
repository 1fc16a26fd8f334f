"""How a price is written."""

from decimal import Decimal


def dollars(price: Decimal) -> str:
    """Return a price with its cents, and with all its decimals where it has more."""
    whole, _, cents = f"{price:f}".partition(".")
    return f"{whole}.{cents:0<2}" if price.is_finite() else whole
