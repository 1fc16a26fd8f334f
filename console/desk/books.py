"""Where every word on orders, fills, positions and the account enters the state.

It does not matter who told: the stream, a look-up, a reconciliation. Here an
order is recognised as ours or foreign, a fill gets its order's name, and what is
new is recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from console.desk.ledger import Ledger
from console.desk.recorder import THE_DESK, Recorder
from console.desk.store import Store
from console.domain.events import FillBooked, HoldingUpdated, OrderUpdated, PositionsReported
from console.domain.fills import Fill
from console.domain.ledger import Holding
from console.domain.order_ids import is_ours
from console.domain.orders import Order, OrderStatus
from console.domain.positions import Position
from console.domain.tellings import newest, unfolded
from console.ports import Clock, Setting

POSITIONS = "positions"
"""The setting under which the last seen holdings outlive the desk."""


class Books:
    """What we know of our orders, fills and holdings."""

    def __init__(self, *, store: Store, recorder: Recorder, clock: Clock) -> None:
        self._store = store
        self._recorder = recorder
        self._clock = clock
        self._key_of: dict[str, str] = {}
        self._filled: dict[str, Decimal] = {}
        self.ledger = Ledger()
        self.on_short: Callable[[Order], None] = lambda _order: None
        """Called with an order that was told with more filled than its fills add up to."""

    def remember(self, fills: Sequence[Fill]) -> None:
        """Take up the fills that a former desk has booked."""
        for fill in fills:
            self._filled[fill.order] = self._filled.get(fill.order, Decimal(0)) + fill.qty
        self._store.apply(*(FillBooked(fill) for fill in fills))

    def name(self, order: Order) -> Order:
        """Return the order marked as foreign if no Killcord desk named it."""
        if order.is_foreign or order.is_leg or is_ours(order.key):
            return order
        return replace(order, is_foreign=True)

    def is_news(self, order: Order) -> bool:
        """Return whether this is a later word on the order, or a leg of it, than we have."""
        return any(self._is_news(told) for told in unfolded(order))

    def tell_order(self, order: Order, *, source: str) -> bool:
        """Take in what the broker said of an order and its legs; return whether it was news."""
        news = [self._tell_one(told, source) for told in unfolded(order)]
        return any(news)

    def _is_news(self, order: Order) -> bool:
        known = self._store.state.orders.get(order.key)
        return known is None or newest(known, self.name(order)) is not known

    def _tell_one(self, order: Order, source: str) -> bool:
        if order.broker_id is not None:
            self._learn_name(order.broker_id, order.key)
        if not self._is_news(order):
            return False
        self._store.apply(OrderUpdated(self.name(order)))
        told = self._store.state.orders[order.key]
        self._recorder.note("order.told", THE_DESK, {"source": source, **terms(told)}, told)
        if self.is_short(told.key):
            self.on_short(told)
        return True

    def is_short(self, key: str) -> bool:
        """Whether an order's fills add up to less than the broker says was filled."""
        order = self._store.state.orders[key]
        return self._filled.get(key, Decimal(0)) < order.filled_qty

    def tell_fill(self, fill: Fill, *, source: str) -> bool:
        """Take in an execution, by whatever id its order is named; return if it was news."""
        told = replace(fill, order=self.key_of(fill.order))
        if told.execution_id in self._store.state.fills or self._is_one_too_many(told):
            return False
        self._filled[told.order] = self._filled.get(told.order, Decimal(0)) + told.qty
        self._store.apply(FillBooked(told))
        held = self.ledger.book(told)
        if held is not None:
            self._store.apply(HoldingUpdated(held))
        body = {
            "source": source,
            "execution": told.execution_id,
            "order": told.order,
            "symbol": told.symbol,
            "side": told.side.value,
            "qty": str(told.qty),
            "price": str(told.price),
        }
        rows = (told, self._holdings_row()) if self.ledger.is_open else (told,)
        self._recorder.note("fill.told", THE_DESK, body, *rows)
        return True

    def _learn_name(self, broker_id: str, key: str) -> None:
        """Learn what an order is called; fills that were told before the order get its name."""
        self._key_of[broker_id] = key
        if key == broker_id or broker_id not in self._filled:
            return
        self._filled[key] = self._filled.get(key, Decimal(0)) + self._filled.pop(broker_id)
        for fill in tuple(self._store.state.fills.values()):
            if fill.order == broker_id:
                named = replace(fill, order=key)
                self._store.apply(FillBooked(named))
                body = {"execution": named.execution_id, "order": key}
                self._recorder.note("fill.named", THE_DESK, body, named)

    def tell_positions(self, positions: Sequence[Position], at: datetime) -> None:
        """Take in all holdings as the broker had them at a moment."""
        self._store.apply(PositionsReported(positions=tuple(positions), at=at))

    def take_up_ledger(self, holdings: Mapping[str, Holding]) -> None:
        """Reckon on from where a former desk was, whose fills are known."""
        self.ledger.take_up(holdings, self._store.state.fills.values())
        self._tell_holdings()

    def settle_ledger(self, positions: Sequence[Position]) -> None:
        """Reckon from these holdings on, which contain every fill known so far."""
        if self.ledger.is_open:
            self.ledger.adopt(positions)
        else:
            self.ledger.begin(positions, self._store.state.fills.values())
        self._tell_holdings()
        held = {position.symbol: str(position.qty) for position in positions}
        body = {"positions": dict(sorted(held.items()))}
        self._recorder.note("positions.told", THE_DESK, body, self._holdings_row())

    def learn_costs(self, positions: Sequence[Position]) -> None:
        """Take the broker's average where ours is not known."""
        self.ledger.learn_costs(positions)
        self._tell_holdings()

    def _tell_holdings(self) -> None:
        self._store.apply(*(HoldingUpdated(held) for held in self.ledger.holdings.values()))

    def _holdings_row(self) -> Setting:
        return Setting(name=POSITIONS, value=self.ledger.to_text())

    def _is_one_too_many(self, fill: Fill) -> bool:
        """Whether the order's fills would add up to more than the broker says was filled.

        The same execution may come under another id by another way.
        """
        order = self._store.state.orders.get(fill.order)
        if order is None or order.status.is_ours:
            return False
        return self._filled.get(fill.order, Decimal(0)) + fill.qty > order.filled_qty

    def absent(self, order: Order, why: str) -> Order:
        """Return the order as one that does not exist at the broker."""
        now = self._clock.now()
        return replace(order, status=OrderStatus.ABSENT, updated_at=now, reason=why)

    def key_of(self, broker_id: str) -> str:
        """Return the client order id of a broker's id, or the id itself when it is not known."""
        if broker_id in self._key_of:
            return self._key_of[broker_id]
        for order in self._store.state.orders.values():
            if order.broker_id is not None:
                self._key_of.setdefault(order.broker_id, order.key)
        return self._key_of.get(broker_id, broker_id)


def terms(order: Order) -> dict[str, object]:
    """Return an order as plain values for the audit."""
    return {
        "order": order.key,
        "broker_id": order.broker_id,
        "terms": str(order.request),
        "symbol": order.request.symbol,
        "status": order.status.value,
        "filled_qty": str(order.filled_qty),
        "filled_avg_price": None if order.filled_avg_price is None else str(order.filled_avg_price),
        "is_foreign": order.is_foreign,
        "reason": order.reason,
    }
