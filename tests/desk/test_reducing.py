"""REDUCING only reduces: whatever fills, is unknown or is told late. Promise H9."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from console.desk.gate import Facts
from console.desk.limits import Limits
from console.desk.rules import the_mode_lets_it_through
from console.desk.store import Store
from console.desk.unseen import UnseenFills
from console.domain.events import OrderUpdated, PositionsReported
from console.domain.halt import Mode, Restraint, Source
from console.domain.orders import LegRole, Order, OrderStatus, Side
from tests.builders import NOON, asset, order, position, request

REDUCING = Restraint(
    source=Source.REDUCING, mode=Mode.REDUCING, reason="a test", by="ann", since=NOON
)
ZERO = Decimal(0)


class SlowClock:
    """The time of a market that the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Market:
    """The broker's truth on one symbol, and a desk that hears of it late."""

    def __init__(self, held: int) -> None:
        self.clock = SlowClock()
        self.store = Store()
        self.unseen = UnseenFills(store=self.store, clock=self.clock)
        self.unseen.start()
        self.held = Decimal(held)
        self.orders: dict[str, Order] = {}
        self.checked: set[str] = set()
        self.untold: list[OrderUpdated] = []
        self.asked: list[PositionsReported] = []
        self.count = 0
        self.ask()
        self.answer()

    def place(self, side: Side, qty: int, *, is_lost: bool) -> str:
        """Have an order stand at the broker; the desk knows it as sent or as unknown."""
        self.count += 1
        key = f"kc-t-{self.count}"
        now = self.clock.now()
        wanted = request(side, str(qty), key=key)
        self.orders[key] = order(key, wanted=wanted, submitted_at=now)
        status = OrderStatus.UNKNOWN if is_lost else OrderStatus.IN_FLIGHT
        ours = Order(request=wanted, status=status, updated_at=now, submitted_at=now)
        self.store.apply(OrderUpdated(ours))
        return key

    def submit(self, side: Side, qty: int, *, is_lost: bool) -> None:
        """Send an order if the mode lets it through."""
        if the_mode_lets_it_through(request(side, str(qty)), self.facts()).passed:
            self.checked.add(self.place(side, qty, is_lost=is_lost))

    def facts(self, replacing: Order | None = None) -> Facts:
        """What the gate decides by."""
        return Facts(
            state=self.store.state,
            asset=asset(),
            is_listed_known=True,
            is_reconciled=True,
            is_trading_live=True,
            limits=Limits(),
            now=self.clock.now(),
            replacing=replacing,
            restraints=(REDUCING,),
            unseen=self.unseen.qty,
        )

    def fill(self, which: int, qty: int) -> None:
        """Execute some of an open order; the desk will hear of it."""
        working = [one for one in self.orders.values() if one.is_open]
        if not working:
            return
        hit = working[which % len(working)]
        done = min(Decimal(qty), hit.leaves_qty)
        before, self.held = self.held, self.held + done * hit.request.side.sign
        if hit.key in self.checked:
            assert abs(self.held) <= abs(before), "the exposure grew"
            assert before * self.held >= 0, "the exposure flipped"
        filled = hit.filled_qty + done
        whole = filled == hit.request.qty
        status = OrderStatus.FILLED if whole else OrderStatus.PARTIALLY_FILLED
        self._change(hit, status, filled)

    def cancel(self, which: int) -> None:
        """End an open order; the desk will hear of it."""
        working = [one for one in self.orders.values() if one.is_open]
        if working:
            hit = working[which % len(working)]
            self._change(hit, OrderStatus.CANCELED, hit.filled_qty)

    def tell(self, which: int) -> None:
        """Have the desk hear one word of the broker, in any order."""
        if self.untold:
            self.store.apply(self.untold.pop(which % len(self.untold)))

    def ask(self) -> None:
        """Have the desk ask for the positions; the answer is of this moment and comes later."""
        held = (position(qty=str(self.held)),) if self.held else ()
        self.asked.append(PositionsReported(positions=held, at=self.clock.now()))

    def answer(self) -> None:
        """Have the oldest question answered."""
        if self.asked:
            self.store.apply(self.asked.pop(0))

    def _change(self, known: Order, status: OrderStatus, filled: Decimal) -> None:
        now = self.clock.now()
        changed = replace(known, status=status, updated_at=now, filled_qty=filled)
        self.orders[known.key] = changed
        self.untold.append(OrderUpdated(changed))


class Bracketed(Market):
    """A holding under the two exits of a bracket: when one of them ends, so does the other."""

    def __init__(self, held: int, exits: int) -> None:
        super().__init__(held)
        side = Side.SELL if held > 0 else Side.BUY
        for role in (LegRole.TAKE_PROFIT, LegRole.STOP_LOSS):
            self.count += 1
            key = f"leg-{self.count}"
            wanted = request(side, str(exits), key=key)
            leg = order(key, wanted=wanted, role=role, group="g", parent="b-entry")
            self.orders[key] = leg
            self.checked.add(key)
            self.store.apply(OrderUpdated(leg))

    def replace(self, which: int, qty: int, *, is_lost: bool) -> None:
        """Replace one of the legs, as far as the desk knows them, if the mode lets it through."""
        known = [one for one in self.store.state.open_orders if one.is_leg]
        legs = [one for one in known if one.status is OrderStatus.NEW]
        if not legs:
            return
        leg = legs[which % len(legs)]
        self.count += 1
        wanted = replace(leg.request, client_order_id=f"kc-t-{self.count}", qty=Decimal(qty))
        if not the_mode_lets_it_through(wanted, self.facts(leg)).passed:
            return
        now, status = self.clock.now(), OrderStatus.UNKNOWN if is_lost else OrderStatus.IN_FLIGHT
        ours = replace(leg, request=wanted, status=status, updated_at=now, submitted_at=now)
        ours = replace(ours, broker_id=None, replaces=leg.broker_id)
        self.store.apply(OrderUpdated(ours))
        if not self.orders[leg.key].is_open:
            self.untold.append(OrderUpdated(replace(ours, status=OrderStatus.REJECTED)))
            return
        self._change(self.orders[leg.key], OrderStatus.REPLACED, ZERO)
        new = replace(ours, status=OrderStatus.NEW, broker_id=f"b-{wanted.client_order_id}")
        self.orders[new.key] = new
        self.checked.add(new.key)
        self.untold.append(OrderUpdated(new))

    def fill(self, which: int, qty: int) -> None:
        before = {key for key, one in self.orders.items() if one.is_open and one.is_leg}
        super().fill(which, qty)
        self._end_the_others(before)

    def cancel(self, which: int) -> None:
        before = {key for key, one in self.orders.items() if one.is_open and one.is_leg}
        super().cancel(which)
        self._end_the_others(before)

    def _end_the_others(self, before: set[str]) -> None:
        hit = [self.orders[key] for key in before if not self.orders[key].is_open]
        hit += [self.orders[key] for key in before if self.orders[key].filled_qty]
        for key in before if hit else ():
            if self.orders[key].is_open:
                self._change(self.orders[key], OrderStatus.CANCELED, self.orders[key].filled_qty)


sides, quantities, which = st.sampled_from(Side), st.sampled_from([1, 3, 6]), st.integers(0, 2)
SUBMIT = st.tuples(st.just("submit"), sides, quantities, st.booleans())
FILL = st.tuples(st.just("fill"), which, quantities)
STEPS = st.one_of(
    SUBMIT,
    FILL,
    # what goes wrong needs orders that fill and are told of: let there be many
    SUBMIT,
    FILL,
    st.tuples(st.just("tell"), which),
    st.tuples(st.just("cancel"), which),
    st.tuples(st.just("tell"), which),
    st.tuples(st.just("ask")),
    st.tuples(st.just("answer")),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 1.0, 7.0])),
)
BEFORE = st.lists(st.tuples(sides, quantities, st.booleans()), max_size=3)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([-6, -3, 0, 3, 6]), BEFORE, st.lists(STEPS, min_size=25, max_size=30))
def test_no_order_that_passes_grows_the_exposure_or_flips_it(held, before, steps):
    market = Market(held)
    for side, qty, is_lost in before:
        market.place(side, qty, is_lost=is_lost)

    for name, *rest in steps:
        market.clock.seconds += 0.01
        if name == "wait":
            market.clock.seconds += rest[0]
        elif name == "submit":
            side, qty, is_lost = rest
            market.submit(side, qty, is_lost=is_lost)
        else:
            getattr(market, name)(*rest)


REPLACE = st.tuples(st.just("replace"), which, quantities, st.booleans())


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([-6, -3, 3, 6]),
    st.sampled_from([1, 3]),
    st.lists(st.one_of(STEPS, REPLACE), min_size=15, max_size=30),
)
def test_no_replacement_of_a_brackets_leg_grows_the_exposure_or_flips_it(held, exits, steps):
    market = Bracketed(held, exits)

    for name, *rest in steps:
        market.clock.seconds += 0.01
        if name == "wait":
            market.clock.seconds += rest[0]
        elif name in ("submit", "replace"):
            first, qty, is_lost = rest
            getattr(market, name)(first, qty, is_lost=is_lost)
        else:
            getattr(market, name)(*rest)


def test_a_leg_is_replaced_by_a_smaller_one_and_by_no_larger_one():
    market = Bracketed(6, 3)

    market.replace(0, 6, is_lost=False)
    assert len(market.orders) == 2
    market.replace(0, 1, is_lost=False)

    assert [str(one.request.qty) for one in market.orders.values() if one.is_open] == ["3", "1"]


def test_an_order_that_closes_what_is_held_passes():
    market = Market(6)

    market.submit(Side.SELL, 6, is_lost=False)

    assert len(market.checked) == 1


def test_a_fill_that_the_positions_do_not_show_yet_is_counted():
    market = Market(6)
    market.clock.seconds += 1
    market.submit(Side.SELL, 6, is_lost=False)
    market.fill(0, 6)
    market.tell(0)

    market.submit(Side.SELL, 6, is_lost=False)

    assert len(market.checked) == 1
    assert market.unseen.qty("AAPL", Side.SELL) == 6
    market.clock.seconds += 1
    market.ask()
    market.answer()
    assert market.unseen.qty("AAPL", Side.SELL) == ZERO
