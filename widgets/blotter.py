"""The blotter: open orders first, then what was lately closed and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from heapq import nlargest
from typing import NamedTuple

from console.domain.order_ids import is_ours, short_number
from console.domain.orders import Order, OrderRequest, OrderStatus, Side
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import BLANK, Cell, Line, Meaning
from widgets.columns import Column
from widgets.grid import Grid

CLOSED_SHOWN = 200
"""How many closed orders are listed; the audit keeps them all."""
EMPTY = Cell("No orders today", "quiet")


class Look(NamedTuple):
    """How a status is written."""

    text: str
    meaning: Meaning
    bold: bool = False
    reverse: bool = False


LOOKS: Mapping[OrderStatus, Look] = {
    OrderStatus.IN_FLIGHT: Look("➤ in flight", "caution"),
    OrderStatus.UNKNOWN: Look("? UNKNOWN", "unknown", bold=True, reverse=True),
    OrderStatus.ABSENT: Look("∅ absent", "quiet"),
    OrderStatus.ACCEPTED: Look("○ accepted", "working"),
    OrderStatus.PENDING_NEW: Look("○ pending", "working"),
    OrderStatus.ACCEPTED_FOR_BIDDING: Look("○ bidding", "working"),
    OrderStatus.HELD: Look("◇ held", "working"),
    OrderStatus.NEW: Look("● working", "working"),
    OrderStatus.PARTIALLY_FILLED: Look("◐ partial", "working", bold=True),
    OrderStatus.STOPPED: Look("● stopped", "working"),
    OrderStatus.SUSPENDED: Look("◇ suspended", "caution"),
    OrderStatus.CALCULATED: Look("● calculated", "working"),
    OrderStatus.DONE_FOR_DAY: Look("◇ done for day", "quiet"),
    OrderStatus.PENDING_REPLACE: Look("↻ replacing", "caution"),
    OrderStatus.PENDING_CANCEL: Look("… canceling", "caution"),
    OrderStatus.REJECTED: Look("✗ REJECTED", "rejected", bold=True),
    OrderStatus.EXPIRED: Look("- expired", "quiet"),
    OrderStatus.CANCELED: Look("- canceled", "quiet"),
    OrderStatus.REPLACED: Look("↻ replaced", "quiet"),
    OrderStatus.FILLED: Look("✓ filled", "filled"),
}


class Blotter(Grid):
    """Every order of the day, one line each."""

    class Selected(Grid.Selected):
        """An order was selected; `order` is its client order id."""

        @property
        def order(self) -> str:
            """The client order id of the row."""
            return self.key

    COLUMNS = (
        Column(label="No", width=3),
        Column(label="Time", width=8, priority=6),
        Column(label="Symbol", width=6),
        Column(label="Side", width=4),
        Column(label="Qty", width=6, align="right"),
        Column(label="Filled", width=6, align="right", priority=3),
        Column(label="Price", width=10, align="right"),
        Column(label="Avg fill", width=8, align="right", priority=5),
        Column(label="TIF", width=3, priority=4),
        Column(label="Status", width=11),
        Column(label="Reason", width=14, priority=2, stretches=True),
    )

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._orders: Mapping[str, Order] | None = None
        self._drawn: dict[str, tuple[Order, Line]] = {}
        self.entitle("Orders")

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw the orders that changed."""
        del now
        if state.orders is self._orders:
            return
        self._orders = state.orders
        alive = state.open_orders
        closed = (order for order in state.orders.values() if not order.is_open)
        latest = nlargest(CLOSED_SHOWN, closed, key=lambda order: order.updated_at)
        shown = (*alive, *latest)
        names = names_of(shown)
        self._drawn = {order.key: self._draw(order, names[order.key]) for order in shown}
        rows = {key: line for key, (_, line) in self._drawn.items()}
        self.set_rows(rows, placeholder=EMPTY)
        self.entitle("Orders", f"{len(alive)} open" if alive else "")

    def _draw(self, order: Order, name: str) -> tuple[Order, Line]:
        known = self._drawn.get(order.key)
        if known is not None and known[0] is order and known[1][0].text == name:
            return known
        return order, _row(order, name)


def names_of(orders: Sequence[Order]) -> dict[str, str]:
    """Return what each order is called: `12` of the desk's last start, else `3f2a17-12`."""
    handles = {order.key: short_number(order.key) for order in orders}
    ours = [order for order in orders if is_ours(order.key)]
    if not ours:
        return handles
    newest = max(ours, key=lambda order: order.submitted_at)
    epoch = handles[newest.key].rpartition("-")[0] + "-"
    return {key: handle.removeprefix(epoch) for key, handle in handles.items()}


def _row(order: Order, name: str) -> Line:
    request = order.request
    words: Meaning = "words" if order.is_open else "quiet"
    return (
        Cell(name, words),
        Cell(figures.clock(order.submitted_at), "quiet"),
        Cell(request.symbol, "strong" if order.is_open else "words", bold=order.is_open),
        Cell(request.side.value.upper(), "bid" if request.side is Side.BUY else "ask"),
        Cell(figures.qty(request.qty), words),
        Cell(figures.qty(order.filled_qty), words if order.filled_qty else "quiet"),
        Cell(price_of(request), words),
        _blank_or(figures.price(order.filled_avg_price), words),
        Cell(request.time_in_force.value, "quiet"),
        Cell(*LOOKS[order.status]),
        Cell(_reason(order), "rejected" if order.status is OrderStatus.REJECTED else "quiet"),
    )


def _blank_or(text: str, meaning: Meaning) -> Cell:
    """Leave the place empty where an order of this kind has no such price."""
    return BLANK if text == figures.DASH else Cell(text, meaning)


def price_of(request: OrderRequest) -> str:
    """Return how an order is priced: `186.50`, `market`, `stop 187.00`, `trail 2%`."""
    if request.trail_percent is not None:
        return f"trail {figures.qty(request.trail_percent)}%"
    if request.trail_price is not None:
        return f"trail {figures.price(request.trail_price)}"
    words = [] if request.stop_price is None else [f"stop {figures.price(request.stop_price)}"]
    if request.limit_price is not None:
        words += [*(["@"] if words else []), figures.price(request.limit_price)]
    return " ".join(words) or "market"


def _reason(order: Order) -> str:
    if order.reason:
        return order.reason
    return "placed by another program" if order.is_foreign else ""
