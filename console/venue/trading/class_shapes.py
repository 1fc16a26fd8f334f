"""Whether an order of a class names the exits its class needs, and can have any."""

from console.domain.orders import OrderType, TimeInForce
from console.venue.trading.asset_classes import AssetClass, class_of
from console.venue.trading.crypto_shapes import is_simple
from console.venue.trading.orders import Exits, OrderClass, Terms
from console.venue.trading.rejections import malformed, unprocessable

LASTING = (TimeInForce.DAY, TimeInForce.GTC)


def check_class(terms: Terms) -> None:
    """Check that terms and exits fit the class.

    Raises:
        Rejection: the first thing that does not.
    """
    if terms.order_class is OrderClass.SIMPLE:
        if terms.exits:
            raise malformed("simple orders require no take_profit or stop_loss")
        return
    if class_of(terms.symbol) is AssetClass.CRYPTO:
        is_simple(terms)
    _names_its_exits(terms)
    _is_plain(terms)


def _names_its_exits(terms: Terms) -> None:
    exits, order_class = terms.exits or Exits(), terms.order_class
    if exits.stop_loss_limit is not None and exits.stop_loss is None:
        raise malformed(f"{order_class} orders require stop_loss.stop_price")
    if order_class is OrderClass.OTO:
        if (exits.take_profit is None) == (exits.stop_loss is None):
            raise malformed("oto orders require one of take_profit or stop_loss")
        return
    has_profit = exits.take_profit is not None
    if order_class is OrderClass.OCO and terms.limit_price is not None:
        has_profit = True
    if not has_profit:
        raise malformed(f"{order_class} orders require take_profit.limit_price")
    if exits.stop_loss is None:
        raise malformed(f"{order_class} orders require stop_loss.stop_price")


def _is_plain(terms: Terms) -> None:
    order_class = terms.order_class
    if terms.qty is None or terms.qty % 1 != 0:
        raise _of_parts(terms)
    if order_class is OrderClass.OCO and terms.type is not OrderType.LIMIT:
        raise unprocessable("oco orders must be limit orders")
    if terms.type is OrderType.TRAILING_STOP:
        raise unprocessable("trailing stop orders must be simple orders")
    if terms.extended_hours:
        raise unprocessable("extended hours order must be DAY or GTC limit orders")
    if terms.time_in_force not in LASTING:
        raise unprocessable(f"{order_class} orders must be DAY or GTC orders")


def _of_parts(terms: Terms) -> Exception:
    if terms.qty is None and terms.notional is None:
        return malformed("qty or notional is required")
    return unprocessable("fractional orders must be simple orders")
