"""What must hold at every step, told against the venue's own books.

The names are those of the promises: H are a halt's, O are the orders'.
"""

from collections import Counter
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from console.desk import latch
from console.domain.events import Event, OrderUpdated
from console.domain.halt import Mode
from console.domain.order_ids import is_ours
from console.domain.orders import Order, OrderStatus
from console.domain.receipts import Outcome, Receipt
from tests.sim.traders import DECISION
from tests.sim.wire import Request, Witness

if TYPE_CHECKING:
    from tests.sim.world import World

NEEDED = frozenset({"open", "all", "/account/activities", "/positions", "/account"})
"""What must have been asked and answered before an order may leave."""
MOST_ORDERS = {"flatten": 200, "flat": 60, "exit": 12}
"""Orders that one decision may send, where it is more than one.

An exit sends two closing orders at most, and what it has lifted again: ten own stops at most here.
"""
FENCE = "/account/configurations"
NEVER_THERE = frozenset({OrderStatus.ABSENT, OrderStatus.REJECTED})


PROOF_GAP = 0.25
"""Seconds that two looks which prove a halt lie apart."""


class Broken(AssertionError):  # noqa: N818 - reads as what it is
    """A promise does not hold."""


class Rules(Witness):
    """Watches every request and every state of the desk."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._sent: Counter[str] = Counter()
        self._decided: Counter[str] = Counter()
        self.on_the_wire: set[str] = set()
        self._left_by: dict[str, str] = {}
        self.noes: list[tuple[str, str, Receipt]] = []
        """Names, decisions and receipts of what is said not to have happened."""
        self._read: set[str] = set()
        self._told: dict[str, Order] = {}
        self._looks: list[tuple[float, int]] = []
        """When the venue was looked at for open orders, and how many it told."""
        self._pulled_at = 0.0
        self._was_confirmed = False
        self.confirmations = 0
        self._is_orphans_fence = False
        """Whether a desk that was dead by then has set it, behind the back of the next one."""

    def begin_desk(self) -> None:
        """A desk has started: it knows nothing of the broker yet."""
        self._read.clear()
        self._told.clear()
        self._was_confirmed = False
        self._looks.clear()
        self._pulled_at = self._world.timeline.now

    # At every write

    def handed(self, request: Request) -> None:
        """H1: after the latch nothing is handed on; the look is right before."""
        if self._is_latched():
            self._world.fail(f"H1: {request} was handed to the adapter while latched")

    def leaves(self, request: Request) -> None:
        """H1, O1, O3, O11, A3: what leaves was decided once, is allowed, and is on record."""
        world, name, decision = self._world, request.client_order_id, DECISION.get()
        world.note(f"leaves {request}")
        if not request.is_write:
            return
        self.on_the_wire.add(name)
        self._sent[name] += 1
        self._decided[decision] += 1
        self._left_by[name] = decision
        if self._is_latched():
            world.fail(f"H1: {request} left while latched")
        if latch.is_pulled(world.folder.latch) and not self._reduces(request):
            world.fail(f"H1: {request} left while latched and does not only reduce")
        if missing := NEEDED - self._read:
            world.fail(f"O11: {request} left before {sorted(missing)} were read")
        if name not in world.platter.intended:
            world.fail(f"A3: {request} left without a durable intent")
        if self._sent[name] > 1:
            world.fail(f"O1: {request} was sent {self._sent[name]} times")
        if not decision:
            world.fail(f"O3: {request} was decided by nobody")
        if self._decided[decision] > MOST_ORDERS.get(decision.partition("-")[0], 1):
            world.fail(f"O3: the decision {decision} made {self._decided[decision]} orders")

    def _is_latched(self) -> bool:
        # A confirmed flatten is the one thing that may still send: it closes what is held.
        is_flatten = DECISION.get().startswith("flat")
        return not is_flatten and latch.is_pulled(self._world.folder.latch)

    def _reduces(self, request: Request) -> bool:
        """Whether it only makes the venue's own holding smaller."""
        held = self._world.venue.holdings.get(str(request.body.get("symbol")), Decimal(0))
        closing = "sell" if held > 0 else "buy"
        return request.body.get("side") == closing and Decimal(request.body["qty"]) <= abs(held)

    def arrives(self, request: Request) -> None:
        """Keep track of what is still on its way, and of whose the fence is."""
        self._world.note(f"arrives {request}")
        self.on_the_wire.discard(request.client_order_id)
        if request.path == FENCE and request.method == "PATCH":
            self._is_orphans_fence = request.outlived_its_desk

    def lost(self, request: Request) -> None:
        """What has ended on its way is on it no more."""
        self.on_the_wire.discard(request.client_order_id)

    def stumbled(self, error: Exception) -> None:
        """A mistake in the venue, the adapter or the rig itself is none of the weather's."""
        self._world.fail(f"the rig: {error!r}")

    def answered(self, request: Request, told: Any, error: Exception | None) -> None:
        """Note what the desk has read of the broker's truth."""
        self._world.note(f"answered {request} {type(error).__name__ if error else ''}")
        if error is not None or request.method != "GET":
            return
        status = str(request.body.get("status", ""))
        self._read.add(status or request.path)
        if status == "open":
            still_open = sum(order.is_open for order in told)
            self._looks.append((request.arrived_at, still_open))

    def received(self, name: str, receipt: Receipt) -> None:
        """Keep the noes: forbidden, denied and rejected say that it did not happen."""
        if receipt.outcome in (Outcome.FORBIDDEN, Outcome.DENIED, Outcome.REJECTED):
            self.noes.append((name, DECISION.get(), receipt))

    # At every step

    def look(self) -> None:
        """H8: a receipt only after two looks that showed zero, and zero is true."""
        halt = self._world.state.halt
        if halt is None:
            self._pulled_at = self._world.timeline.now
        is_confirmed = halt is not None and halt.is_confirmed
        if is_confirmed and not self._was_confirmed:
            self.confirmations += 1
            self._check_receipt()
        self._was_confirmed = is_confirmed

    def _check_receipt(self) -> None:
        world = self._world
        # by when the venue was asked: an answer may have come late
        looks = sorted(look for look in self._looks if look[0] >= self._pulled_at)
        proofs = [run for run in _empty_runs(looks) if run[-1] - run[0] >= PROOF_GAP]
        if not proofs:
            raise Broken(f"H8: confirmed after these looks at the venue: {looks[-4:]}")
        second = proofs[-1][-1]
        hidden = [
            order.terms.client_order_id
            for order in world.venue.open_orders
            if order.created_at <= world.venue_time(second)
        ]
        if hidden:
            raise Broken(f"H8: confirmed while {hidden} were open")
        if ours := [key for key in self.on_the_wire if is_ours(key)]:
            raise Broken(f"H8: confirmed while {ours} were on the wire")
        waiting = [
            order.key
            for order in world.state.orders.values()
            if order.status in (OrderStatus.UNKNOWN, OrderStatus.IN_FLIGHT)
        ]
        if waiting:
            raise Broken(f"H8: confirmed while {waiting} were unknown")

    def told(self, event: Event) -> None:
        """O7: whatever is told late or twice, what has closed stays closed, what filled filled."""
        if not isinstance(event, OrderUpdated):
            return
        # As it stands now: an older word on an order may have brought news of its legs.
        order = self._world.state.orders[event.order.key]
        known = self._told.get(order.key)
        self._told[order.key] = order
        is_there = self._world.venue.order_of(order.key) is not None
        if order.status is OrderStatus.ABSENT and (is_there or order.key in self.on_the_wire):
            self._world.fail(f"O2: {order.key} is called absent and is at the venue or on its way")
        if known is None or known.status.is_ours:
            return
        if known.status.is_closed and not order.status.is_closed:
            self._world.fail(f"O7: {order.key} was {known.status} and is {order.status} again")
        if order.filled_qty < known.filled_qty:
            self._world.fail(f"O7: {order.key} had {known.filled_qty} filled, and less again")

    def look_at_fills(self) -> None:
        """O8: never more filled than the venue filled."""
        booked: Counter[str] = Counter()
        for fill in self._world.state.fills.values():
            booked[fill.order] += fill.qty
        for key, qty in booked.items():
            order = self._world.venue.order_of(key)
            if order is None or qty > order.filled_qty:
                raise Broken(f"O8: {key} has {qty} booked, the venue filled {order}")

    # At the end

    def differences(self) -> list[str]:
        """Return where the desk's picture is not the venue's: O2, O7, O8, O9, O10."""
        venue, state = self._world.venue, self._world.state
        found = []
        for order in venue.orders.values():
            known = state.orders.get(order.terms.client_order_id)
            is_same = (
                known is not None
                and known.status == order.status
                and known.filled_qty == order.filled_qty
            )
            if not is_same:
                was = "not known" if known is None else f"{known.status} {known.filled_qty}"
                truth = f"{order.status} {order.filled_qty}"
                found.append(f"O2: {order.terms.client_order_id} is {was}, at the venue {truth}")
        for key, known in state.orders.items():
            if venue.order_of(key) is None and known.status not in NEVER_THERE:
                found.append(f"O2: {key} is {known.status} and not at the venue")
        held = {s: p.qty for s, p in (state.positions or {}).items() if p.qty}
        if held != venue.holdings:
            found.append(f"O8: positions {held}, at the venue {venue.holdings}")
        ledger = {s: h.qty for s, h in state.holdings.items() if h.qty}
        if ledger != venue.holdings:
            found.append(f"O8: the ledger holds {ledger}, the venue {venue.holdings}")
        is_latched = latch.is_pulled(self._world.folder.latch)
        if is_latched != (state.halt is not None):
            found.append(f"H4: the latch is {is_latched}, and the screens show {state.halt}")
        if not is_latched and venue.exchange.account.settings.suspend_trade:
            found += self._fenced()
        return found + self._unbooked()

    def _fenced(self) -> list[str]:
        # The next desk cannot know of a change that its predecessor sent and that arrives after a
        # re-arm; but it has to say that nothing can be entered.
        if not self._is_orphans_fence:
            return ["H11: trading is active, and the account is fenced off at the broker"]
        if self._world.state.mode is Mode.ACTIVE:
            return ["H11: the account is fenced off at the broker, and the screens say ACTIVE"]
        return []

    def _unbooked(self) -> list[str]:
        booked: Counter[str] = Counter()
        for fill in self._world.state.fills.values():
            booked[fill.order] += fill.qty
        orders = self._world.venue.orders.values()
        return [
            f"O8: {o.terms.client_order_id} has {booked[o.terms.client_order_id]} booked,"
            f" the venue filled {o.filled_qty}"
            for o in orders
            if o.filled_qty != booked.get(o.terms.client_order_id, Decimal(0))
        ]

    def check_end(self) -> None:
        """The audit: chained, every order with its intent, and the noes were true."""
        world = self._world
        if not world.platter.is_chained():
            raise Broken("A1: the audit's chain does not hold")
        for order in world.venue.orders.values():
            name = order.terms.client_order_id
            if is_ours(name) and name not in world.platter.intended:
                raise Broken(f"A3: {name} is at the venue without a record of its intent")
        for name, decision, receipt in self.noes:
            is_there = world.venue.order_of(name) is not None
            if is_there and self._left_by.get(name) == decision:
                raise Broken(f"a false no: {name} is at the venue, but: {receipt.detail}")


def _empty_runs(looks: list[tuple[float, int]]) -> list[list[float]]:
    """Return the times of looks that showed nothing open, those in a row together."""
    return [
        [at for at, _ in run]
        for is_open, run in groupby(looks, lambda look: look[1] > 0)
        if not is_open
    ]
