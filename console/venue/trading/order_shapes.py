"""Whether the terms of an order fit together, whatever the market and the account say."""

from collections.abc import Callable
from decimal import Decimal

from console.domain.orders import OrderType, TimeInForce
from console.venue.trading.asset_classes import AssetClass, class_of
from console.venue.trading.crypto_shapes import has_few_places, is_of_a_crypto_type, is_simple
from console.venue.trading.hours import AUCTIONS
from console.venue.trading.orders import FRACTION, Terms
from console.venue.trading.rejections import forbidden, malformed, unprocessable

FEWEST_TRAIL_PERCENT = Decimal("0.1")
MOST_PLACES = 9
FRACTIONAL_TYPES = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT)
LASTING = (TimeInForce.DAY, TimeInForce.GTC)
IMMEDIATE = (TimeInForce.IOC, TimeInForce.FOK)


def has_a_quantity(terms: Terms) -> None:
    """Either shares or dollars."""
    if terms.qty is None and terms.notional is None:
        raise malformed("qty or notional is required")
    if terms.qty is not None and terms.notional is not None:
        raise malformed("only one of qty or notional is accepted")


def has_the_prices_of_its_type(terms: Terms) -> None:
    """What each type needs, and nothing that it has no use for."""
    has_limit, has_stop = terms.limit_price is not None, terms.stop_price is not None
    if terms.type is OrderType.MARKET and (has_limit or has_stop):
        raise malformed("market orders require no stop or limit price")
    if terms.type is OrderType.LIMIT and not has_limit:
        raise malformed("limit orders require a limit price")
    if terms.type is OrderType.LIMIT and has_stop:
        raise malformed("limit orders require only limit price")
    if terms.type is OrderType.STOP and not has_stop:
        raise malformed("stop orders require a stop price")
    if terms.type is OrderType.STOP and has_limit:
        raise malformed("stop orders require only stop price")
    if terms.type is OrderType.STOP_LIMIT and not (has_limit and has_stop):
        raise malformed("stop limit orders require both stop and limit price")


def has_a_trail_if_trailing(terms: Terms) -> None:
    """One trail for a trailing stop, none for others."""
    trails = [t for t in (terms.trail_price, terms.trail_percent) if t is not None]
    if terms.type is not OrderType.TRAILING_STOP:
        if trails:
            raise malformed("only trailing stop orders may have trail_price or trail_percent")
        return
    if len(trails) != 1:
        raise malformed("trailing stop orders must specify one of trail_price or trail_percent")
    if terms.limit_price is not None or terms.stop_price is not None:
        raise malformed("trailing stop orders require no stop or limit price")
    if terms.trail_percent is not None and terms.trail_percent < FEWEST_TRAIL_PERCENT:
        raise malformed("trail_percent >= 0.1")
    if terms.time_in_force not in LASTING:
        raise unprocessable("trailing stop orders must be DAY or GTC orders")


def lasts_as_its_type_may(terms: Terms) -> None:
    """Only market and limit orders may be immediate or for an auction."""
    if terms.time_in_force in (*IMMEDIATE, *AUCTIONS) and terms.type not in (
        OrderType.MARKET,
        OrderType.LIMIT,
    ):
        raise unprocessable(f"{terms.time_in_force} orders must be market or limit orders")
    if terms.extended_hours and (
        terms.type is not OrderType.LIMIT or terms.time_in_force not in LASTING
    ):
        raise unprocessable("extended hours order must be DAY or GTC limit orders")


def fractions_are_simple(terms: Terms) -> None:
    """Parts of a share trade as day orders of the plain types."""
    if terms.qty is not None and terms.qty % 1 == 0:
        return
    if terms.qty is not None and terms.qty % FRACTION != 0:
        raise malformed(f"qty must have no more than {MOST_PLACES} decimal places")
    if terms.notional is not None and terms.notional % FRACTION != 0:
        raise malformed(f"notional must have no more than {MOST_PLACES} decimal places")
    if terms.time_in_force is not TimeInForce.DAY:
        raise unprocessable("fractional orders must be DAY orders")
    if terms.type not in FRACTIONAL_TYPES:
        raise unprocessable("fractional orders must be market, limit, stop, or stop_limit orders")
    if terms.notional is not None and terms.notional < 1:
        raise forbidden("cost basis must be >= minimal amount of order 1")


SHAPES: tuple[Callable[[Terms], None], ...] = (
    has_a_quantity,
    has_the_prices_of_its_type,
    has_a_trail_if_trailing,
    lasts_as_its_type_may,
    fractions_are_simple,
)


COIN_SHAPES: tuple[Callable[[Terms], None], ...] = (
    is_simple,
    has_a_quantity,
    is_of_a_crypto_type,
    has_the_prices_of_its_type,
    has_a_trail_if_trailing,
    has_few_places,
)


def check_terms(terms: Terms) -> None:
    """Check that terms fit together.

    Raises:
        Rejection: the first thing that does not.
    """
    is_coin = class_of(terms.symbol) is AssetClass.CRYPTO
    for shape in COIN_SHAPES if is_coin else SHAPES:
        shape(terms)
