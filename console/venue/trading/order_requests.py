"""Reading what clients send: order tickets and replacements.

Numbers come as JSON numbers or strings, booleans as `true` or "True"; nulls and
unknown keys are nothing. Whether terms fit together is in `order_shapes`, whether
they are allowed in `rules`.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from console.domain.orders import OrderType, Side, TimeInForce
from console.venue.trading.class_shapes import check_class
from console.venue.trading.ids import new_id
from console.venue.trading.order_shapes import check_terms
from console.venue.trading.orders import Exits, Intent, OrderClass, Terms
from console.venue.trading.rejections import malformed, unprocessable

LONGEST_CLIENT_ID = 128
LARGEST, SMALLEST = 12, -30
"""Powers of ten between which every number of an order lies."""
NUMBERS = ("qty", "notional", "limit_price", "stop_price", "trail_price", "trail_percent")

Word = TypeVar("Word", Side, OrderType, TimeInForce, Intent)


def read_ticket(body: Mapping[str, Any]) -> Terms:
    """Return the terms of a new order.

    Raises:
        Rejection: when the body is no order.
    """
    if body.get("advanced_instructions"):
        raise unprocessable("advanced_instructions are not available for this account")
    order_class, exits = _read_class(body.get("order_class")), _read_exits(body)
    numbers = {name: read_number(body, name) for name in NUMBERS if name in body}
    if order_class is OrderClass.OCO and exits and exits.take_profit is not None:
        numbers["limit_price"] = exits.take_profit
    terms = Terms(
        symbol=_symbol(body.get("symbol")),
        side=_choice(Side, body.get("side"), "side"),
        type=_choice(OrderType, body.get("type"), "order type"),
        time_in_force=_choice(TimeInForce, body.get("time_in_force"), "time_in_force"),
        client_order_id=_client_order_id(body.get("client_order_id")) or new_id(),
        extended_hours=read_flag(body.get("extended_hours")),
        order_class=order_class,
        exits=exits,
        intent=_intent(body.get("position_intent")),
        **numbers,
    )
    check_class(terms)
    check_terms(terms)
    return terms


def read_changes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changed terms of a replacement; what is absent stays.

    Raises:
        Rejection: when a value makes no sense.
    """
    if body.get("notional") not in (None, ""):
        raise malformed("notional cannot be replaced")
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
    if not number.is_finite() or not SMALLEST < number.adjusted() < LARGEST:
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


def _intent(value: Any) -> Intent | None:
    if value in (None, ""):
        return None
    return _choice(Intent, value, "position_intent")


def _client_order_id(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise malformed("invalid client_order_id")
    if len(value) > LONGEST_CLIENT_ID:
        raise malformed("client_order_id must be no more than 128 characters")
    return value


def _read_class(value: Any) -> OrderClass:
    if value in (None, "", "simple"):
        return OrderClass.SIMPLE
    if value == "mleg":
        raise unprocessable("mleg orders are not offered by this venue: it trades no options")
    try:
        return OrderClass(value)
    except ValueError:
        raise malformed("invalid order_class") from None


def _read_exits(body: Mapping[str, Any]) -> Exits | None:
    profit, loss = _part(body, "take_profit"), _part(body, "stop_loss")
    if not profit and not loss:
        return None
    exits = Exits(
        take_profit=read_number(profit, "limit_price"),
        stop_loss=read_number(loss, "stop_price"),
        stop_loss_limit=read_number(loss, "limit_price"),
    )
    return None if exits == Exits() else exits


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    if part in (None, ""):
        return {}
    if not isinstance(part, Mapping):
        raise malformed(f"invalid {name}")
    return part
