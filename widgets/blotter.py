"""The blotter: open orders first, then what was lately closed and why.

One line a logical order, through all its replacements; the exits of a bracket, OCO
or OTO stand under the order they came with.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from heapq import nlargest
from typing import NamedTuple

from console.domain.chains import Chain
from console.domain.families import Family, families, handles
from console.domain.order_ids import is_ours
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
        """An order was selected; `order` is the client order id of its newest link."""

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
        Column(label="Reason", width=14, priority=2, stretches=True, least=10),
    )

    HEADING = "Orders"

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._orders: Mapping[str, Order] | None = None
        self._drawn: dict[str, tuple[Chain, Line]] = {}
        self._names: Mapping[str, str] = {}

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw the orders that changed."""
        del now
        if state.orders is self._orders:
            return
        self._orders = state.orders
        known = families(state.orders)
        alive = sorted((one for one in known if one.is_open), key=_placed_at, reverse=True)
        closed = (one for one in known if not one.is_open)
        shown = (*alive, *nlargest(CLOSED_SHOWN, closed, key=_changed_at))
        self._names = names_of(shown)
        self._drawn = {
            chain.newest.key: self._draw(chain, self._label(chain, family))
            for family in shown
            for chain in family.members
        }
        rows = {key: line for key, (_, line) in self._drawn.items()}
        self.set_rows(rows, placeholder=EMPTY)
        count = f"{len(state.open_orders)} open" if alive else ""
        self.entitle("Orders", " · ".join(part for part in (count, self._refusal(shown)) if part))

    def name_of(self, key: str) -> str | None:
        """Return what the order of a row is called, None when it is not shown."""
        return self._names.get(key)

    def _label(self, chain: Chain, family: Family) -> str:
        name = self._names[chain.newest.key]
        return name if chain is family.head else f"└{name}"

    def _draw(self, chain: Chain, name: str) -> tuple[Chain, Line]:
        known = self._drawn.get(chain.newest.key)
        if known is not None and _is_same(known[0], chain) and known[1][0].text == name:
            return known
        return chain, _row(chain, name)

    def _refusal(self, shown: Sequence[Family]) -> str:
        """Return the broker's words on the latest rejection; a narrow pane has no room else."""
        heads = [family.head.newest for family in shown]
        rejected = [one for one in heads if one.status is OrderStatus.REJECTED and one.reason]
        if not rejected:
            return ""
        latest = max(rejected, key=lambda order: order.updated_at)
        return f"✗ {self._names[latest.key]} rejected: {latest.reason}"


def _placed_at(family: Family) -> datetime:
    return family.head.links[0].submitted_at


def _changed_at(family: Family) -> datetime:
    return max(chain.newest.updated_at for chain in family.members)


def _is_same(known: Chain, told: Chain) -> bool:
    """Whether every link is the same object: chains are made anew each time."""
    return len(known.links) == len(told.links) and all(
        one is other for one, other in zip(known.links, told.links, strict=True)
    )


def names_of(shown: Sequence[Family]) -> dict[str, str]:
    """Return what each order is called: `12` of the desk's last start, else `3f2a17-12`."""
    named = handles(shown)
    heads = [family.head.links[0] for family in shown]
    ours = [order for order in heads if is_ours(order.key)]
    if not ours:
        return named
    newest = max(ours, key=lambda order: order.submitted_at)
    epoch = named[newest.key].rpartition("-")[0] + "-"
    return {key: handle.removeprefix(epoch) for key, handle in named.items()}


def _row(chain: Chain, name: str) -> Line:
    order = chain.newest
    request = order.request
    words: Meaning = "words" if order.is_open else "quiet"
    return (
        Cell(name, words),
        Cell(figures.clock(chain.links[0].submitted_at), "quiet"),
        Cell(request.symbol, "strong" if order.is_open else "words", bold=order.is_open),
        Cell(request.side.value.upper(), "bid" if request.side is Side.BUY else "ask"),
        Cell(_size(chain), words),
        Cell(figures.qty(chain.filled_qty), words if chain.filled_qty else "quiet"),
        Cell(price_of(request), words),
        _blank_or(figures.price(_average(chain)), words),
        Cell(request.time_in_force.value, "quiet"),
        Cell(*LOOKS[order.status]),
        Cell(_reason(chain), "rejected" if order.status is OrderStatus.REJECTED else "quiet"),
    )


def _size(chain: Chain) -> str:
    notional = chain.newest.request.notional
    return figures.qty(chain.qty) if notional is None else f"${figures.qty(notional)}"


def _average(chain: Chain) -> Decimal | None:
    """Return the average price of all that the chain has filled; None if a part is not told."""
    filled = [link for link in chain.links if link.filled_qty]
    paid = Decimal(0)
    for link in filled:
        if link.filled_avg_price is None:
            return None
        paid += link.filled_qty * link.filled_avg_price
    return paid / chain.filled_qty if filled else None


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


def _reason(chain: Chain) -> str:
    """Return why it is as it is: the broker's words, its replacements, whose order it is."""
    order = chain.newest
    was = [price_of(link.request) for link in chain.earlier]
    history = f"replaced, was {', '.join(was)}" if was else ""
    whose = "placed by another program" if order.is_foreign and not order.is_leg else ""
    return "; ".join(part for part in (order.reason, history, whose) if part)
