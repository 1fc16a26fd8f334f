"""An order without an answer, followed to its end: what is asked, how often, and what ends it."""

import asyncio
from datetime import timedelta

import pytest

from console.desk.books import Books, terms
from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.recorder import THE_DESK
from console.desk.store import Store
from console.desk.unknowns import Unknowns
from console.domain.events import OrderUpdated
from console.domain.orders import OrderStatus
from console.ports import BrokerUnavailable
from tests.builders import NOON, order
from tests.desk.fakes import hang

PACE = Pace(absent_after=5.0, retry_first=0.25, retry_longest=5.0)
LOST = order(status=OrderStatus.UNKNOWN, broker_id=None)
THERE = order(updated=1)


class Following:
    """The look-ups among fakes: a sleep moves the time on, the broker says what it is told to."""

    def __init__(self, pace: Pace = PACE) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []
        self.answers: list[object] = []
        self.asked: list[tuple[float, str]] = []
        self.takes = 0.0
        self.noted, self.resolved, self.names, self.tasks = [], [], [], []
        self.meanwhile = lambda: None
        self.store = Store()
        self.unknowns = Unknowns(
            broker=self,
            store=self.store,
            books=Books(store=self.store, recorder=self, clock=self),
            recorder=self,
            connections=Connections(store=self.store, clock=self),
            workers=self,
            clock=self,
            pace=pace,
            sleep=self.sleep,
        )
        self.unknowns.on_resolved = self.resolved.append

    def now(self):
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    async def find(self, key: str):
        self.asked.append((self.seconds, key))
        self.seconds += self.takes
        self.meanwhile()
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def run(self, name: str, work) -> None:
        self.names.append(name)
        self.tasks.append(asyncio.ensure_future(work))

    def note(self, kind, actor, body, *rows) -> None:
        assert actor is THE_DESK
        self.noted.append((kind, dict(body), rows))

    async def follow(self, *orders) -> None:
        """Follow orders to their ends."""
        self.store.apply(*(OrderUpdated(told) for told in orders))
        for told in orders:
            self.unknowns.follow(told.key)
        await self.end()

    async def end(self) -> None:
        async with asyncio.timeout(30):
            await asyncio.gather(*self.tasks)

    def only(self):
        (told,) = self.store.state.orders.values()
        return told


async def test_an_order_that_two_look_ups_far_enough_apart_did_not_find_is_absent():
    desk = Following()

    await desk.follow(LOST)

    absent = desk.only()
    assert (absent.status, absent.updated_at) == (OrderStatus.ABSENT, desk.now())
    assert absent.reason == "the broker had no such order for 5 s"
    assert desk.slept == [0.25, 0.5, 1.0, 2.0, 4.0]
    assert desk.noted == [("order.absent", terms(absent), (absent,))]
    assert desk.resolved == [absent]


async def test_look_ups_exactly_so_far_apart_are_far_enough():
    desk = Following(Pace(absent_after=5.0, retry_first=2.5, retry_longest=2.5))

    await desk.follow(LOST)

    assert [asked for asked, _ in desk.asked] == [0.0, 2.5, 5.0]


async def test_an_answer_that_took_long_is_as_old_as_its_question():
    desk = Following()
    desk.takes = 4.0

    await desk.follow(LOST)

    # the first no was heard at 4 s; the first question after 9 s is the second that counts
    assert [asked for asked, _ in desk.asked] == [0.0, 4.25, 8.75, 13.75]


async def test_a_look_up_that_fails_in_a_way_nobody_foresaw_does_not_end_the_following():
    desk = Following()
    desk.answers = [TypeError("half an answer"), THERE]

    await desk.follow(LOST)

    assert desk.only().status is THERE.status
    assert desk.resolved == [desk.only()]


async def test_a_failed_look_up_is_no_no_and_is_asked_again_ever_more_slowly():
    desk = Following()
    desk.answers = [*[BrokerUnavailable("500")] * 7, THERE]

    await desk.follow(LOST)

    assert desk.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    assert desk.only() == THERE


async def test_an_order_that_is_found_is_taken_in_and_told_as_looked_up():
    desk = Following()
    desk.answers = [THERE]

    await desk.follow(LOST)

    assert (desk.only(), desk.resolved, desk.slept) == (THERE, [THERE], [])
    [(kind, body, rows)] = desk.noted
    assert (kind, body["source"], rows) == ("order.told", "look-up", (THERE,))


async def test_an_order_the_stream_tells_of_meanwhile_is_asked_for_no_more():
    desk = Following()
    desk.meanwhile = lambda: desk.store.apply(OrderUpdated(THERE))

    await desk.follow(LOST)

    assert (len(desk.asked), desk.slept) == (1, [])
    assert desk.resolved == [THERE]


async def test_an_order_is_followed_once_at_a_time_and_again_when_it_is_lost_again():
    desk = Following()
    desk.answers = [BrokerUnavailable("500"), THERE]
    desk.store.apply(OrderUpdated(LOST))

    desk.unknowns.follow(LOST.key)
    desk.unknowns.follow(LOST.key)
    await desk.end()
    after_the_first = len(desk.asked)
    desk.unknowns.follow(LOST.key)
    await desk.end()

    assert after_the_first == 2
    assert desk.names == ["look-up of kc-t-1"] * 2
    assert len(desk.resolved) == 2


async def test_what_a_former_desk_left_unanswered_is_unknown_from_now_on_and_followed():
    desk = Following()
    desk.seconds = 60.0
    left = [
        order("kc-t-1", OrderStatus.IN_FLIGHT, broker_id=None),
        order("kc-t-2", OrderStatus.UNKNOWN, broker_id=None),
        order("kc-t-3"),
        order("kc-t-4", OrderStatus.FILLED),
    ]
    desk.store.apply(*(OrderUpdated(told) for told in left))
    before = desk.unknowns.are_remembered

    desk.unknowns.follow_remembered()
    orders = desk.store.state.orders
    unknown = [told for told in orders.values() if told.status is OrderStatus.UNKNOWN]

    assert (before, desk.unknowns.are_remembered) == (False, True)
    assert [told.key for told in unknown] == ["kc-t-1", "kc-t-2"]
    assert {told.updated_at for told in unknown} == {desk.now()}
    assert desk.unknowns.open == tuple(unknown)
    assert desk.names == ["look-up of kc-t-1", "look-up of kc-t-2"]
    await desk.end()
    assert desk.unknowns.open == ()


async def test_a_single_look_up_says_what_the_broker_said_or_that_it_could_not():
    desk = Following(Pace(send_deadline=0.01))
    desk.answers = [THERE, None, BrokerUnavailable("500")]

    assert await desk.unknowns.look_up("kc-t-1") == THERE
    assert await desk.unknowns.look_up("kc-t-1") is None
    with pytest.raises(BrokerUnavailable, match="500"):
        await desk.unknowns.look_up("kc-t-1")
    desk.find = lambda _key: hang()
    with pytest.raises(BrokerUnavailable, match=r"within 0.01 s"):
        await desk.unknowns.look_up("kc-t-1")

    assert [key for _, key in desk.asked] == ["kc-t-1"] * 3
    assert desk.only() == THERE
