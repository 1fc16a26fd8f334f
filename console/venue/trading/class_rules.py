"""What brackets, OCO and OTO orders are held to: they enter or exit, and their exits lie apart."""

from decimal import Decimal

from console.domain.orders import Side
from console.venue.trading.orders import Exits, OrderClass, Terms
from console.venue.trading.rejections import unprocessable
from console.venue.trading.standing import Standing, prices_are_on_tick
from console.venue.wire.trading import number

CENT = Decimal("0.01")


def it_enters_or_exits(terms: Terms, standing: Standing) -> None:
    """Refuse an entry that closes a position, and an OCO that does not."""
    if terms.exits is None or standing.replaced:
        return
    opens = standing.intent.opens
    if terms.order_class is OrderClass.OCO and opens:
        raise unprocessable("oco orders must be exit orders")
    if terms.order_class is not OrderClass.OCO and not opens:
        raise unprocessable(f"{terms.order_class} orders must be entry orders")


def exits_are_beyond_the_base(terms: Terms, standing: Standing) -> None:
    """Refuse a profit or a loss on the wrong side of the entry, or of the market."""
    exits = terms.exits
    if exits is None:
        return
    is_exit = terms.order_class is OrderClass.OCO
    base = None if is_exit else terms.limit_price
    if base is None:
        base = standing.last_price(terms.symbol)
    is_long = (terms.side is Side.SELL) == is_exit
    _check(exits, base, is_long=is_long, has_profit=not is_exit)
    if is_exit:
        _check_apart(exits.stop_loss, terms.limit_price, is_long=is_long)


def _check(exits: Exits, base: Decimal, *, is_long: bool, has_profit: bool) -> None:
    above, below = f">= base_price + {CENT}", f"<= base_price - {CENT}"
    profit = exits.take_profit if has_profit else None
    if profit is not None and not _is_beyond(profit, base, is_above=is_long):
        words = above if is_long else below
        raise unprocessable(f"take_profit.limit_price must be {words}", base_price=number(base))
    loss = exits.stop_loss
    if loss is not None and not _is_beyond(loss, base, is_above=not is_long):
        words = below if is_long else above
        raise unprocessable(f"stop_loss.stop_price must be {words}", base_price=number(base))


def _is_beyond(price: Decimal, base: Decimal, *, is_above: bool) -> bool:
    return price >= base + CENT if is_above else price <= base - CENT


def _check_apart(stop: Decimal | None, profit: Decimal | None, *, is_long: bool) -> None:
    if stop is None or profit is None:
        return
    if is_long and profit <= stop:
        raise unprocessable("take_profit.limit_price must be greater than stop_loss.stop_price")
    if not is_long and profit >= stop:
        raise unprocessable("take_profit.limit_price must be less than stop_loss.stop_price")


def check_standby(terms: Terms, standing: Standing) -> None:
    """Check the new prices of a leg that stands by; its shares are its twin's.

    Raises:
        Rejection: when they are between two ticks.
    """
    prices_are_on_tick(terms, standing)
