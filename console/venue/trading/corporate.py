"""What a split or a dividend does to open orders: the worth asked for stays the same."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal

from msgspec.structs import replace

from console.domain.orders import OrderType, Side, TimeInForce
from console.venue.trading.orders import FRACTION, Exits, Order, Role, Terms, tick_rounded

STOPS = (OrderType.STOP, OrderType.STOP_LIMIT)


def after_split(order: Order, ratio: Decimal) -> Order | None:
    """Return an order as it is after each share became `ratio` shares; None when it cannot stay.

    Whole shares stay whole, rounded down. An entry filled in part cannot stay: its legs
    belong to shares of both kinds.
    """
    if order.role is Role.ENTRY and order.filled_qty:
        return None
    qty = order.terms.qty
    if qty is not None:
        step = Decimal(1) if qty % 1 == 0 else Decimal("0.000000001")
        leaves = (order.leaves_qty * ratio).quantize(step, rounding=ROUND_DOWN)
        if leaves == 0:
            return None
        qty = order.filled_qty + leaves
    terms = order.terms
    exits = terms.exits
    return replace(
        order,
        terms=replace(
            terms,
            qty=qty,
            limit_price=_divided(terms.limit_price, ratio),
            stop_price=_divided(terms.stop_price, ratio),
            trail_price=_divided(terms.trail_price, ratio),
            exits=exits
            and Exits(
                take_profit=_divided(exits.take_profit, ratio),
                stop_loss=_divided(exits.stop_loss, ratio),
                stop_loss_limit=_divided(exits.stop_loss_limit, ratio),
            ),
        ),
        hwm=_divided(order.hwm, ratio),
        # a third of a dollar has no end, and what is reserved is taken back to the last digit
        reserve_price=(order.reserve_price / ratio).quantize(FRACTION, rounding=ROUND_UP),
    )


def _divided(price: Decimal | None, ratio: Decimal) -> Decimal | None:
    return None if price is None else tick_rounded(price / ratio)


def after_dividend(order: Order, rate: Decimal) -> Order:
    """Return an order as it is on the ex-date: bids and sell stops till canceled are reduced.

    The rule is FINRA's 5330; the price is rounded down to the next tick.
    """
    terms = order.terms
    is_bid = terms.side is Side.BUY and terms.type is OrderType.LIMIT
    is_stop = terms.side is Side.SELL and terms.type in STOPS
    if terms.time_in_force is not TimeInForce.GTC or not (is_bid or is_stop):
        return order
    return replace(order, terms=_reduced(terms, rate))


def _reduced(terms: Terms, rate: Decimal) -> Terms:
    limit, stop = terms.limit_price, terms.stop_price
    return replace(terms, limit_price=_less(limit, rate), stop_price=_less(stop, rate))


def _less(price: Decimal | None, rate: Decimal) -> Decimal | None:
    if price is None or price <= rate:
        return price
    tick = Decimal("0.01") if price - rate >= 1 else Decimal("0.0001")
    return (price - rate).quantize(tick, rounding=ROUND_DOWN)
