"""How many shares a ticket asks for: as said, a part of the holding, or as a risk allows."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal

from console.domain.market import Quote
from console.domain.orders import OrderRequest, OrderType, Side
from console.domain.state import TradingState
from console.domain.tickets import Ticket

SMALLEST_QTY = Decimal("0.000000001")
ONE = Decimal(1)


def size(ticket: Ticket, limit_price: Decimal | None, state: TradingState) -> Decimal:
    """Return the quantity of a ticket; for an amount of dollars the most it can come to.

    Raises:
        ValueError: with a sentence, when it cannot be told or comes to nothing.
    """
    if ticket.portion is not None:
        return _part_of_holding(ticket, ticket.portion, state)
    if ticket.risk_percent is not None:
        return _from_risk(ticket, ticket.risk_percent, limit_price, state)
    if ticket.notional is not None:
        return _from_notional(ticket, ticket.notional, limit_price, state)
    if ticket.qty is None:
        raise ValueError("the ticket names no quantity")
    return ticket.qty


def _part_of_holding(ticket: Ticket, portion: Decimal, state: TradingState) -> Decimal:
    if state.positions is None:
        raise ValueError("the positions are not known yet; try again in a moment")
    position, symbol = state.position_of(ticket.symbol), ticket.symbol
    if position is None or not position.qty:
        raise ValueError(f"you hold no {symbol}; write how many shares to {ticket.side.value}")
    if position.closing_side is not ticket.side:
        verb = "cover" if position.qty < 0 else "sell"
        raise ValueError(f"you hold {position.qty:f} {symbol}; write {verb} to make it smaller")
    held = abs(position.qty)
    step = ONE if held == held.to_integral_value() else SMALLEST_QTY
    qty = (held * portion / 100).quantize(step, ROUND_DOWN)
    if not qty:
        raise ValueError(f"{portion:f} % of {held:f} {symbol} is less than a share")
    return held if portion == 100 else qty  # noqa: PLR2004 - all of it


def _from_risk(
    ticket: Ticket, percent: Decimal, limit_price: Decimal | None, state: TradingState
) -> Decimal:
    """Return as many whole shares as lose no more than the risk between entry and stop-loss."""
    if state.account is None:
        raise ValueError("the equity is not known yet; try again in a moment")
    entry = entry_price(ticket, limit_price, state.quotes.get(ticket.symbol))
    if entry is None or ticket.stop_loss is None:
        raise ValueError(f"there is no price of {ticket.symbol} to measure the risk from")
    a_share = (entry - ticket.stop_loss) * ticket.side.sign
    if a_share <= 0:
        where = "below" if ticket.side is Side.BUY else "above"
        raise ValueError(f"the stop-loss must lie {where} the entry at {entry:f}")
    risk = state.account.equity * percent / 100
    qty = (risk / a_share).quantize(ONE, ROUND_DOWN)
    if not qty:
        raise ValueError(f"{percent:f} % of the equity is ${risk:,.2f}: not one share's risk")
    return qty


def entry_price(
    ticket: Ticket | OrderRequest, limit_price: Decimal | None, quote: Quote | None
) -> Decimal | None:
    """Return the price an entry reckons with: its limit, its stop, else the far touch."""
    if limit_price is not None:
        return limit_price
    if ticket.stop_price is not None:
        return ticket.stop_price
    touch = 0.0 if quote is None else quote.ask if ticket.side is Side.BUY else quote.bid
    return Decimal(str(touch)) if touch > 0 else None


def _from_notional(
    ticket: Ticket, notional: Decimal, limit_price: Decimal | None, state: TradingState
) -> Decimal:
    price = limit_price if ticket.order_type is OrderType.LIMIT else None
    if price is None:
        price = entry_price(ticket, None, state.quotes.get(ticket.symbol))
    if price is None:
        raise ValueError(f"there is no price of {ticket.symbol} to reckon ${notional:f} by")
    return (notional / price).quantize(SMALLEST_QTY, ROUND_UP)
