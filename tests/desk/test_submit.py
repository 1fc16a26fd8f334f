"""From the ticket to the broker and back."""

import asyncio

from console.domain.orders import OrderStatus, Side
from console.domain.receipts import Outcome
from tests.builders import OWNER, STRANGER, buy, sell, ticket
from tests.desk.conftest import World, until
from tests.desk.fakes import drop_answer


async def test_an_order_is_recorded_sent_and_its_answer_recorded(world: World):
    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.ACCEPTED, receipt
    assert [sent.client_order_id for sent in world.broker.sent] == [receipt.order]
    kinds = world.journal.kinds
    assert kinds.index("order.intended") < kinds.index("order.answered")


async def test_who_sent_an_order_is_in_the_audit(world: World):
    await world.desk.submit(buy(), OWNER)

    intended = [r for r in world.journal.records if r.kind == "order.intended"]
    assert [record.actor for record in intended] == [OWNER]


async def test_what_cannot_be_recorded_is_not_sent(world: World):
    world.journal.trouble = "the disk is full"

    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert "the disk is full" in receipt.detail
    assert world.broker.sent == []
    assert world.only_order().status is OrderStatus.ABSENT


async def test_a_stranger_may_not_trade_and_that_is_recorded(world: World):
    receipt = await world.desk.submit(buy(), STRANGER)

    assert receipt.outcome is Outcome.FORBIDDEN
    assert world.broker.sent == []
    await until(lambda: "order.forbidden" in world.journal.kinds)


async def test_the_brokers_refusal_is_told_in_its_words(world: World):
    world.broker.refusal = "potential wash trade detected"

    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.REJECTED
    assert "potential wash trade detected" in receipt.detail
    assert world.only_order().status is OrderStatus.REJECTED
    assert len(world.alerts("reject")) == 1


async def test_an_order_id_is_never_used_twice(world: World):
    first = await world.desk.submit(buy(key="kc-t-77"), OWNER)
    second = await world.desk.submit(buy(key="kc-t-77"), OWNER)

    assert (first.outcome, second.outcome) == (Outcome.ACCEPTED, Outcome.DENIED)
    assert len(world.broker.sent) == 1


async def test_two_submissions_of_one_id_at_once_send_one_order(world: World):
    twice = [world.desk.submit(buy(key="kc-t-77"), OWNER) for _ in range(2)]

    receipts = await asyncio.gather(*twice)

    assert sorted(r.outcome for r in receipts) == [Outcome.ACCEPTED, Outcome.DENIED]
    assert len(world.broker.sent) == 1


async def test_an_order_id_of_another_kind_is_denied(world: World):
    receipt = await world.desk.submit(buy(key="mine"), OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert world.broker.sent == []


async def test_an_order_without_an_answer_is_looked_up_and_never_sent_again(world: World):
    world.broker.after_taking = drop_answer
    world.trading.is_deaf = True

    receipt = await world.desk.submit(buy(), OWNER)
    assert receipt.outcome is Outcome.UNKNOWN

    await until(lambda: world.only_order().status is OrderStatus.NEW, "the broker's word")
    assert len(world.broker.sent) == 1
    await until(lambda: len(world.alerts("unknown")) == 2, "both alerts")


async def test_an_order_that_never_arrived_becomes_absent(world: World):
    world.broker.before_taking = drop_answer

    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.UNKNOWN
    await until(lambda: world.only_order().status is OrderStatus.ABSENT, "its absence")
    assert len(world.broker.sent) == 1


async def test_an_unknown_order_blocks_entries_of_its_symbol_until_it_is_resolved(world: World):
    world.broker.before_taking = drop_answer
    first = await world.desk.submit(buy(), OWNER)
    world.broker.before_taking = None

    world.price()
    second = await world.desk.submit(buy(), OWNER)

    assert second.outcome is Outcome.DENIED
    assert [check.rule for check in second.failures] == ["unknown orders"]
    await until(lambda: world.state.orders[first.order].status is OrderStatus.ABSENT)
    world.price()
    assert (await world.desk.submit(buy(), OWNER)).outcome is Outcome.ACCEPTED


async def test_a_send_that_hangs_becomes_unknown_and_holds_up_nobody(world: World):
    answer = asyncio.Event()

    async def wait_for_answer() -> None:
        await answer.wait()

    world.broker.before_taking = wait_for_answer
    slow = asyncio.create_task(world.desk.submit(buy(), OWNER))
    await until(lambda: world.broker.sent)
    world.broker.before_taking = None
    world.price("MSFT", 400.0, 400.1)

    quick = await world.desk.submit(buy(symbol="MSFT", limit="400.1"), OWNER)

    assert quick.outcome is Outcome.ACCEPTED
    assert not slow.done()
    answer.set()
    assert (await slow).outcome is Outcome.ACCEPTED


async def test_a_console_that_goes_away_does_not_take_its_order_along(world: World):
    arrived, answer = asyncio.Event(), asyncio.Event()

    async def take_its_time() -> None:
        arrived.set()
        await answer.wait()

    world.broker.before_taking = take_its_time
    console = asyncio.create_task(world.desk.submit(buy(), OWNER))
    await arrived.wait()

    console.cancel()
    answer.set()

    await until(lambda: "order.answered" in world.journal.kinds, "the outcome")
    assert world.only_order().status is OrderStatus.NEW


async def test_a_fill_is_booked_and_the_position_follows(world: World):
    receipt = await world.desk.submit(buy(), OWNER)

    world.broker.execute(receipt.order)

    await until(lambda: world.state.position_of("AAPL"), "the position")
    assert [f.order for f in world.state.fills.values()] == [receipt.order]
    assert len(world.alerts("fill")) == 1
    assert world.alerts("difference") == []


async def test_a_preview_prices_at_the_touch_and_shows_every_check(world: World):
    preview = await world.desk.check(ticket(Side.BUY), OWNER)

    assert preview.is_clear, preview.checks
    assert str(preview.request.limit_price) == "190.10"
    assert {"halt", "notional", "buying power", "quote"} <= {c.rule for c in preview.checks}
    assert str(preview.position_after) == "10"


async def test_a_preview_keeps_its_id_until_it_was_sent(world: World):
    first = await world.desk.check(ticket(), OWNER)
    again = await world.desk.check(ticket(qty="20"), OWNER)
    assert first.request.client_order_id == again.request.client_order_id

    await world.desk.submit(again.request, OWNER)

    after = await world.desk.check(ticket(), OWNER)
    assert after.request.client_order_id != again.request.client_order_id


async def test_a_hopeless_order_gets_one_sentence_and_every_failed_rule(world: World):
    receipt = await world.desk.submit(buy("1e9"), OWNER)

    assert receipt.detail == (
        "The quantity 1,000,000,000 is over the limit of 100,000 shares; "
        "also failed: notional, buying power."
    )
    assert len(receipt.failures) == 3


async def test_a_ticket_in_an_unknown_symbol_is_told_so(world: World):
    preview = await world.desk.check(ticket(symbol="ZZZZ"), OWNER)

    assert not preview.is_clear
    receipt = await world.desk.submit(sell("100", "ZZZZ", "1"), OWNER)
    assert receipt.outcome is Outcome.DENIED
    assert "ZZZZ is no instrument" in receipt.detail


async def test_an_order_that_waited_too_long_for_the_disk_is_not_sent(world: World):
    async def hang_for_a_minute(record) -> None:
        if record.kind == "order.intended":
            world.clock.move(60)

    world.journal.before_write = hang_for_a_minute
    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert "It waited 60" in receipt.detail
    assert world.broker.sent == []


async def test_an_order_on_its_way_when_the_machine_fell_asleep_is_not_sent(world: World):
    async def fall_asleep(record) -> None:
        if record.kind == "order.intended":
            world.clock.sleep(3_600)

    world.journal.before_write = fall_asleep
    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert world.broker.sent == []


async def test_an_order_whose_record_failed_in_a_way_nobody_foresaw_is_not_sent(world: World):
    async def burst(record) -> None:
        if record.kind == "order.intended":
            raise ZeroDivisionError("nobody foresaw it")

    world.journal.before_write = burst
    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert world.broker.sent == []
    assert world.only_order().status is OrderStatus.ABSENT
