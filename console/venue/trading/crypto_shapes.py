"""Whether the terms of an order in coins fit together: few types, no classes, any part."""

from console.domain.orders import OrderType, TimeInForce
from console.venue.trading.orders import FRACTION, OrderClass, Terms
from console.venue.trading.rejections import malformed, unprocessable

TYPES = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_LIMIT)
TIMES_IN_FORCE = (TimeInForce.GTC, TimeInForce.IOC)
MOST_PLACES = 9


def is_simple(terms: Terms) -> None:
    """Coins have no brackets, OCO or OTO orders."""
    if terms.order_class is not OrderClass.SIMPLE:
        raise unprocessable(
            f"crypto orders not allowed for advanced order_class: {terms.order_class}"
        )


def is_of_a_crypto_type(terms: Terms) -> None:
    """Market, limit and stop-limit orders, until canceled or at once."""
    if terms.type not in TYPES:
        raise unprocessable("invalid order type for crypto order")
    if terms.time_in_force not in TIMES_IN_FORCE:
        raise unprocessable("invalid crypto time_in_force")
    if terms.extended_hours:
        raise unprocessable("extended_hours is not supported for crypto orders")


def has_few_places(terms: Terms) -> None:
    """No part smaller than a billionth."""
    for label, value in (("qty", terms.qty), ("notional", terms.notional)):
        if value is not None and value % FRACTION != 0:
            raise malformed(f"{label} must have no more than {MOST_PLACES} decimal places")
