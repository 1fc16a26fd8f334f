"""What the rules look at besides the order itself: account, open orders, market."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from console.domain.orders import Side
from console.venue.trading.accounts import Account
from console.venue.trading.asset_classes import class_of
from console.venue.trading.open_orders import OpenOrders, held
from console.venue.trading.orders import ZERO, Intent, Order, Terms, price_tick
from console.venue.trading.rejections import unprocessable
from console.venue.view import MarketView
from console.venue.wire.trading import number


class Standing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How things stand when an order comes."""

    account: Account
    open_orders: OpenOrders
    view: MarketView
    position_qty: Decimal
    """What the account holds of the order's symbol."""
    intent: Intent
    """What the order does to it."""
    replaced: Order | None = None
    """The order that makes room for this one, if any."""
    may_close_suspended: bool = False
    """Whether an account that has suspended trading may still close its positions."""

    @property
    def reserved(self) -> Decimal:
        """The dollars that orders hold which stay when this one comes."""
        gone = self.replaced.reserved if self.replaced else ZERO
        return self.open_orders.reserved - gone

    @property
    def reserved_in_full(self) -> Decimal:
        """The part of it that no money may be borrowed for."""
        replaced = self.replaced
        if replaced is None or class_of(replaced.terms.symbol).is_marginable:
            return self.open_orders.reserved_in_full
        return self.open_orders.reserved_in_full - replaced.reserved

    def last_price(self, symbol: str) -> Decimal:
        """Return the current price of a symbol.

        Raises:
            Rejection: when the market has not shown one yet.
        """
        price = self.view.last_price(symbol)
        if price is None:
            raise unprocessable(f'no market price for "{symbol}" yet')
        return price

    def others(self, symbol: str, side: Side) -> list[Order]:
        """Return the open orders that stay when this one comes."""
        return self._without_replaced(self.open_orders.of(symbol, side))

    def holders(self, symbol: str, side: Side) -> list[Order]:
        """Return the orders that hold shares and stay when this one comes."""
        return self._without_replaced(self.open_orders.holders(symbol, side))

    def _without_replaced(self, orders: Iterable[Order]) -> list[Order]:
        gone = self.replaced.id if self.replaced else None
        return [order for order in orders if order.id != gone]


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a position may still be sold or bought back, and Alpaca's facts about it."""

    available: Decimal
    facts: dict[str, Any]


def available_to(terms: Terms, standing: Standing) -> Stock:
    """Return what a closing order may close: the position less what others hold of it."""
    position_qty = standing.position_qty
    others = standing.holders(terms.symbol, terms.side)
    price = standing.view.last_price(terms.symbol)
    held_qty = sum((held(order, price) for order in others), ZERO)
    available = max(abs(position_qty) - held_qty, ZERO)
    facts = {
        "available": number(available),
        "existing_qty": number(position_qty),
        "held_for_orders": number(held_qty),
        "related_orders": [order.id for order in others],
        "symbol": terms.symbol,
    }
    return Stock(available=available, facts=facts)


def intent_of(terms: Terms, position_qty: Decimal) -> Intent:
    """Return what an order does to the position there is."""
    if terms.side is Side.BUY:
        return Intent.BUY_TO_CLOSE if position_qty < 0 else Intent.BUY_TO_OPEN
    return Intent.SELL_TO_CLOSE if position_qty > 0 else Intent.SELL_TO_OPEN


def prices_are_on_tick(terms: Terms, standing: Standing) -> None:  # noqa: ARG001 - a rule's signature
    """Refuse prices between two ticks."""
    exits = terms.exits
    priced = [("limit_price", terms.limit_price), ("stop_price", terms.stop_price)]
    if exits:
        priced.append(("take_profit.limit_price", exits.take_profit))
        priced.append(("stop_loss.stop_price", exits.stop_loss))
        priced.append(("stop_loss.limit_price", exits.stop_loss_limit))
    for label, price in priced:
        if price is not None and price % price_tick(price) != 0:
            raise unprocessable(
                f"invalid {label} {number(price)}. sub-penny increment does not fulfill "
                "minimum pricing criteria"
            )
