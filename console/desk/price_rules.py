"""What the gate asks of an order's prices, and of the quote they are held against."""

from decimal import Decimal

from console.desk.gate import Facts, failed, passed
from console.desk.limits import Limits
from console.domain.instruments import is_on_tick, tick_size
from console.domain.orders import OrderRequest, Side
from console.domain.receipts import Check


def prices_are_on_tick(request: OrderRequest, _facts: Facts) -> Check:
    """Every price must be a whole number of ticks."""
    rule = "tick"
    for word, price in (("limit", request.limit_price), ("stop", request.stop_price)):
        if price is None:
            continue
        if not price.is_finite():
            return failed(rule, f"The {word} price is no number: {price}.")
        if not is_on_tick(price):
            tick = tick_size(price)
            return failed(rule, f"The {word} price {price:f} is not a multiple of {tick}.")
    return passed(rule, "whole ticks")


def stop_is_beyond_the_market(request: OrderRequest, facts: Facts) -> Check:
    """A buy stop lies above the market and a sell stop below, or it would trigger at once."""
    rule, stop = "stop price", request.stop_price
    quote = facts.fresh_quote(request.symbol)
    if stop is None or quote is None:
        return passed(rule, "none" if stop is None else "no fresh quote to compare it with")
    touch = quote.ask if request.side is Side.BUY else quote.bid
    if (float(stop) - touch) * request.side.sign > 0:
        return passed(rule, f"{stop:f} against {touch:g}")
    where = "above the ask" if request.side is Side.BUY else "below the bid"
    return failed(rule, f"A {request.side.value} stop must lie {where} of {touch:g}.")


def quote_is_fresh(request: OrderRequest, facts: Facts) -> Check:
    """An entry needs a price that is alive."""
    rule, symbol = "quote", request.symbol
    quote = facts.quote(symbol)
    if facts.fresh_quote(symbol) is not None and quote is not None:
        return passed(rule, f"{quote.age(facts.now):.1f} s old")
    if facts.is_exit(request):
        return passed(rule, "not fresh, but this order only reduces")
    if quote is None:
        return failed(rule, f"There is no quote of {symbol}; put it on the watchlist and wait.")
    if not quote.is_two_sided:
        return failed(rule, f"The quote of {symbol} has one side only; wait for the other.")
    if quote.is_crossed:
        return failed(
            rule, f"The quote of {symbol} is crossed, bid over ask; wait for a sound one."
        )
    age, most = quote.age(facts.now), facts.limits.stale_after
    return failed(rule, f"The quote of {symbol} is {age:.1f} s old, over {most:g} s; wait.")


def limit_is_near_the_market(request: OrderRequest, facts: Facts) -> Check:
    """A limit price far from the touch is a slip of the finger."""
    rule, limit = "price collar", request.limit_price
    quote = facts.fresh_quote(request.symbol)
    if limit is None or quote is None:
        return passed(rule, "no limit price" if limit is None else "no fresh quote to measure by")
    bid, ask = Decimal(str(quote.bid)), Decimal(str(quote.ask))
    below, above = _collar(request.side, facts.limits)
    lowest, highest = bid * (1 - below), ask * (1 + above)
    if facts.is_exit(request):
        # A target far away is harmless; giving the holding away is not.
        lowest = lowest if request.side is Side.SELL else Decimal(0)
        highest = highest if request.side is Side.BUY else limit
    if lowest <= limit <= highest:
        return passed(rule, f"{limit:f} is near {bid:f} / {ask:f}")
    is_low = limit < lowest
    collar, way, touch = (below, "below the bid", bid) if is_low else (above, "above the ask", ask)
    return failed(rule, f"The limit {limit:f} is over {collar:.0%} {way} of {touch:f}.")


def _collar(side: Side, limits: Limits) -> tuple[Decimal, Decimal]:
    """Return how far below the bid and above the ask a limit may lie: less where it would fill."""
    if side is Side.BUY:
        return limits.patient_collar, limits.collar
    return limits.collar, limits.patient_collar
