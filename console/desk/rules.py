"""What the gate asks of an order, one question a function; RULES is the policy."""

from decimal import Decimal

from console.desk.coverage import could_meet, may_be_sold_short, stays_on_one_side, unseen_cost
from console.desk.gate import Facts, Rule, failed, passed
from console.desk.price_rules import (
    limit_is_near_the_market,
    prices_are_on_tick,
    quote_is_fresh,
    stop_is_beyond_the_market,
)
from console.desk.validity import VALIDITY
from console.domain.exposure import cost, held_qty, worst_price
from console.domain.halt import Mode
from console.domain.orders import OrderRequest, OrderStatus, OrderType, Side, TimeInForce
from console.domain.receipts import Check

AUCTION_OR_NOW = frozenset({TimeInForce.IOC, TimeInForce.FOK, TimeInForce.OPG, TimeInForce.CLS})
SIMPLY_PRICED = frozenset({OrderType.MARKET, OrderType.LIMIT})


def the_broker_is_known(request: OrderRequest, facts: Facts) -> Check:
    """Nothing is sent before the broker's truth was read once."""
    rule = "reconciled"
    if not facts.is_reconciled:
        return failed(rule, "Not reconciled with the broker yet; try again in a moment.")
    account = facts.state.account
    if account is not None and account.is_blocked and not facts.is_exit(request):
        return failed(rule, "The broker has blocked this account for trading; ask the broker.")
    return passed(rule, "reconciled with the broker")


def the_mode_lets_it_through(request: OrderRequest, facts: Facts) -> Check:
    """While trading is restrained only orders pass that at their worst reduce, or none."""
    rule, why = "mode", "; ".join(str(restraint) for restraint in facts.restraints)
    if facts.mode is Mode.ACTIVE:
        return passed(rule, "active")
    if facts.mode is Mode.HALTED:
        return failed(rule, f"Nothing is sent: {why}.")
    if facts.is_exit(request):
        return passed(rule, "reducing, and this order only reduces")
    return failed(rule, f"Only orders that reduce are let through: {why}.")


def the_stream_is_live(request: OrderRequest, facts: Facts) -> Check:
    """No entry while the desk would not hear what becomes of it."""
    rule = "trading stream"
    if facts.is_trading_live:
        return passed(rule, "live")
    if facts.is_exit(request):
        return passed(rule, "down, but this order only reduces")
    if facts.blind_reason:
        return passed(rule, f"down, and overridden: {facts.blind_reason}")
    return failed(rule, "The trading stream is down: only orders that reduce may be sent.")


def symbol_is_tradable(request: OrderRequest, facts: Facts) -> Check:
    """The broker must list the symbol and let it trade."""
    rule, symbol = "symbol", request.symbol
    if facts.is_exit(request):
        return passed(rule, f"{symbol} is held")
    if not facts.is_listed_known:
        return failed(rule, "The broker has not told its list of instruments yet.")
    if facts.asset is None:
        return failed(rule, f"{symbol} is no instrument of this broker; check the spelling.")
    if not facts.asset.is_tradable:
        return failed(rule, f"{symbol} cannot be traded at this broker now.")
    return passed(rule, facts.asset.name)


def quantity_is_sane(request: OrderRequest, facts: Facts) -> Check:
    """The quantity must be a number, and an entry not more than the cap."""
    rule, qty, most = "quantity", request.qty, facts.limits.max_order_qty
    if not qty.is_finite():
        return failed(rule, f"The quantity is no number: {qty}.")
    if qty > most and facts.is_exit(request):
        return passed(rule, f"{qty:f}, and this order only reduces")
    if qty > most:
        return failed(rule, f"The quantity {qty:,f} is over the limit of {most:,f} shares.")
    return passed(rule, f"{qty:f} of at most {most:,f} shares")


def fraction_is_allowed(request: OrderRequest, facts: Facts) -> Check:
    """Whole shares unless the instrument may be split; fractions have rules of their own."""
    rule, qty = "fraction", request.qty
    if not qty.is_finite() or qty == qty.to_integral_value():
        return passed(rule, "whole shares")
    if facts.asset is not None and not facts.asset.is_fractionable:
        return failed(rule, f"{request.symbol} trades in whole shares only; {qty:f} is not.")
    if -int(qty.as_tuple().exponent) > facts.limits.max_qty_decimals:
        return failed(rule, f"A quantity has at most {facts.limits.max_qty_decimals} decimals.")
    if request.time_in_force is not TimeInForce.DAY:
        return failed(rule, "An order for a fraction of a share must be a day order.")
    if request.order_type is OrderType.TRAILING_STOP:
        return failed(rule, "A trailing stop needs whole shares.")
    return passed(rule, f"{qty:f}, fractions are allowed")


def terms_fit_together(request: OrderRequest, facts: Facts) -> Check:
    """Order type, time in force and session must be a combination the broker takes."""
    rule, kind, duration = "terms", request.order_type, request.time_in_force
    if duration in AUCTION_OR_NOW and kind not in SIMPLY_PRICED:
        return failed(rule, f"{duration.value} needs a market or a limit order.")
    if request.extended_hours and not (
        kind is OrderType.LIMIT and duration in (TimeInForce.DAY, TimeInForce.GTC)
    ):
        return failed(rule, "Extended hours take only limit orders, day or gtc.")
    if kind is OrderType.MARKET and (request.limit_price or request.stop_price):
        return failed(rule, "A market order has no limit and no stop price.")
    least = facts.limits.min_trail_percent
    if request.trail_percent is not None and request.trail_percent < least:
        return failed(rule, f"The trail must be at least {least} %.")
    return passed(rule, f"{kind.value.replace('_', ' ')}, {duration.value}")


def notional_is_within_limit(request: OrderRequest, facts: Facts) -> Check:
    """One entry may be worth only so much."""
    rule, most = "notional", facts.limits.max_order_notional
    if facts.is_exit(request):
        return passed(rule, "this order only reduces")
    price = worst_price(request, facts.quote(request.symbol))
    if price is None:
        return failed(rule, f"There is no price to reckon the worth of {request.symbol} by.")
    notional = price * request.qty
    if notional > most:
        return failed(rule, f"The order is worth ${notional:,.2f}, over the limit of ${most:,.2f}.")
    return passed(rule, f"${notional:,.2f} of at most ${most:,.2f}")


def buying_power_suffices(request: OrderRequest, facts: Facts) -> Check:
    """An entry must be paid for even if every unconfirmed order fills at its worst."""
    rule, account = "buying power", facts.state.account
    if facts.is_exit(request):
        return passed(rule, "this order only reduces")
    if account is None:
        return failed(rule, "The account's buying power is not known yet.")
    needed = cost(request, request.qty, facts.quote(request.symbol))
    claimed = unseen_cost(facts)
    if needed is None or claimed is None:
        return failed(rule, f"There is no price to reckon the cost of {request.symbol} by.")
    free = account.buying_power - claimed
    if facts.replacing is not None and facts.replacing.submitted_at <= account.at:
        # The broker has set money aside for the order that this one replaces.
        symbol = facts.replacing.request.symbol
        quote = facts.quote(symbol)
        free += cost(facts.replacing.request, facts.replacing.leaves_qty, quote) or Decimal(0)
    if needed > free:
        return failed(rule, f"The order needs ${needed:,.2f}; ${free:,.2f} is free.")
    return passed(rule, f"${needed:,.2f} of ${free:,.2f}")


def sale_is_covered(request: OrderRequest, facts: Facts) -> Check:
    """An order may close a holding or open the other way, never both at once."""
    rule, symbol = "short sale", request.symbol
    if facts.replacing is not None and facts.replacing.is_leg and facts.is_exit(request):
        return passed(rule, "an exit as before")
    held = held_qty(facts.position(symbol))
    if held * request.side.sign < 0:
        return stays_on_one_side(rule, request, facts)
    if request.side is Side.BUY:
        return passed(rule, "a purchase")
    return may_be_sold_short(rule, request, facts)


def no_order_of_the_symbol_is_unknown(request: OrderRequest, facts: Facts) -> Check:
    """While an order may or may not exist, nothing is added to its symbol."""
    rule, symbol = "unknown orders", request.symbol
    unknown = [
        order
        for order in facts.other_orders
        if order.status is OrderStatus.UNKNOWN and order.request.symbol == symbol
    ]
    if not unknown:
        return passed(rule, "none")
    if facts.is_exit(request):
        return passed(rule, "one, but this order only reduces")
    return failed(rule, f"An order in {symbol} is unknown; wait until the broker has told of it.")


def order_does_not_cross_our_own(request: OrderRequest, facts: Facts) -> Check:
    """The broker refuses orders that could trade with our own on the other side."""
    rule = "self-cross"
    if facts.is_exit(request):
        return passed(rule, "this order only reduces")
    for order in facts.other_orders:
        other = order.request
        if other.symbol != request.symbol or other.side is request.side:
            continue
        if could_meet(request, other):
            return failed(rule, f"It could trade with our own order: {other}. Cancel that first.")
    return passed(rule, "no own order in the way")


def orders_are_not_too_many(request: OrderRequest, facts: Facts) -> Check:
    """Only so many entries a minute: the broker answers only so many calls."""
    rule, sent, most = "order rate", facts.sent_last_minute, facts.limits.max_orders_per_minute
    if facts.is_exit(request):
        return passed(rule, "this order only reduces")
    if sent >= most:
        text = f"{sent} orders were sent within a minute, the limit is {most}; wait a moment."
        return failed(rule, text)
    return passed(rule, f"{sent} of at most {most} within a minute")


def order_is_no_repetition(request: OrderRequest, facts: Facts) -> Check:
    """The same side, symbol, size and price again so soon is a slip of the hand."""
    rule, age, span = "duplicate order", facts.age_of_twin, facts.limits.duplicate_window
    if facts.is_exit(request):
        return passed(rule, "this order only reduces")
    if age is None or age >= span or facts.replacing is not None:
        return passed(rule, "none of late")
    text = f"The same order was sent {age:.1f} s ago; wait until {span:g} s are over, or change it."
    return failed(rule, text)


RULES: tuple[Rule, ...] = (
    the_broker_is_known,
    the_mode_lets_it_through,
    the_stream_is_live,
    symbol_is_tradable,
    quantity_is_sane,
    fraction_is_allowed,
    terms_fit_together,
    prices_are_on_tick,
    *VALIDITY,
    stop_is_beyond_the_market,
    quote_is_fresh,
    limit_is_near_the_market,
    notional_is_within_limit,
    buying_power_suffices,
    sale_is_covered,
    no_order_of_the_symbol_is_unknown,
    order_does_not_cross_our_own,
    orders_are_not_too_many,
    order_is_no_repetition,
)
