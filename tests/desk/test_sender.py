"""What a sent order is told to have become, in the answer, the state and the journal."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from console.desk.limits import Pace
from console.desk.sender import Sender
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from console.ports import OrderRejected, Unconfirmed
from tests.builders import NOON, OWNER, buy, order
from tests.desk.conftest import World
from tests.desk.fakes import hang


def rows(world: World, key: str) -> list[OrderStatus]:
    """The fates of an order that were written down, in order."""
    found = (row for row in world.journal.rows if getattr(row, "key", None) == key)
    return [row.status for row in found]


def bodies(world: World, kind: str) -> list[dict[str, object]]:
    return [dict(record.body) for record in world.journal.records if record.kind == kind]


async def test_an_accepted_order_is_told_and_recorded_with_its_status(world: World):
    receipt = await world.desk.submit(buy(), OWNER)

    placed = world.only_order()
    assert (receipt.order, receipt.detail) == (placed.key, f"{placed.request}: new")
    assert bodies(world, "order.answered")[0]["outcome"] == "accepted"
    assert rows(world, placed.key)[:2] == [OrderStatus.IN_FLIGHT, OrderStatus.NEW]


async def test_a_status_of_two_words_is_told_as_two_words(world: World):
    async def fill_some() -> None:
        world.broker.execute(list(world.broker.orders)[-1], "4")

    world.broker.after_taking = fill_some
    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.detail.endswith(": partially filled")


@pytest.mark.parametrize(("words", "told"), [("no", "no"), ("", "no reason given")])
async def test_a_rejection_is_told_in_the_brokers_words_under_the_orders_name(world, words, told):
    async def refuse() -> None:
        raise OrderRejected(words)

    world.broker.before_taking = refuse
    receipt = await world.desk.submit(buy(), OWNER)

    rejected = world.only_order()
    assert (receipt.outcome, receipt.order) == (Outcome.REJECTED, rejected.key)
    assert receipt.detail == f"The broker rejected {rejected.request}: {told}"
    assert rows(world, rejected.key)[-1] is OrderStatus.REJECTED


async def test_an_unknown_order_says_why_and_since_when(world: World):
    world.trading.is_deaf = True

    async def lose() -> None:
        world.clock.move(3)
        world.broker.before_asking = hang
        raise Unconfirmed("the answer was lost")

    world.broker.after_taking = lose
    receipt = await world.desk.submit(buy(), OWNER)

    lost = world.only_order()
    assert (receipt.outcome, receipt.order) == (Outcome.UNKNOWN, lost.key)
    assert receipt.detail.endswith("Looking it up; do not send it again.")
    assert (lost.status, lost.reason) == (OrderStatus.UNKNOWN, "the answer was lost")
    assert lost.updated_at - lost.submitted_at >= timedelta(seconds=3)
    world.broker.before_asking = None


async def test_silence_is_told_as_no_answer_in_time(world: World):
    told: list[str] = []
    world.desk.listen(lambda _event: told.extend(o.reason for o in world.state.orders.values()))
    world.broker.before_taking = hang

    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.UNKNOWN
    assert any("no answer" in reason for reason in told if reason)


async def test_a_failure_that_nobody_foresaw_is_unknown_with_its_name(world: World):
    told: list[str] = []
    world.desk.listen(lambda _event: told.extend(o.reason for o in world.state.orders.values()))

    async def break_down() -> None:
        raise ZeroDivisionError

    world.broker.before_taking = break_down
    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.UNKNOWN
    assert any("ZeroDivisionError" in reason for reason in told if reason)


async def test_an_order_that_was_held_back_is_absent_in_answer_state_and_journal(world: World):
    world.desk._rooms.path.sender.last_look = lambda _order: "It has rained."

    receipt = await world.desk.submit(buy(), OWNER)
    await world.desk.stop()

    held = world.only_order()
    assert (receipt.outcome, receipt.order) == (Outcome.DENIED, held.key)
    assert receipt.detail == "Not sent. It has rained."
    assert held.status is OrderStatus.ABSENT
    assert rows(world, held.key) == [OrderStatus.IN_FLIGHT, OrderStatus.ABSENT]
    assert world.broker.sent == []


@pytest.mark.parametrize(
    ("waited", "slept", "told"),
    [
        (5.0, 5.0, ""),
        (5.1, 0.0, "It waited 5.1 s to be sent, over 5 s; check it again."),
        (0.0, 5.1, "It waited 5.1 s to be sent, over 5 s; check it again."),
    ],
)
def test_an_order_waits_as_long_as_its_patience_by_both_clocks_and_no_longer(waited, slept, told):
    clock = SimpleNamespace(now=lambda: NOON + timedelta(seconds=slept), monotonic=lambda: 100.0)
    nobody = SimpleNamespace()
    sender = Sender(
        store=nobody,
        books=nobody,
        recorder=nobody,
        connections=nobody,
        cord=nobody,
        unknowns=nobody,
        clock=clock,
        pace=Pace(send_patience=5.0),
    )

    assert sender._too_late(order(submitted_at=NOON), 100.0 - waited) == told
