"""What an order would do to a holding, and what is claimed by orders the account has not seen."""

from collections.abc import Iterable
from decimal import Decimal

from console.desk.gate import Facts, failed, passed
from console.domain.exposure import ZERO, cost, held_qty
from console.domain.orders import Order, OrderClass, OrderRequest, OrderType, Side
from console.domain.receipts import Check
from console.domain.state import TradingState

MEETS_ANYTHING = frozenset({OrderType.MARKET, OrderType.STOP})


def unseen_cost(facts: Facts) -> Decimal | None:
    """Return the buying power that orders take which the account's figures do not hold yet.

    Unconfirmed orders count as wholly filled. None when one of them cannot be priced.
    """
    total = ZERO
    for order in _unseen_orders(facts.state):
        qty = _unseen_qty(order, facts)
        if not qty or order is facts.replacing:
            continue
        taken = cost(order.request, qty, facts.quote(order.request.symbol))
        if taken is None:
            return None
        total += taken
    return total


def stays_on_one_side(rule: str, request: OrderRequest, facts: Facts) -> Check:
    """An order against a holding must not exceed what is free of it."""
    position = facts.position(request.symbol)
    held, free = held_qty(position), facts.free_to_close(request.symbol)
    if request.qty <= free:
        return passed(rule, f"closes {request.qty:f} of {abs(held):f}")
    verb = request.side.value
    text = f"You hold {held:f} {request.symbol}, {free:f} free of other orders: "
    remedy = f"{verb} at most {free:f}." if free else "cancel those orders first."
    return failed(rule, text + remedy)


def may_be_sold_short(rule: str, request: OrderRequest, facts: Facts) -> Check:
    """Whether nothing is in the way of a short sale."""
    symbol, account = request.symbol, facts.state.account
    if facts.asset is None or not facts.asset.is_shortable:
        return failed(rule, f"You hold no {symbol}, and it cannot be sold short.")
    if account is None or not account.is_shorting_enabled:
        return failed(rule, f"You hold no {symbol}, and this account may not sell short.")
    if request.qty != request.qty.to_integral_value():
        return failed(rule, "A short sale needs whole shares.")
    for order in facts.other_orders:
        is_purchase = order.request.side is Side.BUY and not order.is_group_exit
        if order.request.symbol == symbol and is_purchase:
            return failed(rule, f"Cancel the open purchase first: {order.request}.")
    return passed(rule, f"sells {request.qty:f} short")


def could_meet(one: OrderRequest, other: OrderRequest) -> bool:
    """Whether two orders on opposite sides could trade with each other at once."""
    if {one.order_class, other.order_class} != {OrderClass.SIMPLE}:
        return False  # the broker exempts brackets, OCO and OTO orders
    kinds = {one.order_type, other.order_type}
    if OrderType.TRAILING_STOP in kinds:
        return False
    if kinds & MEETS_ANYTHING or one.limit_price is None or other.limit_price is None:
        return True
    buy, sell = (one, other) if one.side is Side.BUY else (other, one)
    return (buy.limit_price or ZERO) >= (sell.limit_price or ZERO)


def _unseen_orders(state: TradingState) -> Iterable[Order]:
    """Return the few orders of a day that the account was told without."""
    account, orders = state.account, state.orders.values()
    if account is None:
        return orders
    told_at = account.at
    return [o for o in orders if o.submitted_at > told_at or o.status.is_ours]


def _unseen_qty(order: Order, facts: Facts) -> Decimal:
    if order.is_group_exit:
        return ZERO  # it closes what its entry, or a holding, has paid for
    held = held_qty(facts.position(order.request.symbol))
    if held * order.request.side.sign < 0:
        return ZERO
    return order.leaves_qty + order.filled_qty
