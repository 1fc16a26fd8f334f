"""What the broker takes at all: order classes, their exits, amounts of dollars, auctions.

Alpaca's table, asked before sending, so that everything that is wrong with an order
is told at once and nothing is refused only there.
"""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from zoneinfo import ZoneInfo

from console.desk.gate import Facts, Rule, failed, passed
from console.domain.instruments import is_on_tick, tick_size
from console.domain.orders import OrderClass, OrderRequest, OrderType, Side, TimeInForce
from console.domain.receipts import Check

NEW_YORK = ZoneInfo("America/New_York")
CENT = Decimal("0.01")
LASTING = frozenset({TimeInForce.DAY, TimeInForce.GTC})
REFUSED_FROM = {TimeInForce.OPG: time(9, 28), TimeInForce.CLS: time(15, 50)}
"""From when on, in New York, the broker takes no more orders for an auction."""
TAKEN_AGAIN = time(19, 0)
LEAST_NOTIONAL = Decimal(1)


def order_class_is_whole(request: OrderRequest, facts: Facts) -> Check:
    """A bracket and an OCO name both exits, an OTO one; and only plain orders have any."""
    rule, kind = "order class", request.order_class
    if facts.replacing is not None:
        return passed(rule, "as before")
    troubles = [*_missing_exits(request), *_not_plain(request)]
    if troubles:
        return failed(rule, " ".join(troubles))
    return passed(rule, kind.value)


def _missing_exits(request: OrderRequest) -> Iterator[str]:
    kind = request.order_class
    count = (request.take_profit is not None) + (request.stop_loss is not None)
    if request.stop_loss_limit is not None and request.stop_loss is None:
        yield "The limit of a stop-loss needs its stop price."
    if kind is OrderClass.SIMPLE and count:
        yield "A simple order has no take-profit and no stop-loss."
    if kind is OrderClass.OTO and count != 1:
        yield "An OTO needs either a take-profit or a stop-loss."
    if kind in (OrderClass.BRACKET, OrderClass.OCO) and count != 2:  # noqa: PLR2004 - both exits
        yield f"{_a(kind)} needs a take-profit and a stop-loss."


def _not_plain(request: OrderRequest) -> Iterator[str]:
    kind, qty = request.order_class, request.qty
    if kind is OrderClass.SIMPLE:
        return
    if request.notional is not None or qty != qty.to_integral_value():
        yield f"{_a(kind)} needs whole shares."
    if kind is OrderClass.OCO and request.order_type is not OrderType.LIMIT:
        yield "An OCO is a limit order, at its take-profit."
    if request.order_type is OrderType.TRAILING_STOP:
        yield "A trailing stop has no exits of its own."
    if request.extended_hours:
        yield f"{_a(kind)} works in regular hours only: delete ext."
    if request.time_in_force not in LASTING:
        yield f"{_a(kind)} must be day or gtc, not {request.time_in_force.value}."


def class_suits_the_position(request: OrderRequest, facts: Facts) -> Check:
    """An OCO exits what is held; a bracket and an OTO enter."""
    rule, kind, symbol = "entry or exit", request.order_class, request.symbol
    if kind is OrderClass.SIMPLE or facts.replacing is not None:
        return passed(rule, "either")
    position = facts.position(symbol)
    closes = position is not None and position.qty != 0 and request.side is position.closing_side
    if kind is OrderClass.OCO and not closes:
        return failed(rule, f"An OCO exits a position, and this one would open one in {symbol}.")
    if kind is not OrderClass.OCO and closes:
        text = f"{_a(kind)} enters a position, and this one would close {symbol}: write oco."
        return failed(rule, text)
    return passed(rule, "an exit" if closes else "an entry")


def exits_lie_apart(request: OrderRequest, facts: Facts) -> Check:
    """The profit lies beyond the entry, the loss before it, each by a cent and on its tick."""
    rule = "exits"
    if not request.has_exits:
        return passed(rule, "none")
    troubles = [*_off_tick(request), *_on_the_wrong_side(request, facts)]
    if troubles:
        return failed(rule, " ".join(troubles))
    return passed(rule, "beyond the entry on both sides")


def _off_tick(request: OrderRequest) -> Iterator[str]:
    prices = (
        ("take-profit", request.take_profit),
        ("stop-loss", request.stop_loss),
        ("stop-loss limit", request.stop_loss_limit),
    )
    for word, price in prices:
        if price is not None and not (price.is_finite() and is_on_tick(price)):
            yield f"The {word} {price:f} is not a multiple of {tick_size(price)}."


def _on_the_wrong_side(request: OrderRequest, facts: Facts) -> Iterator[str]:
    is_exit = request.order_class is OrderClass.OCO
    up = -request.side.sign if is_exit else request.side.sign
    profit, loss = request.take_profit, request.stop_loss
    above, below = ("above", "below") if up > 0 else ("below", "above")
    if profit is not None and loss is not None and (profit - loss) * up <= 0:
        yield f"The take-profit must lie {above} the stop-loss."
    for_profit, for_loss = _bases(request, facts, up)
    if not is_exit and _is_too_near(profit, for_profit, up):
        yield f"The take-profit must lie at least a cent {above} {for_profit:f}."
    if _is_too_near(for_loss, loss, up):
        yield f"The stop-loss must lie at least a cent {below} {for_loss:f}."


def _is_too_near(further: Decimal | None, nearer: Decimal | None, up: int) -> bool:
    return further is not None and nearer is not None and (further - nearer) * up < CENT


def _bases(request: OrderRequest, facts: Facts, up: int) -> tuple[Decimal | None, Decimal | None]:
    """Return what take-profit and stop-loss are measured from: the limit, or the market."""
    if request.order_class is not OrderClass.OCO and request.limit_price is not None:
        return request.limit_price, request.limit_price
    quote = facts.fresh_quote(request.symbol)
    if quote is None:
        return None, None
    bid, ask = Decimal(str(quote.bid)), Decimal(str(quote.ask))
    return (ask, bid) if up > 0 else (bid, ask)


def amount_is_allowed(request: OrderRequest, facts: Facts) -> Check:
    """An order for dollars is a day order, at the market or a limit, of what may be split."""
    rule, notional = "amount", request.notional
    if notional is None:
        return passed(rule, "in shares")
    troubles = list(_amount_troubles(request, facts, notional))
    if troubles:
        return failed(rule, " ".join(troubles))
    return passed(rule, f"${notional:,.2f}, at most {request.qty:f} shares")


def _amount_troubles(request: OrderRequest, facts: Facts, notional: Decimal) -> Iterator[str]:
    if notional < LEAST_NOTIONAL:
        yield f"An order is for at least ${LEAST_NOTIONAL:f}."
    if facts.asset is not None and not facts.asset.is_fractionable:
        yield f"{request.symbol} trades in whole shares only: write how many."
    if request.order_type not in (OrderType.MARKET, OrderType.LIMIT):
        yield "An order for dollars is a market or a limit order."
    if request.time_in_force is not TimeInForce.DAY:
        yield "An order for dollars must be a day order."
    position = facts.position(request.symbol)
    if request.side is Side.SELL and (position is None or position.qty <= 0):
        yield "A short sale is in whole shares, not for dollars."


def auction_takes_orders(request: OrderRequest, facts: Facts) -> Check:
    """Orders for the opening and the closing auction are taken only up to a time."""
    rule, duration = "auction", request.time_in_force
    begin = REFUSED_FROM.get(duration)
    if begin is None:
        return passed(rule, "none")
    now = facts.now.astimezone(NEW_YORK).time()
    if begin <= now < TAKEN_AGAIN:
        text = (
            f"{duration.value} is not taken from {begin:%H:%M} to {TAKEN_AGAIN:%H:%M} in New York."
        )
        return failed(rule, text)
    return passed(rule, f"{duration.value}, until {begin:%H:%M} in New York")


def _a(kind: OrderClass) -> str:
    return {OrderClass.BRACKET: "A bracket", OrderClass.OCO: "An OCO"}.get(kind, "An OTO")


VALIDITY: tuple[Rule, ...] = (
    order_class_is_whole,
    class_suits_the_position,
    exits_lie_apart,
    amount_is_allowed,
    auction_takes_orders,
)
