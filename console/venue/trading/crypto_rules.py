"""What orders in coins are held to: paid in full, never short, ten dollars at least."""

from decimal import Decimal

from console.domain.orders import Side
from console.venue.trading.asset_classes import coin_of
from console.venue.trading.orders import ZERO, Terms
from console.venue.trading.rejections import forbidden
from console.venue.trading.standing import Standing, available_to
from console.venue.wire.trading import number

LEAST_COST = Decimal(10)
"""What an order in coins must be worth, in dollars, unless it sells all there is."""


def costs_ten_dollars(terms: Terms, standing: Standing) -> None:
    """Refuse to buy for next to nothing; the last of a coin may always be sold."""
    if terms.side is Side.BUY and cost_of(terms, standing) < LEAST_COST:
        raise forbidden(f"cost basis must be >= minimal amount of order {LEAST_COST}")


def coins_are_there(terms: Terms, standing: Standing) -> None:
    """Refuse to sell more than is held and not already on its way out."""
    if terms.side is Side.BUY:
        return
    price = terms.limit_price or standing.last_price(terms.symbol)
    wanted = terms.qty if terms.qty is not None else (terms.notional or ZERO) / price
    stock = available_to(terms, standing)
    if wanted > stock.available:
        raise forbidden(
            f"insufficient balance for {coin_of(terms.symbol)} (requested: {number(wanted)}, "
            f"available: {number(stock.available)})",
            **stock.facts,
        )


def dollars_are_there(terms: Terms, standing: Standing) -> None:
    """Refuse to spend more than the cash that no other order has reserved."""
    if terms.side is Side.SELL:
        return
    cost = cost_of(terms, standing)
    available = standing.account.worth.unborrowed(standing.reserved)
    if cost > available:
        raise forbidden(
            f"insufficient balance for USD (requested: {number(cost)}, "
            f"available: {number(available)})",
            buying_power=number(available),
            cost_basis=number(cost),
        )


def cost_of(terms: Terms, standing: Standing) -> Decimal:
    """Return the dollars an order is about."""
    if terms.notional is not None:
        return terms.notional
    price = terms.limit_price or terms.stop_price or standing.view.ask(terms.symbol)
    return (terms.qty or ZERO) * (price or standing.last_price(terms.symbol))
