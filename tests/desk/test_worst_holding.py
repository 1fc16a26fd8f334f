"""What may be closed is never more than is held, however far a list of holdings lags."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.desk.worst_holding import WorstHolding, fills_shown
from console.domain.fills import Fill
from console.domain.orders import Order, OrderStatus, Side
from console.domain.state import TradingState
from tests.builders import at, fill, order, request

LAG = 5.0


class Holding:
    """A position, its stop, and closing orders; lists of it may be up to `LAG` seconds old."""

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.side = Side.SELL if sign > 0 else Side.BUY
        self.now = 100.0
        self.qty = Decimal(10)
        self.history = [(0.0, self.qty)]
        self.orders: dict[str, Order] = {"stop": self._order("stop", "10")}
        self.fills: dict[str, Fill] = {}
        self.own: set[str] = set()
        self.worst: WorstHolding | None = None

    def fill(self, key: str, qty: Decimal) -> None:
        """Execute some of an order; the desk hears of it at once."""
        held = self.orders[key]
        self.orders[key] = replace(held, filled_qty=held.filled_qty + qty)
        told = fill(str(len(self.fills)), key, str(qty), side=self.side, made_at=at(self.now))
        self.fills[told.execution_id] = told
        self.qty -= qty
        self.history.append((self.now, self.qty))

    def listed(self, age: float) -> Decimal:
        """Return what a list of `age` seconds ago shows, with its sign."""
        shown = [qty for when, qty in self.history if when <= self.now - age]
        return (shown or [Decimal(10)])[-1] * self.sign

    def confirm(self, age: float) -> None:
        """Have somebody confirm what a list shows."""
        state = TradingState(orders=self.orders, fills=self.fills)
        shown = fills_shown(state, at(self.now - LAG))
        listed = self.listed(age)
        self.worst = WorstHolding(symbol="AAPL", qty=listed, shown=shown, lag=LAG)

    def close(self, age: float, share: int) -> None:
        """Close what may be closed by a list; `share` quarters of it are filled."""
        qty = self.closable(age)
        assert qty <= self.qty, "more than is held"
        key = f"own-{len(self.own)}"
        self.own.add(key)
        self.orders[key] = self._order(key, str(qty or 1))
        if qty * share // 4:
            self.fill(key, qty * share // 4)

    def closable(self, age: float) -> Decimal:
        return self.worst.closable(self.listed(age), self.orders.values(), self.own, self.now)

    def _order(self, key: str, qty: str) -> Order:
        return order(key, OrderStatus.CANCELED, wanted=request(self.side, qty, key=key))


AGES = st.sampled_from([0.0, 0.5, 2.0, 4.9])
PAUSES = st.sampled_from([0.0, 0.1, 1.0, 6.0])
STOP_FILLS = st.lists(st.tuples(PAUSES, st.integers(1, 3)), max_size=3)
CLOSINGS = st.lists(st.tuples(PAUSES, AGES, st.integers(0, 4)), max_size=6)


@given(st.sampled_from([1, -1]), STOP_FILLS, AGES, STOP_FILLS, CLOSINGS)
@settings(max_examples=500)
@example(1, [], 0.0, [(0.0, 1)], [(0.0, 0.0, 0), (6.0, 0.0, 1), (0.0, 0.5, 0)])
def test_no_more_is_closed_than_is_held_and_in_the_end_all_of_it(
    sign, before, age, meanwhile, closings
):
    holding = Holding(sign)

    for pause, qty in before:
        holding.now += pause
        holding.fill("stop", min(Decimal(qty), holding.qty))
    holding.confirm(age)
    for pause, qty in meanwhile:
        holding.now += pause
        holding.fill("stop", min(Decimal(qty), holding.qty))
    for pause, how_old, share in closings:
        holding.now += pause
        holding.close(how_old, share)

    holding.closable(0.0)
    holding.now += LAG
    assert holding.closable(0.0) == holding.qty


def test_other_symbols_and_the_other_side_do_not_count():
    worst = WorstHolding(symbol="AAPL", qty=Decimal(10), shown={}, lag=LAG)
    elsewhere = order("m", wanted=request(Side.SELL, symbol="MSFT", key="m"), filled="5")
    bought = order("b", wanted=request(Side.BUY, key="b"), filled="5")

    assert worst.closable(Decimal(10), [elsewhere, bought], set(), 0.0) == 10


def held(qty: str = "10", **shown: str) -> WorstHolding:
    """A position that somebody confirmed, and what its list shows of each order's fills."""
    known = {key: Decimal(filled) for key, filled in shown.items()}
    return WorstHolding(symbol="AAPL", qty=Decimal(qty), shown=known, lag=LAG)


def sale(key: str, filled: str) -> Order:
    return order(key, OrderStatus.CANCELED, filled, wanted=request(Side.SELL, "10", key=key))


def test_no_more_is_closed_than_is_listed_now():
    assert held().closable(Decimal(4), [], set(), 0.0) == 4


def test_what_our_own_orders_closed_is_not_closed_again_however_long_a_list_lags():
    worst, own = held(), sale("own", "7")

    worst.closable(Decimal(10), [own], {"own"}, 0.0)

    assert worst.closable(Decimal(10), [own], {"own"}, 10 * LAG) == 3


def test_a_fill_that_the_confirmed_list_shows_is_not_taken_off_a_second_time():
    worst = held(stop="8")

    assert worst.closable(Decimal(10), [sale("stop", "10")], set(), 0.0) == 8


def test_each_fill_is_young_for_as_long_as_a_list_may_lag_and_counts_by_its_own_amount():
    worst, listed = held(), Decimal(12)

    told = [worst.closable(listed, [sale("stop", "2")], set(), 0.0)]
    told += [worst.closable(listed, [sale("stop", "5")], set(), now) for now in (2.0, 5.0, 7.0)]

    assert told == [10, 7, 9, 10]


def test_a_position_has_turned_round_when_it_lies_on_the_other_side():
    long, short = held("10"), held("-10")

    assert [long.is_turned_by(Decimal(qty)) for qty in (5, 0, -5)] == [False, False, True]
    assert [short.is_turned_by(Decimal(qty)) for qty in (5, 0, -5)] == [True, False, False]
    assert not any(held("0").is_turned_by(Decimal(qty)) for qty in (5, -5))
