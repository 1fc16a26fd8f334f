"""How a closing order is priced and sized: marketable, within a collar, not all at once."""

from decimal import ROUND_CEILING, Decimal

from console.desk.flatten_limits import FlattenLimits
from console.domain.instruments import to_tick
from console.domain.market import MarketClock, Phase, Quote
from console.domain.orders import OrderRequest, Side
from console.domain.positions import Position

ONE = Decimal(1)


class RanAway(Exception):  # noqa: N818 - reads as what it is
    """The market has left the reach of what was confirmed; the message says how far."""


def touch_of(quote: Quote, side: Side) -> Decimal:
    """Return the far side of the market: a buy pays the ask, a sell takes the bid."""
    return to_tick(quote.ask if side is Side.BUY else quote.bid)


def closing_limit(
    touch: Decimal, first_touch: Decimal, side: Side, limits: FlattenLimits
) -> Decimal:
    """Return a limit that trades at once, a collar through the touch and never out of reach.

    Raises:
        RanAway: when the touch itself is out of reach of the first one.
    """
    wished = touch * (ONE + side.sign * limits.collar)
    worst = first_touch * (ONE + side.sign * limits.reach)
    if (touch - worst) * side.sign > 0:
        raise RanAway(
            f"the market ran from {first_touch:f} to {touch:f}, over {limits.reach:.0%}: "
            "confirm again if it is to be closed there"
        )
    return to_tick(min(wished, worst) if side is Side.BUY else max(wished, worst))


def exit_order(
    position: Position, qty: Decimal, quote: Quote, clock: MarketClock | None, limits: FlattenLimits
) -> OrderRequest:
    """Return a limit, without a name yet, through the market by no more than the collar."""
    side = position.closing_side
    touch = touch_of(quote, side)
    return OrderRequest(
        client_order_id="",
        symbol=position.symbol,
        side=side,
        qty=qty,
        limit_price=closing_limit(touch, touch, side, limits),
        extended_hours=clock is not None and clock.phase is not Phase.REGULAR,
    )


def slice_qty(qty: Decimal, quote: Quote, side: Side, limits: FlattenLimits) -> Decimal:
    """Return how much of `qty` to send now, in whole shares unless it is all of it."""
    shown = Decimal(str(quote.ask_size if side is Side.BUY else quote.bid_size))
    least = (qty / limits.most_slices).to_integral_value(ROUND_CEILING)
    one = max((shown * limits.slice_of_quote).to_integral_value(ROUND_CEILING), least, ONE)
    return min(one, qty)
