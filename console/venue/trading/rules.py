"""What the exchange checks before it takes an order in stocks.

Each rule raises the rejection it finds, in Alpaca's words; a rule that returns has
nothing to say.
"""

from decimal import Decimal

from console.domain.orders import OrderType, Side
from console.venue.trading.orders import ZERO, Intent, OrderClass, Terms
from console.venue.trading.rejections import forbidden, unprocessable
from console.venue.trading.standing import Standing, available_to
from console.venue.view import MarketView
from console.venue.wire.trading import number

SHORT_COLLAR = Decimal("1.03")
LEAST_COST = Decimal(1)
"""What a part of a share must cost, in dollars."""

UNPRICED = (OrderType.MARKET, OrderType.STOP)


def reserve_price(terms: Terms, intent: Intent, view: MarketView) -> Decimal:
    """Return the dollars each share of an order holds: the most it is likely to cost."""
    if not intent.opens:
        return ZERO
    ask = view.ask(terms.symbol) or ZERO
    asked = terms.limit_price or terms.stop_price
    if intent is Intent.SELL_TO_OPEN:
        return max(asked or ZERO, ask * SHORT_COLLAR)
    return asked or ask


def account_may_trade(terms: Terms, standing: Standing) -> None:  # noqa: ARG001 - a rule's signature
    """Refuse while the user has suspended trading."""
    if not standing.account.settings.suspend_trade:
        return
    if standing.intent.opens or not standing.may_close_suspended:
        raise forbidden("new orders are rejected by user request")


def intent_is_as_told(terms: Terms, standing: Standing) -> None:
    """Refuse an order that does something else to the position than its client says."""
    inferred = standing.intent
    if terms.intent not in (None, inferred):
        raise unprocessable(
            f"position intent mismatch, inferred: {inferred}, specified: {terms.intent}"
        )


def stop_is_beyond_the_market(terms: Terms, standing: Standing) -> None:
    """Refuse a stop that would be set off at once."""
    if terms.stop_price is None:
        return
    last = standing.last_price(terms.symbol)
    facts = {"market_price": number(last), "stop_price": number(terms.stop_price)}
    if terms.side is Side.SELL and terms.stop_price >= last:
        raise unprocessable("stop price must be less than current price", **facts)
    if terms.side is Side.BUY and terms.stop_price <= last:
        raise unprocessable("stop price must be greater than current price", **facts)


def fractions_are_allowed(terms: Terms, standing: Standing) -> None:
    """Refuse parts of a share when the account has turned them off."""
    if is_fractional(terms) and not standing.account.settings.fractional_trading:
        raise forbidden("fractional trading is not enabled for this account")


def costs_a_dollar(terms: Terms, standing: Standing) -> None:
    """Refuse a part of a share that would cost next to nothing."""
    if terms.qty is None or not is_fractional(terms):
        return
    price = terms.limit_price or terms.stop_price or standing.last_price(terms.symbol)
    if standing.intent.opens and terms.qty * price < LEAST_COST:
        raise forbidden("cost basis must be >= minimal amount of order 1")


def shares_are_there(terms: Terms, standing: Standing) -> None:
    """Refuse to close more than is held and not already on its way out."""
    if standing.intent.opens:
        return
    wanted = shares(terms, standing)
    stock = available_to(terms, standing)
    if wanted > stock.available:
        raise forbidden(
            f"insufficient qty available for order (requested: {number(wanted)}, "
            f"available: {number(stock.available)})",
            **stock.facts,
        )


def short_is_allowed(terms: Terms, standing: Standing) -> None:
    """Refuse a short sale the account may not make."""
    if standing.intent is not Intent.SELL_TO_OPEN:
        return
    if is_fractional(terms):
        raise unprocessable("fractional orders cannot be sold short")
    if not standing.account.worth.may_short:
        raise forbidden("account is not allowed to short")
    if any(o.intent is Intent.BUY_TO_OPEN for o in standing.others(terms.symbol, Side.BUY)):
        raise forbidden("cannot open a short sell while a long buy order is open")


def long_is_allowed(terms: Terms, standing: Standing) -> None:
    """Refuse to buy what an open short sale would sell at once; no order crosses zero."""
    if standing.intent is not Intent.BUY_TO_OPEN:
        return
    if any(o.intent is Intent.SELL_TO_OPEN for o in standing.others(terms.symbol, Side.SELL)):
        raise forbidden("cannot open a long buy while a short sell order is open")


def no_wash_trade(terms: Terms, standing: Standing) -> None:
    """Refuse an order that could trade with one of the account's own."""
    if terms.order_class is not OrderClass.SIMPLE:
        return
    for other in standing.others(terms.symbol, terms.side.opposite):
        if may_meet(terms, other.terms):
            raise forbidden(
                "potential wash trade detected. use complex orders",
                existing_order_id=other.id,
                reject_reason="opposite side market/stop order exists"
                if other.terms.type in UNPRICED
                else "opposite side limit order exists",
            )


def may_meet(one: Terms, other: Terms) -> bool:
    """Whether two orders of opposite sides could trade with each other."""
    if other.order_class is not OrderClass.SIMPLE or OrderType.TRAILING_STOP in (
        one.type,
        other.type,
    ):
        return False
    if one.limit_price is None or other.limit_price is None:
        return True
    buy, sell = (one, other) if one.side is Side.BUY else (other, one)
    return (buy.limit_price or ZERO) >= (sell.limit_price or ZERO)


def buying_power_suffices(terms: Terms, standing: Standing) -> None:
    """Refuse an order that would cost more than may be spent."""
    if not standing.intent.opens:
        return
    standing.last_price(terms.symbol)
    price = reserve_price(terms, standing.intent, standing.view)
    cost = terms.notional if terms.notional is not None else (terms.qty or ZERO) * price
    worth = standing.account.worth
    power = worth.buying_power(standing.reserved, in_full=standing.reserved_in_full)
    if cost > power:
        raise forbidden(
            "insufficient buying power", buying_power=number(power), cost_basis=number(cost)
        )


def shares(terms: Terms, standing: Standing) -> Decimal:
    """Return how many shares an order asks for; dollars are taken at the last price."""
    if terms.qty is not None:
        return terms.qty
    return (terms.notional or ZERO) / standing.last_price(terms.symbol)


def is_fractional(terms: Terms) -> bool:
    """Whether it asks for a part of a share, or for dollars."""
    return terms.qty is None or terms.qty % 1 != 0
