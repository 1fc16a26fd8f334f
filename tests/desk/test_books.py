"""Where orders, fills and holdings enter the state: each counted once, named and written down."""

from dataclasses import replace
from decimal import Decimal

import pytest

from console.desk.books import Books, terms
from console.desk.ledger import from_text
from console.desk.recorder import THE_DESK
from console.desk.store import Store
from console.domain.events import OrderUpdated
from console.domain.ledger import Holding
from console.domain.orders import LegRole, OrderClass, OrderStatus
from console.ports import Setting
from tests.builders import NOON, at, buy, fill, order, position, sell
from tests.desk.fakes import FakeClock


class Notes:
    """A recorder that keeps what it is handed."""

    def __init__(self) -> None:
        self.taken = []

    def note(self, kind, actor, body, *rows) -> None:
        assert actor is THE_DESK
        self.taken.append((kind, dict(body), rows))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.taken]


class Counting:
    """Books among fakes, with what they wrote down and what the state makes of it."""

    def __init__(self) -> None:
        self.store, self.notes, self.clock = Store(), Notes(), FakeClock()
        self.books = Books(store=self.store, recorder=self.notes, clock=self.clock)

    @property
    def state(self):
        return self.store.state

    def booked(self) -> dict[str, Decimal]:
        """How much stands booked to each order, by the name it goes by."""
        found: dict[str, Decimal] = {}
        for made in self.state.fills.values():
            found[made.order] = found.get(made.order, Decimal(0)) + made.qty
        return found


@pytest.fixture
def desk() -> Counting:
    return Counting()


def leg(key: str = "leg-1", status: OrderStatus = OrderStatus.HELD, **more):
    exit_ = sell(key=key, order_class=OrderClass.BRACKET)
    return order(key, status, wanted=exit_, role=LegRole.STOP_LOSS, **more)


def test_an_order_is_ours_by_its_name_or_as_a_leg_and_foreign_otherwise(desk):
    stays = [order("kc-t-1"), leg(), order("other", is_foreign=True)]

    assert [desk.books.name(told) for told in stays] == stays
    assert desk.books.name(order("other")).is_foreign


def test_the_same_word_again_is_no_news_and_is_written_down_once(desk):
    first = desk.books.tell_order(order(), source="stream")
    again = desk.books.tell_order(order(), source="look-up")

    assert (first, again) == (True, False)
    assert desk.state.orders == {"kc-t-1": order()}
    assert desk.notes.taken == [
        ("order.told", {"source": "stream", **terms(order())}, (order(),)),
    ]


def test_a_later_word_is_news_before_it_is_told_and_no_news_after(desk):
    later = order(status=OrderStatus.FILLED, filled="10", updated=1)
    desk.books.tell_order(order(), source="stream")

    before = desk.books.is_news(later)
    desk.books.tell_order(later, source="stream")

    assert (before, desk.books.is_news(later), desk.books.is_news(order())) == (True, False, False)


def test_a_foreign_order_is_no_news_a_second_time(desk):
    desk.books.tell_order(order("other"), source="stream")

    assert not desk.books.is_news(order("other"))
    assert desk.state.orders["other"].is_foreign


def test_a_leg_alone_is_news_of_its_order_and_each_is_written_down(desk):
    desk.books.tell_order(order(), source="stream")
    nested = order(legs=(leg("leg-1"), leg("leg-2")))

    assert desk.books.is_news(nested)
    assert desk.books.tell_order(nested, source="look-up")

    assert desk.notes.kinds == ["order.told"] * 3
    assert set(desk.state.orders) == {"kc-t-1", "leg-1", "leg-2"}


def test_what_is_written_down_of_an_order_is_what_is_known_and_not_what_was_told(desk):
    desk.books.tell_order(order(group="g-1"), source="stream")

    desk.books.tell_order(order(status=OrderStatus.CANCELED, updated=1), source="look-up")

    (row,) = desk.notes.taken[-1][2]
    assert (row.status, row.group) == (OrderStatus.CANCELED, "g-1")
    assert desk.notes.taken[-1][1]["status"] == "canceled"


def test_a_fill_is_booked_once_under_its_orders_own_name_and_written_down(desk):
    desk.books.tell_order(order(status=OrderStatus.FILLED, filled="10"), source="stream")
    made = fill("x-1", "b-kc-t-1")

    first = desk.books.tell_fill(made, source="stream")
    again = desk.books.tell_fill(made, source="reconciliation")

    named = replace(made, order="kc-t-1")
    assert (first, again) == (True, False)
    assert desk.state.fills == {"x-1": named}
    assert desk.notes.taken[1:] == [
        (
            "fill.told",
            {
                "source": "stream",
                "execution": "x-1",
                "order": "kc-t-1",
                "symbol": "AAPL",
                "side": "buy",
                "qty": "10",
                "price": "190.10",
            },
            (named,),
        )
    ]


def test_once_the_ledger_is_open_a_fill_is_written_down_with_the_holding_it_makes(desk):
    desk.books.settle_ledger([position(qty="5", price="180")])

    desk.books.tell_fill(fill("x-1", qty="10"), source="stream")

    assert desk.state.holdings["AAPL"].qty == 15
    made, setting = desk.notes.taken[-1][2]
    assert (made, setting.name) == (fill("x-1"), "positions")
    assert from_text(setting.value)["AAPL"].qty == 15


@pytest.mark.parametrize(("qty", "is_booked"), [("6", True), ("7", False)])
def test_an_orders_fills_never_add_up_to_more_than_the_broker_says_is_filled(desk, qty, is_booked):
    desk.books.tell_order(order(filled="10"), source="stream")
    desk.books.tell_fill(fill("x-1", qty="4"), source="stream")

    told = desk.books.tell_fill(fill("x-2", qty=qty), source="reconciliation")

    assert told is is_booked
    assert ("x-2" in desk.state.fills) is is_booked


@pytest.mark.parametrize(("booked", "is_short"), [("", True), ("3", True), ("4", False)])
def test_an_order_that_is_told_more_filled_than_is_booked_is_said_to_be_short(
    desk, booked, is_short
):
    short = []
    desk.books.on_short = short.append
    if booked:
        desk.books.tell_fill(fill("x-1", qty=booked), source="stream")

    desk.books.tell_order(order(filled="4"), source="look-up")

    assert desk.books.is_short("kc-t-1") is is_short
    assert short == ([order(filled="4")] if is_short else [])


def test_half_a_share_that_nobody_told_of_is_missing_too(desk):
    desk.books.tell_order(order(filled="0.5"), source="look-up")

    assert desk.books.is_short("kc-t-1")


@pytest.mark.parametrize("status", [OrderStatus.IN_FLIGHT, OrderStatus.UNKNOWN])
def test_a_fill_of_an_order_that_the_broker_has_said_nothing_of_is_booked(desk, status):
    desk.store.apply(OrderUpdated(order(status=status, broker_id=None)))

    assert desk.books.tell_fill(fill("x-1"), source="stream")
    assert desk.books.tell_fill(fill("x-2", "kc-t-nobody-knows"), source="stream")


def test_what_a_former_desk_has_booked_counts_and_is_not_written_down_again(desk):
    desk.books.remember([fill("x-1", qty="4"), fill("x-2", qty="5")])
    desk.books.tell_order(order(filled="10"), source="reconciliation")

    refused = desk.books.tell_fill(fill("x-3", qty="2"), source="stream")
    taken = desk.books.tell_fill(fill("x-4", qty="1"), source="stream")

    assert (refused, taken) == (False, True)
    assert desk.booked() == {"kc-t-1": 10}
    assert desk.notes.kinds == ["order.told", "fill.told"]


def test_fills_that_were_told_before_their_order_get_its_name_and_count_to_it(desk):
    for number, name in ((1, "b-7"), (2, "b-7"), (3, "kc-t-9"), (4, "b-8")):
        desk.books.tell_fill(fill(f"{name}:{number}", name, qty="3"), source="stream")

    desk.books.tell_order(
        order("kc-t-9", filled="10", broker_id="b-7", wanted=buy(key="kc-t-9")), source="stream"
    )

    assert desk.booked() == {"kc-t-9": 9, "b-8": 3}
    named = [(body, rows) for kind, body, rows in desk.notes.taken if kind == "fill.named"]
    assert [body for body, _ in named] == [
        {"execution": "b-7:1", "order": "kc-t-9"},
        {"execution": "b-7:2", "order": "kc-t-9"},
    ]
    assert [rows[0].order for _, rows in named] == ["kc-t-9", "kc-t-9"]
    assert not desk.books.tell_fill(fill("x-5", "kc-t-9", qty="2"), source="stream")
    assert desk.books.tell_fill(fill("x-6", "b-7", qty="1"), source="stream")


@pytest.mark.parametrize(("qty", "is_booked"), [("6", True), ("7", False)])
def test_what_was_told_before_its_order_counts_no_less_and_no_more_under_its_name(
    desk, qty, is_booked
):
    desk.books.tell_fill(fill("b-7:1", "b-7", qty="4"), source="stream")
    desk.books.tell_order(order(filled="10", broker_id="b-7"), source="stream")

    assert desk.books.tell_fill(fill("x-2", qty=qty), source="stream") is is_booked


def test_an_order_without_a_name_of_its_own_goes_by_the_brokers_and_keeps_its_fills(desk):
    desk.books.tell_fill(fill("b-7:1", "b-7", qty="3"), source="stream")

    desk.books.tell_order(order("b-7", filled="3", broker_id="b-7"), source="stream")

    assert desk.booked() == {"b-7": 3}
    assert "fill.named" not in desk.notes.kinds
    assert not desk.books.tell_fill(fill("x-2", "b-7", qty="1"), source="stream")


def test_an_order_that_is_not_at_the_broker_yet_teaches_no_name(desk):
    desk.books.tell_order(order(broker_id=None), source="look-up")

    assert desk.books.key_of("b-kc-t-1") == "b-kc-t-1"


def test_the_brokers_id_leads_to_our_name_however_the_order_came_into_the_state(desk):
    unsent = order("kc-t-3", OrderStatus.IN_FLIGHT, broker_id=None)
    desk.store.apply(OrderUpdated(unsent), OrderUpdated(order("kc-t-1")))

    assert desk.books.key_of("b-kc-t-1") == "kc-t-1"
    assert desk.books.key_of("b-of-another") == "b-of-another"


def test_what_the_broker_holds_is_told_with_the_moment_it_was_asked_for(desk):
    desk.books.tell_positions([position()], at(3))

    assert desk.state.positions == {"AAPL": position()}
    assert desk.state.positions_at == at(3)


def test_a_ledger_that_is_taken_up_contains_the_fills_that_are_known(desk):
    desk.books.remember([fill("x-1")])
    held = Holding(symbol="AAPL", qty=Decimal(10), cost=Decimal(1901))

    desk.books.take_up_ledger({"AAPL": held})

    assert desk.state.holdings["AAPL"].qty == 10
    assert desk.books.ledger.book(fill("x-1")) is None


def test_a_ledger_begins_with_what_is_held_and_is_written_down_so(desk):
    desk.books.remember([fill("x-1")])

    desk.books.settle_ledger([position("MSFT", "2", "400"), position("AAPL", "10", "190.10")])

    kind, body, rows = desk.notes.taken[-1]
    assert (kind, body) == ("positions.told", {"positions": {"AAPL": "10", "MSFT": "2"}})
    assert list(body["positions"]) == ["AAPL", "MSFT"]
    assert rows == (Setting(name="positions", value=desk.books.ledger.to_text()),)
    assert desk.state.holdings["AAPL"].opened_at == NOON
    assert desk.state.holdings["MSFT"].cost == 800


def test_an_open_ledger_takes_the_brokers_quantity_over_and_keeps_what_was_realized(desk):
    desk.books.settle_ledger([])
    desk.books.tell_fill(fill("x-1", qty="10", price="100"), source="stream")
    out = sell(key="kc-t-2").side
    desk.books.tell_fill(fill("x-2", "kc-t-2", qty="4", price="110", side=out), source="stream")

    desk.books.settle_ledger([position(qty="7", price="99")])

    held = desk.state.holdings["AAPL"]
    assert (held.qty, held.cost, held.realized) == (7, 693, 40)


def test_a_cost_that_was_not_known_is_learned_from_the_broker_and_told(desk):
    desk.books.take_up_ledger(from_text('{"AAPL": "10"}'))

    desk.books.learn_costs([position(qty="10", price="95")])

    assert desk.state.holdings["AAPL"].cost == 950


def test_an_absent_order_is_so_from_now_on_and_for_a_reason(desk):
    desk.clock.move(60)

    absent = desk.books.absent(order(), "nobody has it")

    assert (absent.status, absent.reason) == (OrderStatus.ABSENT, "nobody has it")
    assert absent.updated_at >= at(60)


def test_the_audit_gets_an_order_in_plain_values():
    filled = order(
        status=OrderStatus.PARTIALLY_FILLED,
        filled="4",
        filled_avg_price=Decimal("190.05"),
        reason="so it goes",
    )

    assert terms(filled) == {
        "order": "kc-t-1",
        "broker_id": "b-kc-t-1",
        "terms": "buy 10 AAPL @ 190.10 day",
        "symbol": "AAPL",
        "status": "partially_filled",
        "filled_qty": "4",
        "filled_avg_price": "190.05",
        "is_foreign": False,
        "reason": "so it goes",
    }
    assert terms(order())["filled_avg_price"] is None
