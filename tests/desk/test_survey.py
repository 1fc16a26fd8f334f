"""What the broker is asked for a comparison: everything, and the first time fitting together."""

from dataclasses import replace
from decimal import Decimal

import pytest

from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.store import Store
from console.desk.survey import MOST_TRIES, Survey
from console.domain.events import OrderUpdated
from console.ports import BrokerUnavailable
from tests.builders import at, buy, fill, order
from tests.desk.fakes import FakeBroker, FakeClock, FakeTradingStream, hang


class Asking:
    """A survey of a broker in memory, and how often it was asked for its positions."""

    def __init__(self, pace: Pace | None = None) -> None:
        self.clock, self.store, stream = FakeClock(), Store(), FakeTradingStream()
        stream.is_deaf = True
        self.broker = FakeBroker(stream, self.clock)
        self.asked = 0
        self.settles_after = 0
        self._positions = self.broker.positions
        self.broker.positions = self.positions
        self.survey = Survey(
            broker=self.broker,
            store=self.store,
            connections=Connections(store=self.store, clock=self.clock),
            clock=self.clock,
            pace=pace or Pace(),
        )

    async def positions(self):
        self.asked += 1
        if self.asked <= self.settles_after:
            self.broker.hold("AAPL", Decimal(1))
        return await self._positions()


async def test_a_survey_holds_what_the_broker_says_and_what_we_held_open_when_asked():
    desk = Asking()
    working, ours = desk.broker.place(buy(key="kc-t-1")), order("kc-t-2")
    desk.store.apply(OrderUpdated(ours))
    desk.broker.execute("kc-t-1", "4")

    told = await desk.survey.take(at(-60), is_first=False)

    assert [one.key for one in told.open_orders] == ["kc-t-1"]
    assert [one.key for one in told.recent_orders] == ["kc-t-1"]
    assert [(one.qty, one.order) for one in told.fills] == [(4, working.broker_id)]
    assert [one.qty for one in told.positions] == [4]
    assert (told.account.number, told.clock.is_open) == ("PA1", True)
    assert told.ours == told.missing == (ours,)


async def test_only_what_is_newer_than_the_moment_is_asked_for():
    desk = Asking()
    desk.broker.orders["kc-t-1"] = order("kc-t-1", submitted_at=at(-90))
    desk.broker.fills = [replace(fill(), at=at(-90))]

    told = await desk.survey.take(at(-60), is_first=False)

    assert (told.recent_orders, told.fills) == ([], [])
    assert [one.key for one in told.open_orders] == ["kc-t-1"]


async def test_its_age_counts_from_before_the_questions():
    desk = Asking()

    async def take_a_minute() -> None:
        desk.clock.move(60)

    desk.broker.before_asking = take_a_minute
    told = await desk.survey.take(at(-60), is_first=False)

    assert told.asked_at < at(60)


@pytest.mark.parametrize(("changes", "questions"), [(0, 2), (2, 4), (9, 2 * MOST_TRIES)])
async def test_the_first_time_positions_are_asked_for_until_no_fill_came_between(
    changes, questions
):
    desk = Asking()
    desk.settles_after = changes

    told = await desk.survey.take(at(-60), is_first=True)

    assert desk.asked == questions
    assert sum(one.qty for one in told.positions) == min(changes, questions)


async def test_later_they_are_asked_for_once():
    desk = Asking()

    await desk.survey.take(at(-60), is_first=False)

    assert desk.asked == 1


async def test_one_question_without_an_answer_spoils_the_whole():
    desk = Asking(Pace(reconcile_deadline=0.01))
    desk.broker.fills_since = lambda _since: hang()

    with pytest.raises(BrokerUnavailable, match=r"did not answer within 0.01 s"):
        await desk.survey.take(at(-60), is_first=False)


async def test_the_smallest_question_is_the_time_of_day():
    desk = Asking()

    told = await desk.survey.answers()

    assert (told.is_open, desk.broker.asked) == (True, ["clock"])


QUESTIONS = ["open_orders", "orders_since", "fills_since", "positions", "account", "clock"]


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_list_that_could_not_be_had_is_no_empty_one(question, is_first):
    desk = Asking()

    async def fail(*_since):
        raise BrokerUnavailable("500")

    setattr(desk.broker, question, fail)

    with pytest.raises(BrokerUnavailable, match="500"):
        await desk.survey.take(at(-60), is_first=is_first)
