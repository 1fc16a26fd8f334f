"""Fills that an order was told to have and nobody told of: when and how they are asked for."""

import asyncio
from datetime import timedelta

import pytest

from console.desk.books import Books
from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.store import Store
from console.desk.unbooked import Unbooked
from console.domain.orders import OrderStatus
from console.ports import BrokerUnavailable
from tests.builders import NOON, at, buy, fill, order
from tests.desk.fakes import FakeClock, hang


class Short:
    """Books that may lack fills, and the broker that has them."""

    def __init__(self, pace: Pace | None = None) -> None:
        self.fills, self.since, self.slept, self.names, self.tasks = [], [], [], [], []
        self.sources: list[object] = []
        self.meanwhile = lambda: None
        clock, store = FakeClock(), Store()
        self.store = store
        self.books = Books(store=store, recorder=self, clock=clock)
        self.unbooked = Unbooked(
            broker=self,
            books=self.books,
            connections=Connections(store=Store(), clock=clock),
            workers=self,
            pace=pace or Pace(difference_grace=1.0),
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.meanwhile()
        await asyncio.sleep(0)

    async def fills_since(self, since):
        self.since.append(since)
        return self.fills

    def note(self, kind, _actor, body, *_rows) -> None:
        if kind == "fill.told":
            self.sources.append(body["source"])

    def run(self, name: str, work) -> None:
        self.names.append(name)
        self.tasks.append(asyncio.ensure_future(work))

    async def tell(self, *orders) -> None:
        """Have orders told by a look-up, and wait for what follows."""
        for told in orders:
            self.books.tell_order(told, source="look-up")
        async with asyncio.timeout(30):
            await asyncio.gather(*self.tasks)

    def booked(self) -> dict[str, str]:
        return {made.execution_id: made.order for made in self.store.state.fills.values()}


def filled(key: str, qty: str = "10", submitted: float = 0.0):
    wanted = buy(key=key)
    return order(key, OrderStatus.FILLED, qty, wanted=wanted, submitted_at=at(submitted))


async def test_fills_that_do_not_follow_are_asked_for_after_a_moment_and_booked():
    desk = Short()
    desk.fills = [fill("x-1", "b-kc-t-1", qty="10")]

    await desk.tell(filled("kc-t-1"))

    assert (desk.slept, desk.names) == ([1.0], ["fills not booked yet"])
    assert desk.since == [NOON - timedelta(minutes=2)]
    assert (desk.booked(), desk.sources) == ({"x-1": "kc-t-1"}, ["look-up"])


async def test_fills_that_follow_by_themselves_are_not_asked_for():
    desk = Short()
    desk.meanwhile = lambda: desk.books.tell_fill(fill("x-1"), source="stream")

    await desk.tell(filled("kc-t-1"))

    assert (desk.slept, desk.since) == ([1.0], [])


async def test_an_order_whose_fills_are_booked_asks_for_nothing():
    desk = Short()
    desk.books.tell_fill(fill("x-1"), source="stream")

    await desk.tell(filled("kc-t-1"), order("kc-t-2", wanted=buy(key="kc-t-2")))

    assert desk.names == []


async def test_several_orders_are_asked_for_at_once_from_before_the_first_that_lacks_any():
    desk = Short()
    desk.meanwhile = lambda: desk.books.tell_fill(fill("x-0", "kc-t-0"), source="stream")
    desk.fills = [fill("x-1", "b-kc-t-1"), fill("x-2", "b-kc-t-2")]

    await desk.tell(
        filled("kc-t-0", submitted=-900), filled("kc-t-2", submitted=60), filled("kc-t-1")
    )

    assert desk.since == [NOON - timedelta(minutes=2)]
    assert len(desk.names) == 1
    assert desk.booked() == {"x-0": "kc-t-0", "x-1": "kc-t-1", "x-2": "kc-t-2"}


async def test_an_order_that_is_short_later_is_asked_for_anew():
    desk = Short()

    await desk.tell(filled("kc-t-1"))
    await desk.tell(filled("kc-t-2", submitted=60))

    assert desk.since == [NOON - timedelta(minutes=2), at(60) - timedelta(minutes=2)]


@pytest.mark.parametrize("answers", ["never", "badly"])
async def test_what_the_broker_cannot_tell_is_left_and_asked_for_with_the_next(answers):
    desk = Short(Pace(difference_grace=1.0, send_deadline=0.01))
    real = desk.fills_since

    async def lose(_since):
        if answers == "never":
            await hang()
        raise BrokerUnavailable("500")

    desk.fills_since = lose
    await desk.tell(filled("kc-t-1"))
    desk.fills_since = real
    desk.fills = [fill("x-1", "b-kc-t-1")]
    await desk.tell(filled("kc-t-2"))

    assert desk.booked() == {"x-1": "kc-t-1"}
