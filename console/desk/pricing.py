"""From the ticket to the order: the price is filled in where the trader left it open."""

from decimal import Decimal

from console.domain.instruments import to_tick
from console.domain.market import Quote
from console.domain.orders import OrderRequest, OrderType, Side
from console.domain.tickets import Ticket


class NotPriced(Exception):  # noqa: N818 - reads as what it is
    """The ticket is no order yet; the message says what is missing."""


def price(ticket: Ticket, quote: Quote | None, client_order_id: str) -> OrderRequest:
    """Return the order a ticket asks for; a limit without a price is set at the touch.

    Raises:
        NotPriced: when there is no touch to price from, or the terms make no order.
    """
    limit_price = ticket.limit_price
    if ticket.order_type is OrderType.LIMIT and limit_price is None:
        limit_price = _touch(ticket, quote)
    try:
        return OrderRequest(
            client_order_id=client_order_id,
            symbol=ticket.symbol,
            side=ticket.side,
            qty=ticket.qty,
            order_type=ticket.order_type,
            time_in_force=ticket.time_in_force,
            limit_price=limit_price,
            stop_price=ticket.stop_price,
            trail_price=ticket.trail_price,
            trail_percent=ticket.trail_percent,
        )
    except ValueError as error:
        raise NotPriced(_sentence(str(error))) from error


def _touch(ticket: Ticket, quote: Quote | None) -> Decimal:
    """Return the far side of the market: a buy pays the ask, a sell takes the bid."""
    touch = 0.0
    if quote is not None:
        touch = quote.ask if ticket.side is Side.BUY else quote.bid
    if touch <= 0:
        side = "ask" if ticket.side is Side.BUY else "bid"
        raise NotPriced(f"There is no {side} of {ticket.symbol} to price from; give a limit.")
    return to_tick(touch)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
