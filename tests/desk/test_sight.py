"""What a closing order is decided by: asked anew, waited for, and never guessed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.desk.connections import Connections
from console.desk.flatten_limits import FlattenLimits
from console.desk.limits import Limits, Pace
from console.desk.sight import Left, Sight
from console.desk.store import Store
from console.domain.events import ClockReported, FillBooked, MarketMoved, OrderUpdated
from console.domain.orders import OrderStatus, Side
from console.ports import BrokerUnavailable
from tests.builders import NOON, at, buy, fill, market_clock, order, position, quote, sell
from tests.desk.fakes import hang

D = Decimal
LIMITS = Limits(
    stale_after=2.0,
    pace=Pace(flat_deadline=3.0, flat_poll=1.0, quote_poll=0.5),
    flatten=FlattenLimits(quote_patience=2.0, positions_lag=5.0),
)


class Looking:
    """A sight among fakes; its sleep moves the time on and lets the test act."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []
        self.meanwhile = lambda: None
        self.listed, self.held, self.asked = [], [], []
        self.told, self.looked_up = [], []
        self.store = Store()
        self.sight = Sight(
            broker=self,
            store=self.store,
            books=self,
            unknowns=self,
            connections=Connections(store=Store(), clock=self),
            clock=self,
            limits=limits,
            sleep=self.sleep,
        )

    def now(self):
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        self.meanwhile()
        await asyncio.sleep(0)

    async def open_orders(self):
        return self.listed

    async def positions(self):
        return self.held

    async def is_suspended(self) -> bool:
        return True

    async def clock(self):
        self.asked.append("clock")
        return market_clock()

    async def look_up(self, key: str) -> None:
        self.looked_up.append(key)

    def tell_order(self, told, *, source: str) -> None:
        self.told.append((told.key, source))

    def tell_positions(self, positions, asked_at) -> None:
        self.told.append((tuple(held.symbol for held in positions), asked_at))

    def know(self, *orders) -> None:
        self.store.apply(*(OrderUpdated(told) for told in orders))


@pytest.fixture
def desk() -> Looking:
    return Looking()


LOST = order("kc-t-7", OrderStatus.UNKNOWN, wanted=sell(key="kc-t-7"), broker_id=None)


async def test_the_orders_of_a_symbol_are_those_the_broker_lists_and_ours_without_an_answer(desk):
    other = order("kc-t-2", wanted=buy(key="kc-t-2", symbol="MSFT"))
    far = replace(LOST, request=sell(key="kc-t-8", symbol="MSFT"))
    desk.know(LOST, far, order("kc-t-9"))
    desk.listed = [order("kc-t-1"), other]

    working = await desk.sight.working("AAPL")

    assert [told.key for told in working] == ["kc-t-1", "kc-t-7"]
    assert desk.told == [("kc-t-1", "flatten"), ("kc-t-2", "flatten")]


async def test_orders_are_waited_for_until_the_broker_lists_them_no_more(desk):
    desk.listed = [order("kc-t-1"), order("kc-t-2")]
    desk.meanwhile = lambda: desk.seconds == 2.0 and desk.listed.clear()

    left = await desk.sight.until_gone("AAPL")

    assert (left, desk.slept) == ((), [1.0, 1.0])


async def test_orders_that_stay_are_told_when_the_time_is_over(desk):
    desk.listed = [order("kc-t-1"), order("kc-t-2")]

    left = await desk.sight.until_gone("AAPL", ["kc-t-2", "kc-t-3"])

    assert [told.key for told in left] == ["kc-t-2"]
    assert desk.slept == [1.0] * 3


async def test_only_the_orders_that_are_named_are_waited_for(desk):
    desk.listed = [order("kc-t-1")]

    assert await desk.sight.until_gone("AAPL", ["kc-t-2"]) == ()
    assert desk.slept == []


async def test_an_end_that_the_stream_has_not_told_is_asked_for(desk):
    over = order("kc-t-1", OrderStatus.CANCELED)
    desk.know(over, order("kc-t-2"), order("kc-t-3"))

    await desk.sight.learn_ends([over, order("kc-t-2"), order("kc-t-3")])

    assert desk.looked_up == ["kc-t-2", "kc-t-3"]


async def test_what_is_held_is_asked_for_and_told_with_the_moment_of_the_question(desk):
    desk.held = [position("MSFT"), position(qty="0"), position("F", "-3")]

    assert [held.symbol for held in await desk.sight.positions()] == ["MSFT", "F"]
    assert (await desk.sight.position("F")).qty == -3
    assert await desk.sight.position("AAPL") is None
    assert desk.told[0] == (("MSFT", "AAPL", "F"), at(0))


async def test_a_broker_that_cannot_be_asked_is_no_empty_answer():
    desk = Looking(Limits(pace=Pace(send_deadline=0.01)))
    desk.positions = hang

    with pytest.raises(BrokerUnavailable, match=r"within 0.01 s"):
        await desk.sight.positions()


def confirmed(desk: Looking, qty: str = "100"):
    return desk.sight.worst_of("AAPL", D(qty), desk.sight.shown())


async def test_what_is_held_is_closed_and_what_is_flat_is_not(desk):
    worst = confirmed(desk)
    desk.held = [position(qty="100")]
    held = await desk.sight.closable("AAPL", worst, set())
    desk.held = []

    assert held == (position(qty="100"), 100)
    assert await desk.sight.closable("AAPL", worst, set()) == (None, 0)


async def test_a_position_that_turned_round_is_left(desk):
    worst = confirmed(desk)
    desk.held = [position(qty="-5")]

    with pytest.raises(Left, match="it turned round meanwhile, to -5: confirm again"):
        await desk.sight.closable("AAPL", worst, set())


def closed(qty: str):
    wanted = sell("100", key="kc-t-9")
    return order("kc-t-9", OrderStatus.FILLED, qty, wanted=wanted, updated=1)


async def test_a_list_that_lags_is_asked_again_until_it_shows_what_was_closed(desk):
    worst = confirmed(desk)
    desk.know(closed("100"))
    desk.held = [position(qty="100")]
    desk.meanwhile = lambda: desk.seconds == 2.0 and desk.held.clear()

    assert await desk.sight.closable("AAPL", worst, {"kc-t-9"}) == (None, 0)
    assert desk.slept == [1.0, 1.0]


async def test_what_is_listed_beyond_what_was_confirmed_is_left_when_the_time_is_over(desk):
    worst = confirmed(desk)
    desk.know(closed("100"))
    desk.held = [position(qty="30")]

    with pytest.raises(Left, match="the broker lists 30 still, beyond what was confirmed"):
        await desk.sight.closable("AAPL", worst, {"kc-t-9"})

    assert desk.slept == [1.0] * 3


async def test_what_others_have_sold_is_not_closed_again(desk):
    worst = confirmed(desk)
    desk.know(closed("40"))
    desk.held = [position(qty="100")]

    assert await desk.sight.closable("AAPL", worst, set()) == (position(qty="100"), 60)


def test_a_list_surely_shows_the_fills_that_are_older_than_it_may_lag(desk):
    desk.know(order("kc-t-1", filled="10"))
    desk.store.apply(
        FillBooked(fill("x-1", qty="4", made_at=at(10))),
        FillBooked(fill("x-2", qty="3", made_at=at(15))),
        FillBooked(fill("x-3", qty="2", made_at=at(15.5))),
    )
    desk.seconds = 20.0

    assert desk.sight.shown() == {"kc-t-1": 8}


async def test_one_order_is_looked_up_and_the_fence_is_read(desk):
    await desk.sight.look_up("kc-t-1")

    assert desk.looked_up == ["kc-t-1"]
    assert await desk.sight.is_suspended()


async def test_the_session_is_asked_for_only_when_nobody_has_told_it(desk):
    first = await desk.sight.market_clock()
    known = market_clock(is_open=False)
    desk.store.apply(ClockReported(known))
    again = await desk.sight.market_clock()

    assert (first, again, desk.asked) == (market_clock(), known, ["clock"])


def priced(desk: Looking, **more) -> None:
    desk.store.apply(MarketMoved(quotes=(quote(received_at=desk.now(), **more),)))


async def test_a_quote_that_is_young_enough_is_priced_by_at_once(desk):
    priced(desk)
    desk.seconds = 2.0

    assert (await desk.sight.fresh_quote("AAPL", Side.SELL)).bid == 190.0
    assert desk.slept == []


async def test_a_share_of_a_few_cents_is_priced_like_any_other(desk):
    priced(desk, bid=0.5, ask=0.51)

    for side in Side:
        assert (await desk.sight.fresh_quote("AAPL", side)).bid == 0.5


async def test_a_quote_is_waited_for_as_long_as_the_patience_lasts(desk):
    desk.meanwhile = lambda: desk.seconds == 2.0 and priced(desk, made_at=at(2))

    assert (await desk.sight.fresh_quote("AAPL", Side.SELL)).at == at(2)
    assert desk.slept == [0.5] * 4


@pytest.mark.parametrize(
    ("told", "side", "words"),
    [
        (None, Side.SELL, "it has no quote: it cannot be priced"),
        ({"bid": 0.0}, Side.SELL, "its quote has no bid: it cannot be priced"),
        ({"ask": 0.0}, Side.BUY, "its quote has no ask: it cannot be priced"),
        ({"made_at": at(-30)}, Side.BUY, "its quote is 32 s old: it cannot be priced"),
    ],
)
async def test_without_a_quote_to_price_by_a_position_is_left_and_why_is_told(
    desk, told, side, words
):
    if told is not None:
        desk.store.apply(MarketMoved(quotes=(quote(**told),)))

    with pytest.raises(Left) as left:
        await desk.sight.fresh_quote("AAPL", side)

    assert str(left.value) == words
    assert desk.slept == [0.5] * 4


@pytest.mark.parametrize(("told", "side"), [({"bid": 0.0}, Side.BUY), ({"ask": 0.0}, Side.SELL)])
async def test_a_closing_needs_only_the_side_it_trades_at(desk, told, side):
    desk.store.apply(MarketMoved(quotes=(quote(**told),)))

    assert await desk.sight.fresh_quote("AAPL", side) is desk.store.state.quotes["AAPL"]
