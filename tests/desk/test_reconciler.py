"""One comparison with the broker, step by step: what is asked, told, taken over and answered."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.desk.books import Books, terms
from console.desk.limits import Pace
from console.desk.reconcile import Reconciler
from console.desk.recorder import THE_DESK
from console.desk.store import Store
from console.desk.survey import Snapshot
from console.domain.alerts import AlertKind, Severity
from console.domain.events import OrderUpdated
from console.domain.orders import LegRole, OrderClass, OrderStatus
from console.domain.reconciliation import Cause, Subject
from console.ports import BrokerUnavailable, KeysRefused
from tests.builders import NOON, account, at, fill, market_clock, order, position, sell
from tests.desk.conftest import until

PACE = Pace(
    reconcile_every=3_600.0, difference_grace=1.0, retry_first=0.25, reconcile_pause_longest=0.8
)


class Hand:
    """The time, stopped; and a sleep that only counts."""

    def __init__(self) -> None:
        self.time = NOON
        self.slept: list[float] = []

    def now(self):
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


class Answers:
    """A survey, a look-up and an alarm that say and keep what the test wants."""

    def __init__(self) -> None:
        self.orders, self.open_orders, self.fills, self.positions = [], [], [], []
        self.ours = ()
        self.found = {}
        self.trouble: list[Exception] = []
        self.asked: list[tuple[object, bool]] = []
        self.probes = 0
        self.raised, self.noted = [], []
        self.meanwhile = lambda: None
        self.asked_at = at(-1)

    async def take(self, since, *, is_first: bool) -> Snapshot:
        self.asked.append((since, is_first))
        if self.trouble:
            raise self.trouble.pop(0)
        self.meanwhile()
        await asyncio.sleep(0)
        return Snapshot(
            open_orders=self.open_orders,
            recent_orders=self.orders,
            fills=self.fills,
            positions=self.positions,
            account=account(),
            clock=market_clock(),
            asked_at=self.asked_at,
            ours=self.ours,
        )

    async def answers(self):
        self.probes += 1
        if self.trouble:
            raise self.trouble.pop(0)
        return market_clock()

    async def look_up(self, key: str):
        return self.found.get(key)

    def alert(self, kind, severity, text, symbol=None) -> None:
        self.raised.append((kind, severity, text, symbol))

    def note(self, kind, actor, body, *rows) -> None:
        assert actor is THE_DESK
        self.noted.append((kind, dict(body), rows))

    def notes(self, kind: str):
        return [(body, rows) for noted, body, rows in self.noted if noted == kind]


class Comparing:
    """A reconciler among fakes; its round 0 is over unless the test is about it."""

    def __init__(self, pace: Pace = PACE) -> None:
        self.broker, self.hand, self.store = Answers(), Hand(), Store()
        self.books = Books(store=self.store, recorder=self.broker, clock=self.hand)
        self.reconciler = Reconciler(
            survey=self.broker,
            store=self.store,
            books=self.books,
            recorder=self.broker,
            unknowns=self.broker,
            alerts=self.broker,
            clock=self.hand,
            pace=pace,
            sleep=self.hand.sleep,
        )
        self.done: list[int] = []
        self.deaf: list[str] = []
        self.wrong: list[str] = []
        self.reconciler.on_done = self.done.append
        self.reconciler.on_deaf = lambda: self.deaf.append("deaf")
        self.reconciler.on_mismatch = self.wrong.extend

    async def open(self) -> None:
        """Have the first comparison over and the trading stream up."""
        await self.reconciler.reconcile()
        self.reconciler.gap = ""
        self.done.clear()
        self.broker.asked.clear()
        self.broker.noted.clear()
        self.hand.slept.clear()

    @property
    def state(self):
        return self.store.state

    def texts(self) -> list[str]:
        return [text for _, _, text, _ in self.broker.raised]


@pytest.fixture
def desk() -> Comparing:
    return Comparing()


async def test_the_first_question_looks_back_a_day_and_the_next_to_shortly_before_the_last(desk):
    await desk.reconciler.reconcile()
    await desk.reconciler.reconcile()

    assert desk.broker.asked == [
        (NOON - timedelta(days=1), True),
        (at(-1) - timedelta(minutes=2), False),
    ]


async def test_with_an_old_order_open_the_first_question_looks_back_to_before_it(desk):
    for number, age in enumerate((40, 90, 50)):
        old = order(f"kc-t-{number}", submitted_at=NOON - timedelta(hours=age))
        desk.store.apply(OrderUpdated(old))

    desk.reconciler.remember({})
    await desk.reconciler.reconcile()

    (since, _) = desk.broker.asked[0]
    assert since == NOON - timedelta(hours=90, minutes=2)


def test_what_a_former_desk_held_is_taken_up_and_what_cannot_be_read_is_left(desk, caplog):
    desk.reconciler.remember({"positions": "no text of ours"})
    assert not desk.books.ledger.is_open
    assert len(caplog.records) == 1

    desk.reconciler.remember({"positions": '{"AAPL": "10"}'})

    assert desk.state.holdings["AAPL"].qty == 10


async def test_the_account_is_as_old_as_the_question(desk):
    await desk.reconciler.reconcile()

    assert desk.state.account == account(made_at=at(-1))
    assert desk.state.positions_at == at(-1)
    assert desk.state.clock == market_clock()


async def test_what_was_found_is_told_with_its_cause_numbers_and_duration(desk):
    desk.broker.orders = [order("kc-t-1"), order("kc-t-2")]
    desk.broker.open_orders = [order("kc-t-2"), order("kc-t-3")]
    desk.broker.fills, desk.broker.positions = [fill()], [position(), position("F")]
    desk.broker.meanwhile = lambda: setattr(desk.hand, "time", at(1.23456))

    await desk.reconciler.reconcile()

    told = desk.state.reconciliation
    assert (told.number, told.cause, told.orders, told.fills, told.positions) == (
        *(1, Cause.START),
        *(3, 1, 2),
    )
    assert (told.began_at, told.at) == (NOON, at(1.23456))
    [(body, _)] = desk.broker.notes("reconcile.done")
    assert (body["cause"], body["seconds"]) == ("the desk started", 1.235)
    assert body["found"] == str(told)
    assert body["differences"] == [
        {"text": found.text, "done": "It is followed and counted like our own."}
        for found in told.differences
    ]


async def test_comparisons_are_counted_and_a_routine_one_without_a_find_is_not_written_down(desk):
    await desk.open()

    await desk.reconciler.reconcile()
    await desk.reconciler.reconcile()

    told = desk.state.reconciliation
    assert (told.number, told.cause) == (3, Cause.ROUTINE)
    assert desk.broker.notes("reconcile.done") == []


async def test_a_find_and_a_comparison_with_a_cause_are_written_down(desk):
    await desk.reconciler.reconcile()
    [(start, _)] = desk.broker.notes("reconcile.done")
    desk.broker.orders = [order("kc-z-1")]
    await desk.reconciler.reconcile()

    _, (found, _) = desk.broker.notes("reconcile.done")
    assert (start["cause"], start["differences"]) == ("the desk started", [])
    assert (found["cause"], len(found["differences"])) == ("routine", 1)


async def test_comparisons_go_on_by_themselves_every_few_seconds():
    desk = Comparing(replace(PACE, reconcile_every=0.01))
    work = asyncio.create_task(desk.reconciler.work())

    await until(lambda: len(desk.done) >= 3, "the third comparison")
    work.cancel()

    assert desk.state.reconciliation.cause is Cause.ROUTINE


async def test_an_order_of_which_the_stream_did_not_tell_makes_it_deaf(desk):
    await desk.open()
    desk.broker.orders = [order("other")]

    await desk.reconciler.reconcile()

    assert (desk.deaf, desk.hand.slept) == (["deaf"], [1.0])


async def test_of_several_causes_the_weightiest_is_told_and_every_demand_has_a_number(desk):
    await desk.open()

    demands = [desk.reconciler.demand(c) for c in (Cause.RECONNECTED, Cause.ASKED, Cause.UNKNOWN)]
    await desk.reconciler.reconcile()

    assert demands == [1, 2, 3]
    assert desk.done == [3]
    assert desk.state.reconciliation.cause is Cause.ASKED
    assert desk.reconciler.demand() == 4
    await desk.reconciler.reconcile()
    assert desk.state.reconciliation.cause is Cause.DOUBT


async def test_a_demand_is_answered_by_a_comparison_that_began_after_it(desk):
    await desk.open()
    asked = []
    desk.broker.meanwhile = lambda: (
        asked or asked.append(asyncio.ensure_future(desk.reconciler.ask()))
    )

    await desk.reconciler.reconcile()
    is_answered_by_the_one_under_way = asked[0].done()
    await desk.reconciler.reconcile()

    assert not is_answered_by_the_one_under_way
    assert (await asked[0]).number == 3
    assert desk.done == [0, 1]


async def test_an_order_nobody_here_placed_is_told_once_with_whose_name_it_bears(desk):
    desk.broker.orders = [order("other", submitted_at=at(1)), order("kc-z-1")]

    await desk.reconciler.reconcile()
    await desk.reconciler.reconcile()

    told = "The broker has an order this desk did not place: buy 10 AAPL @ 190.10 day"
    assert desk.texts() == [f"{told} (foreign).", f"{told} (named by a Killcord desk)."]
    assert desk.broker.raised[0][:2] == (AlertKind.DIFFERENCE, Severity.WARNING)
    assert desk.broker.raised[0][3] == "AAPL"


async def test_a_difference_is_written_down_with_what_was_done_and_the_orders_terms(desk):
    desk.broker.orders = [order("kc-z-1")]

    await desk.reconciler.reconcile()

    (found,) = desk.state.differing.differences
    assert (found.subject, found.symbol, found.order) == (Subject.ORDER, "AAPL", "kc-z-1")
    [(body, _)] = desk.broker.notes("reconcile.difference")
    expected = terms(order("kc-z-1"))
    assert body == {"text": found.text, "done": found.done, **expected}


def test_no_leg_is_announced_and_no_old_order_that_is_over(desk):
    exit_ = sell(key="leg-1", order_class=OrderClass.BRACKET)
    over = order("other", OrderStatus.CANCELED, is_foreign=True)

    desk.reconciler.announce(order("leg-1", wanted=exit_, role=LegRole.STOP_LOSS))
    desk.reconciler.announce(over)
    assert desk.texts() == []

    desk.reconciler.gap = ""
    desk.reconciler.announce(over)
    desk.reconciler.announce(over)
    assert len(desk.texts()) == 1


async def test_a_stream_that_kept_silent_is_given_a_moment_and_then_called_deaf(desk):
    desk.store.apply(OrderUpdated(order()))
    desk.broker.orders = [order()]
    await desk.open()

    await desk.reconciler.reconcile()
    assert (desk.hand.slept, desk.deaf) == ([], [])
    desk.broker.orders = [order(status=OrderStatus.FILLED, filled="10", updated=1)]
    await desk.reconciler.reconcile()

    assert (desk.hand.slept, desk.deaf) == ([1.0], ["deaf"])
    (told,) = desk.texts()
    assert told.startswith("buy 10 AAPL @ 190.10 day was new; the broker says filled, and the")
    assert told.endswith("trading stream did not say so.")
    assert desk.state.differing.differences[0].done == "The broker's word was taken over."


async def test_what_the_stream_could_not_tell_is_no_fault_of_it(desk):
    desk.store.apply(OrderUpdated(order()))
    await desk.open()
    desk.reconciler.gap = "while it was down"
    desk.broker.orders = [order(status=OrderStatus.CANCELED, updated=1)]

    await desk.reconciler.reconcile()

    assert (desk.hand.slept, desk.deaf) == ([], [])
    assert desk.texts()[0].endswith("the broker says canceled, while it was down.")


@pytest.mark.parametrize(
    ("was", "now", "is_told"),
    [
        (order(), order(status=OrderStatus.PENDING_CANCEL, updated=1), False),
        (order(), order(status=OrderStatus.PARTIALLY_FILLED, filled="4", updated=1), True),
        (order(filled="4"), order(status=OrderStatus.CANCELED, filled="4", updated=1), True),
        (order(status=OrderStatus.IN_FLIGHT, broker_id=None), order(), False),
        (order(status=OrderStatus.UNKNOWN, broker_id=None), order(filled="4"), False),
    ],
)
async def test_only_an_end_or_a_fill_that_was_missed_is_a_difference(desk, was, now, is_told):
    desk.store.apply(OrderUpdated(was))
    await desk.open()
    desk.broker.orders = [now]

    await desk.reconciler.reconcile()

    assert bool(desk.texts()) is is_told
    assert bool(desk.deaf) is is_told
    assert desk.state.orders["kc-t-1"] == now


async def test_an_order_the_broker_does_not_list_is_looked_up_and_its_end_told(desk):
    desk.store.apply(OrderUpdated(order()))
    await desk.open()
    desk.broker.ours = desk.state.open_orders
    desk.broker.found = {"kc-t-1": order(status=OrderStatus.FILLED, filled="10", updated=1)}

    await desk.reconciler.reconcile()

    assert (desk.deaf, desk.hand.slept) == (["deaf"], [1.0])
    assert "was new; the broker says filled" in desk.texts()[0]


async def test_an_order_the_broker_neither_lists_nor_finds_is_absent_and_no_fault_of_the_stream(
    desk,
):
    desk.store.apply(OrderUpdated(order()))
    await desk.open()
    desk.broker.ours = desk.state.open_orders

    await desk.reconciler.reconcile()

    absent = desk.state.orders["kc-t-1"]
    assert (absent.status, absent.reason) == (
        OrderStatus.ABSENT,
        "the broker no longer knows it",
    )
    assert desk.texts() == ["The broker no longer knows buy 10 AAPL @ 190.10 day, which was new."]
    assert desk.state.differing.differences[0].done == "It counts as absent."
    [(body, rows)] = desk.broker.notes("reconcile.difference")
    assert (body["status"], rows) == ("absent", (absent,))
    assert desk.deaf == []


async def test_an_order_that_ended_while_the_broker_was_asked_is_not_looked_up(desk):
    desk.store.apply(OrderUpdated(order()))
    await desk.open()
    desk.broker.ours = desk.state.open_orders
    ended = order(status=OrderStatus.CANCELED, updated=1)
    desk.broker.meanwhile = lambda: desk.store.apply(OrderUpdated(ended))

    await desk.reconciler.reconcile()

    assert (desk.texts(), desk.deaf) == ([], [])
    assert desk.state.orders["kc-t-1"] == ended


async def test_a_fill_the_stream_did_not_tell_is_booked_by_the_comparison(desk):
    desk.broker.orders, desk.broker.fills = [order(filled="10")], [fill("x-1", "b-kc-t-1")]

    await desk.reconciler.reconcile()

    assert desk.state.fills["x-1"].order == "kc-t-1"
    [(body, _)] = desk.broker.notes("fill.told")
    assert body["source"] == "reconciliation"
    assert desk.broker.notes("order.told")[0][0]["source"] == "reconciliation"


async def test_a_holding_that_differs_is_a_difference_when_it_does_so_twice_the_same(desk):
    await desk.open()
    desk.broker.positions = [position(qty="3")]
    await desk.reconciler.reconcile()
    assert (desk.texts(), desk.hand.slept) == ([], [])

    desk.broker.positions = [position(qty="5")]
    await desk.reconciler.reconcile()
    assert (desk.texts(), desk.hand.slept) == ([], [1.0])
    await desk.reconciler.reconcile()

    text = "Position in AAPL: we had 0, the broker has 5."
    assert (desk.texts(), desk.wrong, desk.hand.slept) == ([text], [text], [1.0, 1.0])
    assert desk.state.holdings["AAPL"].qty == 5
    await desk.reconciler.reconcile()
    assert desk.hand.slept == [1.0, 1.0]


async def test_a_holding_that_may_differ_is_looked_at_again_at_once(desk):
    await desk.open()
    desk.broker.positions = [position(qty="3")]
    work = asyncio.create_task(desk.reconciler.work())

    await until(desk.texts, "the difference")
    work.cancel()

    assert desk.texts() == ["Position in AAPL: we had 0, the broker has 3."]


async def test_what_changed_while_the_desk_was_away_is_told_at_once_and_no_mismatch(desk):
    desk.reconciler.remember({"positions": '{"AAPL": "10"}'})
    desk.broker.positions = [position(qty="15", price="180")]

    await desk.reconciler.reconcile()

    assert desk.texts() == ["Position in AAPL: we had 10, the broker has 15."]
    assert desk.wrong == []
    assert desk.state.holdings["AAPL"].cost == 15 * 180
    assert desk.broker.notes("reconcile.difference")[0][0]["symbol"] == "AAPL"


async def test_a_cost_that_nobody_knew_is_taken_from_the_broker(desk):
    desk.reconciler.remember({"positions": '{"AAPL": "10"}'})
    desk.broker.positions = [position(qty="10", price="180")]

    await desk.reconciler.reconcile()

    assert desk.texts() == []
    assert desk.state.holdings["AAPL"].cost == 1800


async def test_a_split_is_taken_over_and_is_no_mismatch(desk):
    desk.broker.positions = [position(qty="10", price="100")]
    await desk.open()
    desk.broker.positions = [position(qty="20", price="50")]

    await desk.reconciler.reconcile()
    await desk.reconciler.reconcile()

    assert "a split" in desk.texts()[0]
    assert desk.wrong == []
    assert desk.state.holdings["AAPL"].qty == Decimal(20)


async def test_an_outage_is_probed_ever_more_slowly_and_ends_with_a_comparison(desk):
    desk.broker.trouble = [BrokerUnavailable("500")] * 5
    work = asyncio.create_task(desk.reconciler.work())
    await until(lambda: desk.done, "the comparison")
    work.cancel()

    assert desk.hand.slept == [0.25, 0.5, 0.8, 0.8, 0.8]
    assert (len(desk.broker.asked), desk.broker.probes) == (2, 5)
    assert desk.texts() == []


async def test_who_asked_during_an_outage_is_told_of_it(desk):
    asked = asyncio.create_task(desk.reconciler.ask())
    await asyncio.sleep(0)
    desk.broker.trouble = [BrokerUnavailable("500")]
    work = asyncio.create_task(desk.reconciler.work())

    with pytest.raises(BrokerUnavailable, match="500"):
        await asked

    work.cancel()


async def test_who_went_away_before_the_answer_holds_up_nobody(desk):
    gone, waiting = (asyncio.create_task(desk.reconciler.ask()) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)

    await desk.reconciler.reconcile()

    assert (await waiting).number == 1
    late = asyncio.create_task(desk.reconciler.ask())
    await asyncio.sleep(0)
    late.cancel()
    await asyncio.sleep(0)
    desk.reconciler._could_not(BrokerUnavailable("500"))
    await desk.reconciler.reconcile()
    assert desk.done == [2, 3]


async def test_refused_keys_are_told_once_until_they_are_taken_again(desk):
    refused = KeysRefused("401")
    desk.broker.trouble = [refused, refused, BrokerUnavailable("500")]
    work = asyncio.create_task(desk.reconciler.work())
    await until(lambda: desk.done, "the comparison")
    work.cancel()

    assert len(desk.texts()) == 1
    assert desk.texts()[0].startswith("The broker refuses the keys: 401. Mend keys.json")
    assert desk.broker.raised[0][:2] == (AlertKind.SYSTEM, Severity.CRITICAL)
    desk.reconciler._could_not(refused)
    assert len(desk.texts()) == 2


def test_only_orders_by_the_brokers_word_that_it_did_not_tell_of_are_missing():
    ours = (
        order("kc-t-1"),
        order("kc-t-2"),
        order("kc-t-3", OrderStatus.UNKNOWN, broker_id=None),
        order("kc-t-4"),
    )
    told = Snapshot(
        open_orders=[order("kc-t-1")],
        recent_orders=[order("kc-t-4")],
        fills=[],
        positions=[],
        account=account(),
        clock=market_clock(),
        asked_at=NOON,
        ours=ours,
    )

    assert told.missing == (ours[1],)
    assert replace(told, ours=()).missing == ()
