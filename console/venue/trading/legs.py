"""The legs of brackets, OCO and OTO orders: made with their parent, bound to its fate.

Only one exit of a group ever trades: the take-profit works, the stop-loss stands by
(`held`) and is watched; when it is set off the take-profit goes first. So the two
never sell the same share twice.
"""

from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace

from console.domain.orders import OrderStatus, OrderType, Side
from console.venue.trading.blotter import Blotter
from console.venue.trading.orders import (
    ZERO,
    EventKind,
    Exits,
    Intent,
    Order,
    OrderClass,
    Role,
    Terms,
)

WORKING = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.PENDING_CANCEL)


Tell = Callable[[Order, EventKind, int], Order]


class Legs:
    """What happens to the members of a group when something happens to one of them."""

    def __init__(
        self,
        *,
        blotter: Blotter,
        put: Callable[[Order], None],
        tell: Tell,
        end: Callable[[Order, EventKind, int], None],
        new_id: Callable[[], str],
    ) -> None:
        self._blotter = blotter
        self._put = put
        self._tell = tell
        self._end = end
        self._new_id = new_id

    def headed(self, order: Order) -> Order:
        """Return an order as the parent of its group; a simple one as it is."""
        order_class = order.terms.order_class
        if order_class is OrderClass.SIMPLE:
            return order
        role = Role.TAKE_PROFIT if order_class is OrderClass.OCO else Role.ENTRY
        return replace(order, group_id=self._new_id(), role=role)

    def take(self, parent: Order, next_seq: Callable[[], int]) -> None:
        """Make the legs a parent asks for; they are held."""
        if parent.terms.exits is None or parent.group_id is None:
            return
        for role, terms in self._terms(parent.terms, parent.terms.exits):
            leg = replace(
                parent,
                id=self._new_id(),
                seq=next_seq(),
                terms=terms,
                role=role,
                parent_id=parent.id,
                intent=_closing(terms.side),
                reserve_price=ZERO,
                status=OrderStatus.HELD,
            )
            self._tell(leg, EventKind.HELD, parent.submitted_at)

    def _terms(self, parent: Terms, exits: Exits) -> list[tuple[Role, Terms]]:
        is_exit = parent.order_class is OrderClass.OCO
        legs: list[tuple[Role, Terms]] = []
        if exits.take_profit is not None and not is_exit:
            legs.append((Role.TAKE_PROFIT, self._leg(parent, OrderType.LIMIT, exits.take_profit)))
        if exits.stop_loss is not None:
            kind = OrderType.STOP if exits.stop_loss_limit is None else OrderType.STOP_LIMIT
            leg = self._leg(parent, kind, exits.stop_loss_limit, exits.stop_loss)
            legs.append((Role.STOP_LOSS, leg))
        return legs

    def _leg(
        self, parent: Terms, kind: OrderType, limit: Decimal | None, stop: Decimal | None = None
    ) -> Terms:
        is_exit = parent.order_class is OrderClass.OCO
        return Terms(
            symbol=parent.symbol,
            side=parent.side if is_exit else parent.side.opposite,
            type=kind,
            time_in_force=parent.time_in_force,
            client_order_id=self._new_id(),
            qty=parent.qty,
            limit_price=limit,
            stop_price=stop,
            order_class=parent.order_class,
        )

    def after_arrival(self, order: Order) -> None:
        """Watch the stop-loss of a take-profit that came with it."""
        if order.terms.order_class is OrderClass.OCO:
            for mate in self._blotter.mates(order):
                self._put(mate)

    def after_fill(self, order: Order, now: int) -> None:
        """Release the legs of a filled entry; keep an exit's twin to what is left to exit."""
        if order.group_id is None:
            return
        if order.role is Role.ENTRY:
            if not order.is_open:
                self._release(order, now)
            return
        for mate in self._blotter.mates(order):
            if order.is_open:
                qty = mate.filled_qty + order.leaves_qty
                smaller = replace(mate, terms=replace(mate.terms, qty=qty), updated_at=now)
                self._tell(smaller, EventKind.RESTATED, now)
            else:
                self._end(mate, EventKind.CANCELED, now)

    def _release(self, entry: Order, now: int) -> None:
        """Let the first exit work and watch the other."""
        legs = sorted(self._blotter.mates(entry), key=_exits_second)
        for place, leg in enumerate(legs):
            if place == 0 and leg.status is OrderStatus.HELD:
                working = replace(leg, status=OrderStatus.NEW, updated_at=now)
                self._put(self._tell(working, EventKind.NEW, now))
            else:
                self._put(leg)

    def after_close(self, order: Order, kind: EventKind, now: int) -> None:
        """End the whole group with one of its members."""
        if order.group_id is not None:
            for mate in self._blotter.mates(order):
                self._end(mate, kind, now)

    def set_off(self, order: Order, now: int) -> Order:
        """Let a stop-loss work that the market has reached: its twin goes first."""
        if order.group_id is None:
            return order
        for mate in self._blotter.mates(order):
            self._end(mate, EventKind.CANCELED, now)
        if order.status is not OrderStatus.HELD:
            return order
        return self._tell(replace(order, status=OrderStatus.NEW), EventKind.NEW, now)

    def after_replacement(self, old: Order, new: Order) -> list[Order]:
        """Return the legs as they hang on the order that took their parent's place."""
        return [
            replace(leg, parent_id=new.id)
            for leg in self._blotter.mates(new)
            if leg.parent_id == old.id
        ]

    def is_watched(self, leg: Order) -> bool:
        """Whether a leg that stands by may be set off: what it protects is there."""
        if leg.parent_id is None:
            return False
        parent = self._blotter.orders[leg.parent_id]
        if parent.role is Role.ENTRY:
            return parent.status is OrderStatus.FILLED
        return parent.status in WORKING


def _exits_second(leg: Order) -> bool:
    return leg.role is Role.STOP_LOSS


def _closing(side: Side) -> Intent:
    return Intent.SELL_TO_CLOSE if side is Side.SELL else Intent.BUY_TO_CLOSE
