"""Cancels: which orders are asked for, what the answers mean, and what is written down."""

import asyncio
from dataclasses import replace

import pytest

from console.desk.cancels import CancelDesk
from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.store import Store
from console.domain.events import OrderUpdated
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from console.ports import BrokerUnavailable, KeysRefused, OrderRejected, Unconfirmed
from tests.builders import OWNER, STRANGER, buy, order
from tests.desk.fakes import FakeClock, hang

NAME = "buy 10 AAPL @ 190.10 day"


class Canceling:
    """A desk for cancels whose broker answers as it is told, by the broker's id."""

    def __init__(self, *orders, pace: Pace | None = None) -> None:
        self.answers: dict[str, Exception] = {}
        self.canceled, self.looked_up, self.written, self.noted = [], [], [], []
        self.found = {}
        self.names, self.tasks = [], []
        self.hangs = False
        self.store = Store()
        self.store.apply(*(OrderUpdated(told) for told in orders))
        self.desk = CancelDesk(
            broker=self,
            store=self.store,
            recorder=self,
            connections=Connections(store=self.store, clock=FakeClock()),
            unknowns=self,
            workers=self,
            pace=pace or Pace(),
        )

    async def cancel(self, broker_id: str) -> None:
        self.canceled.append(broker_id)
        if self.hangs:
            await hang()
        if broker_id in self.answers:
            raise self.answers[broker_id]

    async def cancel_all(self) -> None:
        await self.cancel("all")

    async def look_up(self, key: str):
        self.looked_up.append(key)
        answer = self.found.get(key)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def run(self, name: str, work) -> None:
        self.names.append(name)
        self.tasks.append(asyncio.ensure_future(work))

    def note(self, kind, actor, body, *_rows) -> None:
        self.noted.append((kind, actor, dict(body)))

    async def try_write(self, kind, actor, body, *_rows) -> None:
        self.written.append((kind, actor, dict(body)))


async def test_a_cancel_goes_to_the_brokers_id_and_is_written_down_before_and_after():
    desk = Canceling(order())

    receipt = await desk.desk.cancel(["kc-t-1"], OWNER)

    words = f"Cancel of {NAME} was asked."
    assert (receipt.outcome, receipt.detail, receipt.order) == (
        Outcome.ACCEPTED,
        words,
        "kc-t-1",
    )
    assert desk.canceled == ["b-kc-t-1"]
    assert desk.written == [
        ("cancel.intended", OWNER, {"orders": ["kc-t-1"]}),
        (
            "cancel.answered",
            OWNER,
            {"orders": ["kc-t-1"], "outcome": "accepted", "detail": words},
        ),
    ]
    assert desk.names == []


async def test_a_cancel_of_nothing_is_denied_and_not_written_down():
    desk = Canceling()

    receipt = await desk.desk.cancel([], OWNER)

    assert (receipt.outcome, receipt.detail) == (Outcome.DENIED, "There is no order to cancel.")
    assert desk.written == []


async def test_who_may_not_cancel_is_told_so_and_it_is_written_down():
    desk = Canceling(order())

    one = await desk.desk.cancel(["kc-t-1"], STRANGER)
    every = await desk.desk.cancel_all(STRANGER)

    assert (one.outcome, every.outcome) == (Outcome.FORBIDDEN, Outcome.FORBIDDEN)
    assert one.detail == every.detail == f"{STRANGER} may not cancel orders at this desk."
    assert desk.noted == [
        ("cancel.forbidden", STRANGER, {"orders": ["kc-t-1"]}),
        ("cancel.forbidden", STRANGER, {"orders": []}),
    ]
    assert desk.canceled == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (order("kc-t-2"), "There is no order kc-t-1."),
        (order(status=OrderStatus.FILLED), f"{NAME} is filled already."),
    ],
)
async def test_what_is_not_there_or_over_is_not_canceled(told, words):
    desk = Canceling(told)

    receipt = await desk.desk.cancel(["kc-t-1"], OWNER)

    assert (receipt.outcome, receipt.detail, receipt.order) == (Outcome.DENIED, words, "kc-t-1")
    assert desk.canceled == []


async def test_an_order_without_the_brokers_name_is_looked_up_and_then_canceled():
    desk = Canceling(order(status=OrderStatus.UNKNOWN, broker_id=None))
    desk.found = {"kc-t-1": order(broker_id="b-7")}

    receipt = await desk.desk.cancel(["kc-t-1"], OWNER)

    assert (receipt.outcome, desk.canceled, desk.looked_up) == (
        Outcome.ACCEPTED,
        ["b-7"],
        ["kc-t-1"],
    )


@pytest.mark.parametrize("answer", [None, BrokerUnavailable("500")])
async def test_an_order_that_cannot_be_found_may_still_come(answer):
    desk = Canceling(order(status=OrderStatus.UNKNOWN, broker_id=None))
    desk.found = {"kc-t-1": answer}

    receipt = await desk.desk.cancel(["kc-t-1"], OWNER)

    assert (receipt.outcome, receipt.order) == (Outcome.UNKNOWN, "kc-t-1")
    assert receipt.detail == f"{NAME} is not known to the broker yet; ask again in a moment."
    assert desk.canceled == []


@pytest.mark.parametrize(
    ("trouble", "outcome", "words"),
    [
        (OrderRejected("filled"), Outcome.REJECTED, f"The broker refused to cancel {NAME}: filled"),
        (KeysRefused("401"), Outcome.REJECTED, f"The broker refused to cancel {NAME}: 401"),
        (
            Unconfirmed("cut"),
            Outcome.UNKNOWN,
            f"No answer to the cancel of {NAME}: cut. It may still be working.",
        ),
        (
            Unconfirmed(""),
            Outcome.UNKNOWN,
            f"No answer to the cancel of {NAME}: no answer in time. It may still be working.",
        ),
    ],
)
async def test_a_cancel_that_was_not_taken_is_told_and_the_order_looked_at(trouble, outcome, words):
    desk = Canceling(order())
    desk.answers = {"b-kc-t-1": trouble}

    receipt = await desk.desk.cancel(["kc-t-1"], OWNER)
    await asyncio.gather(*desk.tasks)

    assert (receipt.outcome, receipt.detail, receipt.order) == (outcome, words, "kc-t-1")
    assert (desk.names, desk.looked_up) == (["look-up of kc-t-1"], ["kc-t-1"])


async def test_a_look_after_a_cancel_that_fails_troubles_nobody():
    desk = Canceling(order())
    desk.answers = {"b-kc-t-1": Unconfirmed("cut")}
    desk.found = {"kc-t-1": BrokerUnavailable("500")}

    await desk.desk.cancel(["kc-t-1"], OWNER)

    assert await asyncio.gather(*desk.tasks) == [None]


async def test_a_cancel_that_hangs_is_unknown_when_its_time_is_over():
    desk = Canceling(order(), pace=Pace(send_deadline=0.01))
    desk.hangs = True

    receipt = await desk.desk.cancel(["kc-t-1"], OWNER)
    every = await desk.desk.cancel_all(OWNER)

    assert (receipt.outcome, every.outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
    assert "no answer in time" in receipt.detail
    assert every.detail.startswith("No answer to cancel all: no answer in time.")


@pytest.mark.parametrize(
    ("troubles", "worst"),
    [
        ({}, Outcome.DENIED),
        ({"b-kc-t-1": OrderRejected("no")}, Outcome.REJECTED),
        ({"b-kc-t-1": OrderRejected("no"), "b-kc-t-2": Unconfirmed("cut")}, Outcome.UNKNOWN),
    ],
)
async def test_of_several_cancels_the_worst_outcome_is_told_with_every_trouble(troubles, worst):
    one, two = order("kc-t-1"), order("kc-t-2")
    over = order("kc-t-3", OrderStatus.CANCELED)
    desk = Canceling(one, two, over)
    desk.answers = troubles

    receipt = await desk.desk.cancel(["kc-t-1", "kc-t-2", "kc-t-3", "kc-t-1"], OWNER)

    assert receipt.outcome is worst
    assert receipt.detail.startswith(f"Cancel of {2 - len(troubles)} of 3 orders was asked. ")
    assert receipt.detail.endswith(f"{NAME} is canceled already.")
    assert all(str(trouble) in receipt.detail for trouble in troubles.values())
    assert sorted(desk.canceled) == ["b-kc-t-1", "b-kc-t-2"]


async def test_several_cancels_that_were_taken_are_one_sentence():
    desk = Canceling(order("kc-t-1"), order("kc-t-2"))

    receipt = await desk.desk.cancel(["kc-t-1", "kc-t-2"], OWNER)

    assert (receipt.outcome, receipt.detail) == (
        Outcome.ACCEPTED,
        "Cancel of 2 of 2 orders was asked.",
    )


@pytest.mark.parametrize(
    ("trouble", "outcome", "words"),
    [
        (None, Outcome.ACCEPTED, "The broker was asked to cancel every open order."),
        (OrderRejected("no"), Outcome.REJECTED, "The broker refused to cancel all: no"),
        (
            Unconfirmed("cut"),
            Outcome.UNKNOWN,
            "No answer to cancel all: cut. Look at the orders and ask again.",
        ),
    ],
)
async def test_a_cancel_of_all_is_one_question_with_one_answer(trouble, outcome, words):
    desk = Canceling(order())
    desk.answers = {} if trouble is None else {"all": trouble}

    receipt = await desk.desk.cancel_all(OWNER)

    assert (receipt.outcome, receipt.detail, desk.canceled) == (outcome, words, ["all"])
    assert desk.written == [
        ("cancel_all.intended", OWNER, {}),
        ("cancel_all.answered", OWNER, {"outcome": outcome.value, "detail": words}),
    ]


def replaced(status: OrderStatus, old: OrderStatus = OrderStatus.NEW):
    """An order, and what is to take its place."""
    new = order(
        "kc-t-2",
        status,
        wanted=buy(key="kc-t-2"),
        replaces="b-kc-t-1",
        broker_id=None if status.is_ours else "b-kc-t-2",
    )
    return order("kc-t-1", old), new


@pytest.mark.parametrize("named", ["kc-t-1", "kc-t-2"])
async def test_whichever_link_is_named_the_newest_is_canceled(named):
    desk = Canceling(*replaced(OrderStatus.NEW, OrderStatus.REPLACED))

    await desk.desk.cancel([named], OWNER)

    assert desk.canceled == ["b-kc-t-2"]


async def test_while_nobody_knows_of_a_replacement_both_ends_are_canceled():
    desk = Canceling(*replaced(OrderStatus.UNKNOWN))
    desk.found = {"kc-t-2": order("kc-t-2", broker_id="b-9")}

    await desk.desk.cancel(["kc-t-1"], OWNER)

    assert sorted(desk.canceled) == ["b-9", "b-kc-t-1"]


async def test_an_order_that_never_arrived_is_told_as_over():
    absent = replace(order(status=OrderStatus.ABSENT), broker_id=None)
    desk = Canceling(absent)

    receipt = await desk.desk.cancel(["kc-t-1"], OWNER)

    assert receipt.detail == f"{NAME} is absent already."
