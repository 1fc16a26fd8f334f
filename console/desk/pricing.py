"""From the ticket to the order: price and size are filled in where the trader left them open."""

from decimal import Decimal

from console.desk.sizing import size
from console.domain.instruments import to_tick
from console.domain.market import Quote
from console.domain.orders import OrderClass, OrderRequest, OrderType, Side
from console.domain.state import TradingState
from console.domain.tickets import Intent, Ticket


class NotPriced(Exception):  # noqa: N818 - reads as what it is
    """The ticket is no order yet; the message says what is missing."""


def price(ticket: Ticket, state: TradingState, client_order_id: str) -> OrderRequest:
    """Return the order a ticket asks for; a limit without a price is set at the touch.

    Raises:
        NotPriced: when there is nothing to price or size it from, or the terms make no order.
    """
    quote = state.quotes.get(ticket.symbol)
    limit_price = ticket.limit_price
    if ticket.order_class is OrderClass.OCO:
        limit_price = ticket.take_profit
    elif ticket.order_type is OrderType.LIMIT and limit_price is None:
        limit_price = _touch(ticket, quote)
    _check_intent(ticket, state)
    try:
        qty = size(ticket, limit_price, state)
        return OrderRequest(
            client_order_id=client_order_id,
            symbol=ticket.symbol,
            side=ticket.side,
            qty=qty,
            order_type=ticket.order_type,
            time_in_force=ticket.time_in_force,
            limit_price=limit_price,
            stop_price=ticket.stop_price,
            trail_price=ticket.trail_price,
            trail_percent=ticket.trail_percent,
            extended_hours=ticket.extended_hours,
            notional=ticket.notional,
            order_class=ticket.order_class,
            take_profit=ticket.take_profit,
            stop_loss=ticket.stop_loss,
            stop_loss_limit=ticket.stop_loss_limit,
        )
    except ValueError as error:
        raise NotPriced(_sentence(str(error))) from error


def _check_intent(ticket: Ticket, state: TradingState) -> None:
    """Refuse to short what is held, and to cover what is not short."""
    if ticket.intent is None:
        return
    if state.positions is None:
        raise NotPriced("The positions are not known yet; try again in a moment.")
    position, symbol = state.position_of(ticket.symbol), ticket.symbol
    held = Decimal(0) if position is None else position.qty
    if ticket.intent is Intent.SHORT and held > 0:
        raise NotPriced(f"You hold {held:f} {symbol}: sell them first, then go short.")
    if ticket.intent is Intent.COVER and held >= 0:
        raise NotPriced(f"You are not short of {symbol}: there is nothing to cover.")


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
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
