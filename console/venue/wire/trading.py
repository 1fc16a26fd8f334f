"""JSON shapes of the trading API: decimals as strings, times as RFC 3339."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

from console.venue.markets.market import Listing
from console.venue.trading.accounts import Account, Activity, Settings
from console.venue.trading.asset_classes import class_of, joined
from console.venue.trading.orders import ZERO, Fill, Order, OrderEvent
from console.venue.trading.positions import Position
from console.venue.wire.timestamps import new_york, rfc3339

ASSETS = uuid5(NAMESPACE_DNS, "assets.killcord")
CENTS = Decimal("0.01")
MICROS = Decimal("0.000001")
EXCHANGES = frozenset({"AMEX", "ARCA", "BATS", "NYSE", "NASDAQ", "NYSEARCA", "OTC"})


def number(value: Decimal) -> str:
    """Return a decimal as Alpaca writes it: no exponent, no zeros at the end."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def optional(value: Decimal | None) -> str | None:
    """Return a decimal or null."""
    return None if value is None else number(value)


def moment(at: int | None) -> str | None:
    """Return a time or null."""
    return None if at is None else rfc3339(at)


@lru_cache(maxsize=4096)
def asset_id(symbol: str) -> str:
    """Return the id of a symbol: the same on every start."""
    return str(uuid5(ASSETS, symbol))


def order_json(order: Order, legs: Sequence[Order] = ()) -> dict[str, Any]:
    """Return an order as every answer and event carries it, with the legs it came with."""
    terms = order.terms
    average = order.avg_price
    told: dict[str, Any] = {
        "id": order.id,
        "client_order_id": terms.client_order_id,
        "created_at": rfc3339(order.created_at),
        "updated_at": rfc3339(order.updated_at),
        "submitted_at": rfc3339(order.submitted_at),
        "filled_at": moment(order.filled_at),
        "expired_at": moment(order.expired_at),
        "expires_at": moment(order.expires_at),
        "canceled_at": moment(order.canceled_at),
        "failed_at": moment(order.failed_at),
        "replaced_at": moment(order.replaced_at),
        "replaced_by": order.replaced_by,
        "replaces": order.replaces,
        "asset_id": asset_id(terms.symbol),
        "symbol": terms.symbol,
        "asset_class": class_of(terms.symbol),
        "notional": optional(terms.notional),
        "qty": optional(terms.qty),
        "filled_qty": number(order.filled_qty),
        "filled_avg_price": None if average is None else number(average.quantize(MICROS)),
        "order_class": terms.order_class,
        "order_type": terms.type,
        "type": terms.type,
        "side": terms.side,
        "position_intent": order.intent,
        "time_in_force": terms.time_in_force,
        "limit_price": optional(terms.limit_price),
        "stop_price": optional(order.stop_price),
        "status": order.status,
        "extended_hours": terms.extended_hours,
        "legs": [order_json(leg) for leg in legs] or None,
        "trail_percent": optional(terms.trail_percent),
        "trail_price": optional(terms.trail_price),
        "hwm": optional(order.hwm),
        "subtag": None,
        "source": None,
    }
    if order.group_id and order.role:
        told["group_id"], told["group_role"] = order.group_id, order.role
    return told


def event_json(event: OrderEvent, *, event_id: str, execution_id: str) -> dict[str, Any]:
    """Return an order event as the trading stream carries it."""
    data: dict[str, Any] = {
        "event": event.kind,
        "event_id": event_id,
        "execution_id": event.fill.id if event.fill else execution_id,
        "at": rfc3339(event.at),
        "timestamp": rfc3339(event.at),
        "order": order_json(event.order),
        "position_qty": number(event.position_qty),
    }
    if event.fill:
        data["price"] = number(event.fill.price)
        data["qty"] = number(event.fill.qty)
    return data


def position_json(
    position: Position,
    *,
    account: Account,
    exchange: str,
    held: Decimal,
    previous_close: Decimal | None,
    cost_today: Decimal,
) -> dict[str, Any]:
    """Return a holding, valued at the last price."""
    price = account.price(position)
    value = position.qty * price
    gain, gain_today = value - position.cost, value - cost_today
    yesterday = previous_close or price
    change = price - yesterday
    asset_class = class_of(position.symbol)
    return {
        "asset_id": asset_id(position.symbol),
        "symbol": joined(position.symbol),
        "exchange": exchange,
        "asset_class": asset_class.value,
        "asset_marginable": asset_class.is_marginable,
        "qty": number(position.qty),
        "qty_available": number(max(abs(position.qty) - held, ZERO)),
        "avg_entry_price": number(position.avg_entry_price.quantize(MICROS)),
        "side": position.side,
        "market_value": number(value),
        "cost_basis": number(position.cost),
        "unrealized_pl": number(gain),
        "unrealized_plpc": number((gain / abs(position.cost)).quantize(MICROS)),
        "unrealized_intraday_pl": number(gain_today.quantize(MICROS)),
        "unrealized_intraday_plpc": number((gain_today / abs(cost_today)).quantize(MICROS)),
        "current_price": number(price),
        "lastday_price": number(yesterday),
        "change_today": number((change / yesterday).quantize(MICROS)),
    }


def account_json(
    account: Account, *, reserved: Decimal, in_full: Decimal, now: int
) -> dict[str, Any]:
    """Return the account as it stands; open orders reserve, some of it `in_full`."""
    worth = account.worth
    equity = worth.equity
    free = worth.buying_power(reserved, in_full=in_full)
    regulated = worth.buying_power(reserved, in_full=in_full, most_times=2)
    unborrowed = worth.unborrowed(reserved)
    return {
        "id": account.opened.id,
        "account_number": account.opened.number,
        "status": "ACTIVE",
        "crypto_status": "ACTIVE",
        "currency": "USD",
        "cash": number(account.cash),
        "equity": number(equity),
        "last_equity": number(account.last_equity),
        "portfolio_value": number(equity),
        "long_market_value": number(worth.long),
        "short_market_value": number(worth.short),
        "buying_power": number(free.quantize(CENTS, rounding="ROUND_DOWN")),
        "regt_buying_power": number(regulated.quantize(CENTS, rounding="ROUND_DOWN")),
        "non_marginable_buying_power": number(unborrowed.quantize(CENTS, rounding="ROUND_DOWN")),
        "options_buying_power": "0",
        "initial_margin": number(worth.initial_margin),
        "maintenance_margin": number(worth.maintenance_margin),
        "last_maintenance_margin": number(worth.maintenance_margin),
        "sma": number(account.last_equity),
        "multiplier": str(worth.multiplier),
        "shorting_enabled": worth.may_short,
        "account_blocked": False,
        "trading_blocked": False,
        "transfers_blocked": False,
        "trade_suspended_by_user": account.settings.suspend_trade,
        "accrued_fees": "0",
        "pending_transfer_in": "0",
        "pending_transfer_out": "0",
        "pending_reg_taf_fees": "0",
        "intraday_adjustments": "0",
        "options_approved_level": 0,
        "options_trading_level": 0,
        "balance_asof": new_york(now).date().isoformat(),
        "created_at": rfc3339(account.opened.at),
    }


def settings_json(settings: Settings) -> dict[str, Any]:
    """Return the account's configurations."""
    return {name: getattr(settings, name) for name in Settings.__struct_fields__}


def exchange_of(listing: Listing) -> str:
    """Return where a stock is listed, in the wire's words."""
    return listing.exchange if listing.exchange in EXCHANGES else "NYSE"


def asset_json(listing: Listing) -> dict[str, Any]:
    """Return a listed stock."""
    return {
        "id": asset_id(listing.symbol),
        "class": "us_equity",
        "exchange": exchange_of(listing),
        "symbol": listing.symbol,
        "name": listing.name,
        "status": "active",
        "tradable": True,
        "marginable": True,
        "shortable": True,
        "easy_to_borrow": True,
        "borrow_status": "easy_to_borrow",
        "fractionable": True,
        "maintenance_margin_requirement": 30,
        "margin_requirement_long": "30",
        "margin_requirement_short": "30",
        "attributes": ["fractional_eh_enabled"],
    }


def activity_json(fill: Fill) -> dict[str, Any]:
    """Return a fill as an account activity."""
    is_last = fill.leaves_qty == 0
    side = "sell_short" if fill.is_short_sale else fill.side.value
    return {
        "id": activity_id(fill),
        "activity_type": "FILL",
        "transaction_time": rfc3339(fill.at),
        "type": "fill" if is_last else "partial_fill",
        "price": number(fill.price),
        "qty": number(fill.qty),
        "side": side,
        "symbol": fill.symbol,
        "leaves_qty": number(fill.leaves_qty),
        "order_id": fill.order_id,
        "cum_qty": number(fill.cum_qty),
        "order_status": "filled" if is_last else "partially_filled",
    }


def other_activity_json(activity: Activity) -> dict[str, Any]:
    """Return what is no fill as an account activity."""
    told = {
        "id": activity_id(activity),
        "activity_type": activity.kind,
        "date": new_york(activity.at).date().isoformat(),
        "created_at": rfc3339(activity.at),
        "net_amount": number(activity.net_amount),
        "symbol": activity.symbol,
        "qty": number(activity.qty),
        "currency": "USD",
        "status": "executed",
    }
    if activity.per_share_amount is not None:
        told["per_share_amount"] = number(activity.per_share_amount)
    return told


def activity_id(fill: Fill | Activity) -> str:
    """Return `YYYYMMDDHHMMSSmmm::uuid`, which sorts by time."""
    text = rfc3339(fill.at)
    digits = "".join(c for c in text[:23] if c.isdigit())
    return f"{digits}::{UUID(fill.id)}"
