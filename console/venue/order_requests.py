"""Reading what clients send: order tickets and replacements, with every error of shape.

Numbers come as JSON numbers or strings, booleans as `true` or "True"; nulls and
unknown keys are nothing. Rules of the market and the account are in `rules`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import uuid4

from console.domain.orders import OrderType, Side, TimeInForce
from console.venue.orders import FRACTION, Terms
from console.venue.rejections import forbidden, malformed, unprocessable

LONGEST_CLIENT_ID = 128
LARGEST = Decimal(10) ** 12
FEWEST_TRAIL_PERCENT = Decimal("0.1")
MOST_PLACES = 9

Word = TypeVar("Word", Side, OrderType, TimeInForce)
FRACTIONAL_TYPES = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT)
LASTING = (TimeInForce.DAY, TimeInForce.GTC)
IMMEDIATE = (TimeInForce.IOC, TimeInForce.FOK)
AUCTIONS = (TimeInForce.OPG, TimeInForce.CLS)


def read_ticket(body: Mapping[str, Any]) -> Terms:
    """Return the terms of a new order.

    Raises:
        Rejection: when the body is no order.
    """
    _check_class(body)
    terms = Terms(
        symbol=_symbol(body.get("symbol")),
        side=_choice(Side, body.get("side"), "side"),
        type=_choice(OrderType, body.get("type"), "order type"),
        time_in_force=_choice(TimeInForce, body.get("time_in_force"), "time_in_force"),
        client_order_id=_client_order_id(body.get("client_order_id")) or str(uuid4()),
        qty=read_number(body, "qty"),
        notional=read_number(body, "notional"),
        limit_price=read_number(body, "limit_price"),
        stop_price=read_number(body, "stop_price"),
        trail_price=read_number(body, "trail_price"),
        trail_percent=read_number(body, "trail_percent"),
        extended_hours=read_flag(body.get("extended_hours")),
    )
    check_terms(terms)
    return terms


def read_changes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changed terms of a replacement; what is absent stays.

    Raises:
        Rejection: when a value makes no sense.
    """
    changes: dict[str, Any] = {
        name: value
        for name in ("qty", "limit_price", "stop_price", "trail")
        if (value := read_number(body, name)) is not None
    }
    if body.get("time_in_force") is not None:
        changes["time_in_force"] = _choice(TimeInForce, body["time_in_force"], "time_in_force")
    if client_order_id := _client_order_id(body.get("client_order_id")):
        changes["client_order_id"] = client_order_id
    return changes


def read_number(body: Mapping[str, Any], name: str) -> Decimal | None:
    """Return a number that is more than 0, or None when it is absent.

    Raises:
        Rejection: when it is no such number.
    """
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise malformed(f"invalid {name}")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise malformed(f"invalid {name}") from None
    if not number.is_finite() or number.adjusted() >= LARGEST.adjusted():
        raise malformed(f"invalid {name}")
    if not number > 0:
        raise malformed(f"{name} must be > 0")
    return number


def read_flag(value: Any) -> bool:
    """Return a boolean however the client spells it: true, "True", 1."""
    return (
        value is True or value == 1 or (isinstance(value, str) and value.lower() in ("true", "1"))
    )


def _symbol(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise malformed("symbol is required")
    return value.strip().upper()


def _choice(kind: type[Word], value: Any, label: str) -> Word:
    try:
        return kind(value.lower() if isinstance(value, str) else value)
    except ValueError:
        raise malformed(f"invalid {label}") from None


def _client_order_id(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise malformed("invalid client_order_id")
    if len(value) > LONGEST_CLIENT_ID:
        raise malformed("client_order_id must be no more than 128 characters")
    return value


def _check_class(body: Mapping[str, Any]) -> None:
    order_class = body.get("order_class")
    if order_class not in (None, "", "simple"):
        raise unprocessable(f'order class "{order_class}" is not offered by this venue')


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
    """Only market and limit orders may be immediate; auctions are not held here."""
    if terms.time_in_force in AUCTIONS:
        raise unprocessable(f"{terms.time_in_force} orders are not offered by this venue")
    if terms.time_in_force in IMMEDIATE and terms.type not in (OrderType.MARKET, OrderType.LIMIT):
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


def check_terms(terms: Terms) -> None:
    """Check that terms fit together.

    Raises:
        Rejection: the first thing that does not.
    """
    for shape in SHAPES:
        shape(terms)
