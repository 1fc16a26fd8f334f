"""An exit among fakes, step by step: what is written down, waited for, sold and told."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from console.desk.exit_closer import MOST_CLOSINGS
from console.desk.exits import ExitDesk
from console.desk.limits import Limits, Pace
from console.desk.sight import Left
from console.desk.store import Store
from console.domain.events import ClockReported, OrderUpdated
from console.domain.market import Phase
from console.domain.orders import OrderStatus, OrderType, Side
from console.domain.receipts import Outcome, Receipt
from console.ports import BrokerUnavailable, Setting
from tests.builders import NOON, OWNER, at, market_clock, order, position, quote, sell

D = Decimal
CALM = Limits(pace=Pace(flat_deadline=3.0, flat_poll=1.0, retry_longest=5.0))
STOP = "sell 100 AAPL stop 180.00 day"


def stop():
    wanted = sell("100", key="kc-t-1", limit=None, order_type=OrderType.STOP, stop_price=D(180))
    return order("kc-t-1", wanted=wanted)


class Leaving:
    """An exit desk whose broker, guard and market do as they are told."""

    def __init__(self, held: str = "100", *lifted) -> None:
        self.store = Store()
        self.held, self.lifted = position(qty=held), lifted or (stop(),)
        self.store.apply(*(OrderUpdated(told) for told in self.lifted))
        self.closable_: list[object] = [(self.held, abs(D(held))), (None, D(0))]
        self.fates: list[OrderStatus] = []
        self.seconds = 0.0
        self.meanwhile = lambda: None
        self.on_look_up = lambda _number: None
        self.looked_up, self.reckoned = [], []
        self.left_open: tuple[str, ...] = ()
        self.submitted, self.canceled, self.waited_for, self.learned = [], [], [], []
        self.protected, self.told, self.warned, self.written, self.tasks = [], [], [], [], []
        self.protect_answers: list[object] = []
        self.desk = ExitDesk(
            sight=self,
            guard=SimpleNamespace(
                protect=self._protect,
                tell=lambda _symbol, text: self.told.append(text),
                lost=lambda _symbol, lifted, why: self.warned.append((list(lifted), why)),
            ),
            store=self.store,
            orders=self,
            cancels=self,
            cord=SimpleNamespace(objection=str),
            recorder=self,
            workers=self,
            clock=SimpleNamespace(now=self.now, monotonic=lambda: self.seconds),
            limits=CALM,
            sleep=self.sleep,
        )

    def now(self):
        return NOON + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.meanwhile()
        await asyncio.sleep(0)

    def shown(self):
        return {}

    async def position(self, _symbol):
        return self.held

    async def working(self, _symbol):
        return self.lifted

    async def fresh_quote(self, _symbol, _side):
        return quote()

    def worst_of(self, _symbol, _qty, _shown):
        return SimpleNamespace(closable=self._certain)

    def _certain(self, listed, orders, sent, now):
        self.reckoned.append((listed, [told.key for told in orders], set(sent), now))
        return D(7)

    async def look_up(self, key: str) -> None:
        self.looked_up.append((self.seconds, key))
        self.on_look_up(len(self.looked_up))

    async def until_gone(self, _symbol, keys=None):
        self.waited_for.append(keys)
        return self.left_open

    async def learn_ends(self, orders) -> None:
        self.learned += [told.key for told in orders]

    async def closable(self, _symbol, _worst, _sent):
        told = self.closable_.pop(0)
        if isinstance(told, Exception):
            raise told
        return told

    async def submit(self, request, _actor):
        self.submitted.append(request)
        key = f"kc-t-9{len(self.submitted)}"
        status = self.fates.pop(0) if self.fates else OrderStatus.FILLED
        wanted = sell(f"{request.qty:f}", key=key, limit=f"{request.limit_price}")
        self.end(key, status, wanted)
        outcome = Outcome.UNKNOWN if status is OrderStatus.UNKNOWN else Outcome.ACCEPTED
        return Receipt(outcome=outcome, detail=f"the answer to {key}", order=key)

    def end(self, key: str, status: OrderStatus, wanted=None, filled: str | None = None) -> None:
        """Tell where a closing order has come to."""
        wanted = wanted or self.store.state.orders[key].request
        done = filled or (f"{wanted.qty:f}" if status is OrderStatus.FILLED else "0")
        broker_id = None if status.is_ours else f"b-{key}"
        told = order(
            key, status, done, updated=self.seconds + 1, wanted=wanted, broker_id=broker_id
        )
        self.store.apply(OrderUpdated(told))

    async def cancel(self, keys, _actor) -> None:
        self.canceled.append(list(keys))

    async def _protect(self, _symbol, lifted, _actor, outcome, why, *, certain):
        self.protected.append(([told.key for told in lifted], outcome, why))
        assert certain(D(100)) == 7
        answer = self.protect_answers.pop(0) if self.protect_answers else None
        if isinstance(answer, Exception):
            raise answer
        return Receipt(outcome=outcome, detail=f"protected: {why}")

    async def write(self, kind, _actor, body, *rows) -> None:
        self.written.append((kind, dict(body), rows))

    try_write = write

    def note(self, kind, actor, body, *rows) -> None:
        self.written.append((kind, dict(body), rows))

    def run(self, name: str, work) -> None:
        self.tasks.append((name, asyncio.ensure_future(work)))

    async def rest(self) -> None:
        """Wait for what goes on behind the answer."""
        async with asyncio.timeout(30):
            await asyncio.gather(*(task for _, task in self.tasks))

    async def exit(self) -> Receipt:
        return await self.desk.exit("AAPL", OWNER)


def row(*lifted: str) -> tuple[Setting]:
    return (Setting(name="exits", value=json.dumps({"AAPL": list(lifted)} if lifted else {})),)


async def test_each_step_is_written_down_with_what_outlives_a_crash():
    desk = Leaving()

    receipt = await desk.exit()

    assert (receipt.outcome, receipt.order) == (Outcome.ACCEPTED, "kc-t-91")
    assert receipt.detail == "Exited: Sold 100 AAPL."
    assert desk.written == [
        ("exit.intended", {"symbol": "AAPL", "qty": "100", "lifts": [STOP]}, row(STOP)),
        ("exit.freed", {"symbol": "AAPL"}, ()),
        (
            "exit.answered",
            {"symbol": "AAPL", "outcome": "accepted", "detail": receipt.detail},
            row(),
        ),
    ]
    assert (desk.canceled, desk.waited_for, desk.learned) == (
        [["kc-t-1"]],
        [["kc-t-1"]],
        ["kc-t-1"],
    )
    assert not desk.desk.is_leaving("AAPL")


async def test_a_refusal_is_written_down_with_its_reason():
    desk = Leaving()
    desk.desk.is_closing = lambda symbol: symbol == "AAPL"

    await desk.exit()

    words = "AAPL is being closed already; wait for it."
    assert desk.written == [("exit.denied", {"symbol": "AAPL", "detail": words}, ())]


async def test_what_a_lagging_list_kept_back_is_sold_by_a_second_order_and_no_third():
    desk = Leaving()
    desk.closable_ = [(desk.held, D(60)), (position(qty="40"), D(30)), (None, D(0))]

    receipt = await desk.exit()

    assert [told.qty for told in desk.submitted] == [60, 30]
    assert len(desk.submitted) == MOST_CLOSINGS
    assert desk.protected == [(["kc-t-1"], Outcome.ACCEPTED, "the broker lists more than was sold")]
    assert receipt.outcome is Outcome.ACCEPTED


async def test_what_is_gone_after_the_first_order_is_flat():
    desk = Leaving()
    desk.closable_ = [(desk.held, D(60)), (None, D(0))]

    receipt = await desk.exit()

    assert (receipt.detail, receipt.order) == ("Exited: Sold 60 AAPL.", None)
    assert desk.protected == []


@pytest.mark.parametrize(
    ("is_sold", "outcome"), [(False, Outcome.DENIED), (True, Outcome.ACCEPTED)]
)
async def test_a_position_that_cannot_be_priced_is_protected_again_and_why_is_told(
    is_sold, outcome
):
    desk = Leaving()
    desk.closable_ = [Left("there is no bid")]
    if is_sold:
        desk.closable_.insert(0, (desk.held, D(60)))

    await desk.exit()

    assert desk.protected == [(["kc-t-1"], outcome, "there is no bid")]


async def test_a_stop_that_stays_is_not_sold_beside():
    desk = Leaving()
    desk.left_open = ("kc-t-1",)

    receipt = await desk.exit()

    assert desk.submitted == []
    assert desk.protected == [
        (["kc-t-1"], Outcome.UNKNOWN, "1 of its orders are not proven canceled")
    ]
    assert receipt.outcome is Outcome.UNKNOWN


async def test_a_closing_has_its_time_to_fill_and_is_taken_back_after_it():
    desk = Leaving()
    desk.fates = [OrderStatus.NEW]
    desk.meanwhile = lambda: (
        desk.seconds >= 4.0 and desk.end("kc-t-91", OrderStatus.CANCELED, filled="40")
    )

    await desk.exit()

    # three seconds to fill, then a cancel, then its end
    assert desk.canceled == [["kc-t-1"], ["kc-t-91"]]
    assert desk.seconds == 4.0
    [(keys, outcome, why)] = desk.protected
    assert (keys, outcome) == (["kc-t-1"], Outcome.ACCEPTED)
    assert why.startswith("the market took 40 of sell 100 AAPL")


async def test_a_closing_that_fills_in_its_time_is_not_taken_back():
    desk = Leaving()
    desk.fates = [OrderStatus.NEW]
    desk.meanwhile = lambda: desk.seconds >= 2.0 and desk.end("kc-t-91", OrderStatus.FILLED)

    receipt = await desk.exit()

    assert desk.canceled == [["kc-t-1"]]
    assert (receipt.detail, receipt.order) == ("Exited: Sold 100 AAPL.", "kc-t-91")


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        (OrderStatus.ABSENT, "never reached the broker"),
        (OrderStatus.EXPIRED, "the market took 0 of"),
    ],
)
async def test_what_was_not_sold_is_protected_again_for_what_is_certainly_left(fate, words):
    desk = Leaving()
    desk.fates = [fate]

    await desk.exit()

    [(keys, told, why)] = desk.protected
    assert (keys, told) == (["kc-t-1"], Outcome.REJECTED)
    assert words in why
    assert desk.reckoned == [(D(100), ["kc-t-1", "kc-t-91"], {"kc-t-91"}, 0.0)]


async def test_an_order_the_gate_or_the_broker_refuses_leaves_the_position_protected():
    desk = Leaving()
    no = Receipt(outcome=Outcome.REJECTED, detail="no", order="kc-t-91")
    desk.submit = lambda _request, _actor: asyncio.sleep(0, no)

    receipt = await desk.exit()

    assert desk.protected == [(["kc-t-1"], Outcome.REJECTED, "no")]
    assert receipt.outcome is Outcome.REJECTED


ONGOING = "is neither filled nor proven canceled"


async def test_a_closing_that_neither_fills_nor_ends_is_said_aloud_and_seen_to_its_end():
    desk = Leaving()
    desk.fates = [OrderStatus.NEW]
    desk.on_look_up = lambda number: (
        number == 4 and desk.end("kc-t-91", OrderStatus.CANCELED, filled="40")
    )

    receipt = await desk.exit()
    protected_before = list(desk.protected)
    await desk.rest()

    assert (receipt.outcome, receipt.order) == (Outcome.UNKNOWN, "kc-t-91")
    assert ONGOING in receipt.detail
    assert receipt.detail.endswith("then what is left is protected.")
    [(lifted, why)] = desk.warned
    assert lifted == [STOP]
    assert why.endswith(ONGOING)
    # three seconds to fill and three to end, then it is asked for ever more slowly
    assert [at for at, _ in desk.looked_up] == [6.25, 6.75, 7.75, 9.75]
    assert desk.canceled == [["kc-t-1"], ["kc-t-91"], *[["kc-t-91"]] * 4]
    assert protected_before == []
    [(keys, outcome, words)] = desk.protected
    assert (keys, outcome) == (["kc-t-1"], Outcome.ACCEPTED)
    assert desk.told == [f"protected: {words}"]
    assert desk.written[-1] == ("exit.over", {"symbol": "AAPL"}, row())


async def test_a_closing_that_cannot_be_followed_leaves_nothing_without_protection():
    desk = Leaving()
    desk.fates = [OrderStatus.NEW]

    def stumble(_number: int) -> None:
        raise RuntimeError("a bug")

    desk.on_look_up = stumble
    await desk.exit()
    await desk.rest()

    assert [keys for keys, _, _ in desk.protected] == [["kc-t-1"]]
    assert desk.told == ["protected: the broker was lost meanwhile"]
    assert not desk.desk.is_leaving("AAPL")


async def test_where_nothing_was_lifted_a_closing_without_an_end_is_told_as_a_warning():
    desk = Leaving()
    desk.lifted, desk.fates = (), [OrderStatus.NEW]
    desk.on_look_up = lambda _number: desk.end("kc-t-91", OrderStatus.FILLED)

    await desk.exit()
    await desk.rest()

    assert desk.warned == []
    assert desk.told[0].startswith("AAPL is not exited yet: sell 100 AAPL")
    assert desk.told[1:] == ["Exited: Sold 100 AAPL."]
    assert desk.canceled == [["kc-t-91"], ["kc-t-91"]]


async def test_a_closing_whose_cancel_is_on_its_way_is_only_asked_for():
    desk = Leaving()
    desk.fates = [OrderStatus.PENDING_CANCEL]

    def end(number: int) -> None:
        if number < 9:
            raise BrokerUnavailable("500")
        desk.end("kc-t-91", OrderStatus.FILLED)

    desk.on_look_up = end
    await desk.exit()
    await desk.rest()

    assert desk.canceled == [["kc-t-1"], ["kc-t-91"]]
    assert [
        later - at for (at, _), (later, _) in zip(desk.looked_up, desk.looked_up[1:], strict=False)
    ] == [
        *(0.5, 1.0, 2.0, 4.0),
        *(8.0, 15.0, 15.0, 15.0),
    ]


async def test_an_exit_that_arrived_after_all_has_its_time_and_is_then_said_aloud():
    desk = Leaving()
    desk.fates = [OrderStatus.UNKNOWN]
    desk.on_look_up = lambda _number: desk.end("kc-t-91", OrderStatus.FILLED)

    desk.meanwhile = lambda: desk.seconds == 1.0 and desk.end("kc-t-91", OrderStatus.NEW)

    await desk.exit()
    await desk.rest()

    assert [why.endswith(ONGOING) for _, why in desk.warned] == [True]
    assert desk.looked_up == [(7.25, "kc-t-91")]
    assert desk.told == ["Exited: Sold 100 AAPL."]


async def test_an_exit_without_an_answer_is_followed_behind_its_receipt_until_it_is_known():
    desk = Leaving()
    desk.fates = [OrderStatus.UNKNOWN]

    receipt = await desk.exit()
    is_under_way = desk.desk.is_leaving("AAPL")
    again = await desk.exit()
    desk.meanwhile = lambda: desk.seconds >= 7.0 and desk.end("kc-t-91", OrderStatus.FILLED)
    await desk.rest()

    assert (receipt.outcome, receipt.detail) == (Outcome.UNKNOWN, "the answer to kc-t-91")
    assert is_under_way
    assert again.detail == "AAPL is being exited already; wait for it."
    assert (desk.seconds, desk.looked_up) == (7.0, [])
    assert desk.told == ["Exited: Sold 100 AAPL."]
    kinds = [kind for kind, _, _ in desk.written]
    assert kinds[-2:] == ["exit.answered", "exit.over"]
    assert desk.written[-1] == ("exit.over", {"symbol": "AAPL"}, row())
    assert not desk.desk.is_leaving("AAPL")


async def test_after_an_exit_that_was_followed_the_next_one_ends_as_any_other():
    desk = Leaving()
    desk.fates = [OrderStatus.UNKNOWN]
    await desk.exit()
    desk.end("kc-t-91", OrderStatus.FILLED)
    await desk.rest()

    desk.closable_ = [(desk.held, D(100))]
    receipt = await desk.exit()

    assert receipt.outcome is Outcome.ACCEPTED
    assert not desk.desk.is_leaving("AAPL")


async def test_a_broker_lost_in_the_middle_is_tried_until_the_protection_is_back():
    desk = Leaving()
    desk.closable_ = [BrokerUnavailable("the line is cut")]
    desk.protect_answers = [BrokerUnavailable("500"), BrokerUnavailable("500")]

    receipt = await desk.exit()
    await desk.rest()

    assert receipt.outcome is Outcome.UNKNOWN
    assert receipt.detail == (
        "AAPL could not be exited: the line is cut. Look at its orders and position."
    )
    assert desk.warned == [([STOP], "the broker was lost (the line is cut)")]
    assert len(desk.protected) == 3
    assert desk.seconds == 15.0
    assert desk.told == ["protected: the broker was lost meanwhile"]
    assert not desk.desk.is_leaving("AAPL")


async def test_an_error_that_nobody_foresaw_does_not_end_the_tries_to_protect():
    desk = Leaving()
    desk.closable_ = [BrokerUnavailable("the line is cut")]
    desk.protect_answers = [RuntimeError("a bug"), TimeoutError(), KeyError("kc-t-91")]

    await desk.exit()
    await desk.rest()

    assert len(desk.protected) == 4
    assert desk.told == ["protected: the broker was lost meanwhile"]


@pytest.mark.parametrize(
    ("phase", "is_extended"),
    [(Phase.REGULAR, False), (Phase.PRE_MARKET, True), (None, False)],
)
async def test_outside_the_session_a_position_is_closed_outside_the_session(phase, is_extended):
    desk = Leaving()
    if phase is not None:
        clock = market_clock(is_open=phase is Phase.REGULAR, made_at=at(1))
        desk.store.apply(ClockReported(replace(clock, phase=phase)))

    await desk.exit()

    [closing] = desk.submitted
    assert (closing.side, closing.qty, closing.extended_hours) == (Side.SELL, 100, is_extended)
    assert closing.client_order_id == ""
    assert closing.limit_price == D("188.10")


def test_what_a_former_desk_wrote_and_nobody_can_read_is_left(caplog):
    desk = Leaving()

    desk.desk.remember({"exits": "no text of ours"})
    desk.desk.remember({"exits": "{}"})
    desk.desk.remember({})

    assert (desk.tasks, len(caplog.records)) == ([], 1)
