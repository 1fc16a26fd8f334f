"""Our picture against the broker's: the broker wins and every difference is told."""

import asyncio
import gc
import warnings
from dataclasses import replace
from decimal import Decimal

import pytest

from console.desk.limits import Limits
from console.domain.connections import Channel, Link
from console.domain.events import FillBooked, OrderUpdated
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from console.domain.reconciliation import Cause, Subject
from console.ports import Remembered
from tests.builders import OWNER, buy, fill, order, sell
from tests.desk.conftest import QUICK, World, until


async def test_nothing_is_sent_before_the_first_reconciliation(tmp_path):
    world = World(tmp_path)
    world.broker.trouble = "not there yet"
    await world.desk.start()
    world.price()

    refused = await world.desk.submit(buy(), OWNER)
    world.broker.trouble = ""
    await until(lambda: world.state.account, "the reconciliation")

    assert refused.outcome is Outcome.DENIED
    assert "reconciled" in [check.rule for check in refused.failures]
    assert world.broker.sent == []
    await world.desk.stop()


async def test_a_foreign_order_is_reported_once_and_marked(world: World):
    world.trading.is_deaf = True
    world.broker.place(sell("10", key="other-program", limit="190.10"))

    await until(lambda: world.alerts("difference"), "the report")

    assert "sell 10 AAPL @ 190.10 day (foreign)" in world.alerts("difference")[0]
    assert world.state.orders["other-program"].is_foreign
    await until(lambda: world.trading.reconnects, "the reconnection")
    assert len(world.alerts("difference")) == 1


async def test_a_foreign_order_that_is_over_before_it_was_seen_is_reported_too(world: World):
    await until(lambda: world.state.connections[Channel.TRADING].link is Link.LIVE, "live")
    world.trading.is_deaf = True
    world.broker.place(buy("10", key="other-program"))
    world.broker.execute("other-program")

    await until(lambda: world.alerts("difference"), "the report")

    assert "did not place: buy 10 AAPL" in world.alerts("difference")[0]
    assert world.state.orders["other-program"].status is OrderStatus.FILLED
    await until(lambda: world.state.position_of("AAPL"), "the position")
    assert len(world.alerts("difference")) == 1


async def test_a_stream_that_lies_is_found_corrected_and_reconnected(world: World):
    receipt = await world.desk.submit(buy(), OWNER)
    world.trading.is_deaf = True
    world.broker.execute(receipt.order)

    await until(lambda: world.state.orders[receipt.order].status is OrderStatus.FILLED)

    await until(lambda: world.trading.reconnects == 1, "the reconnection")
    await until(lambda: world.alerts("difference"), "the report")
    assert "the trading stream did not say so" in world.alerts("difference")[0]
    assert sum(f.qty for f in world.state.fills.values()) == 10
    await until(lambda: world.state.connections[Channel.TRADING].link is Link.LIVE)


async def test_a_position_from_nowhere_is_reported(world: World):
    world.broker.hold("MSFT", Decimal(15))

    await until(lambda: world.alerts("difference"), "the report")

    assert world.alerts("difference") == ["Position in MSFT: we had 0, the broker has 15."]
    assert world.state.position_of("MSFT").qty == 15


async def test_a_failed_question_empties_nothing(world: World):
    receipt = await world.desk.submit(buy(), OWNER)
    world.broker.execute(receipt.order)
    await until(lambda: world.state.position_of("AAPL"), "the position")

    world.broker.trouble = "500"
    await until(lambda: world.state.connections[Channel.REST].link is Link.DOWN, "the trouble")

    assert world.state.position_of("AAPL").qty == 10
    assert world.alerts("difference") == []


async def test_no_entry_while_the_trading_stream_is_down_but_exits_pass(world: World):
    receipt = await world.desk.submit(buy(), OWNER)
    world.broker.execute(receipt.order)
    await until(lambda: world.state.position_of("AAPL"), "the position")
    world.trading.link(Link.DOWN, "connection lost")
    world.price()

    entry = await world.desk.submit(buy(), OWNER)
    leaving = await world.desk.submit(sell("10"), OWNER)

    assert [check.rule for check in entry.failures] == ["trading stream"]
    assert leaving.outcome is Outcome.ACCEPTED, leaving


async def test_a_reconnected_stream_is_live_only_after_the_gap_is_closed(world: World):
    await until(lambda: world.state.connections[Channel.TRADING].link is Link.LIVE, "live")
    world.broker.trouble = "slow to come back"
    world.trading.link(Link.DOWN, "lost")

    world.trading.link(Link.LIVE)
    assert world.state.connections[Channel.TRADING].link is Link.RECONCILING

    world.broker.trouble = ""
    await until(lambda: world.state.connections[Channel.TRADING].link is Link.LIVE, "live")


async def test_what_happened_while_the_desk_was_away_is_told(tmp_path):
    remembered = Remembered(
        orders=[order("kc-old-1")],
        fills=[],
        settings={"positions": '{"AAPL": "5"}'},
    )
    world = World(tmp_path, remembered)
    world.broker.orders["kc-old-1"] = order("kc-old-1", submitted_at=world.clock.now())
    world.broker.hold("AAPL", Decimal(5))
    world.trading._on_updates = lambda _updates: None
    world.broker.execute("kc-old-1")

    await world.start()
    await until(lambda: world.alerts("difference"), "the report")

    assert "while this desk was away" in world.alerts("difference")[0]
    assert len(world.alerts("difference")) == 1
    assert world.state.orders["kc-old-1"].status is OrderStatus.FILLED
    await world.desk.stop()


async def test_a_position_that_changed_without_a_fill_while_away_is_told(tmp_path):
    world = World(tmp_path, Remembered(settings={"positions": '{"AAPL": "10"}'}))
    world.broker.hold("AAPL", Decimal(15))

    await world.start()

    await until(lambda: world.alerts("difference"), "the report")
    assert world.alerts("difference") == ["Position in AAPL: we had 10, the broker has 15."]
    await world.desk.stop()


async def test_an_intent_of_a_dead_desk_is_looked_up_and_not_sent(tmp_path):
    unsent = order("kc-old-1", OrderStatus.IN_FLIGHT, broker_id=None)
    arrived = order("kc-old-2", OrderStatus.IN_FLIGHT, broker_id=None)
    world = World(tmp_path, Remembered(orders=[unsent, arrived], settings={}))
    world.broker.orders["kc-old-2"] = order("kc-old-2", submitted_at=world.clock.now())

    await world.start()

    await until(lambda: world.state.orders["kc-old-1"].status is OrderStatus.ABSENT, "absence")
    assert world.state.orders["kc-old-2"].status is OrderStatus.NEW
    assert world.broker.sent == []
    await world.desk.stop()


async def test_an_order_the_broker_denies_having_is_closed_and_reported(world: World):
    receipt = await world.desk.submit(buy(), OWNER)
    del world.broker.orders[receipt.order]

    await until(lambda: world.state.orders[receipt.order].status is OrderStatus.ABSENT)

    assert "no longer knows" in world.alerts("difference")[0]


async def test_one_execution_under_two_ids_is_booked_once(world: World):
    receipt = await world.desk.submit(buy(), OWNER)
    made = world.broker.execute(receipt.order)
    world.broker.fills = [replace(made, execution_id="20261120::other-name")]

    rounds = world.journal.kinds.count("desk.started")
    await until(lambda: world.state.position_of("AAPL"), "the position")
    await world.desk._rooms.account.reconciler.reconcile()

    assert rounds <= 1
    assert [f.execution_id for f in world.state.fills.values()] == [made.execution_id]


async def test_a_restart_with_known_fills_reports_nothing(tmp_path):
    done = order("kc-old-1", OrderStatus.FILLED, filled="10")
    known = fill("x-1", "kc-old-1")
    settings = {"positions": '{"AAPL": "10"}'}
    world = World(tmp_path, Remembered(orders=[done], fills=[known], settings=settings))
    world.broker.orders["kc-old-1"] = done
    world.broker.fills = [known]
    world.broker.hold("AAPL", Decimal(10))

    await world.start()
    await world.desk._rooms.account.reconciler.reconcile()

    assert world.alerts("difference") == []
    assert world.alerts("fill") == []
    await world.desk.stop()


async def test_what_happened_while_the_stream_was_down_is_told_as_that(world: World):
    receipt = await world.desk.submit(buy(), OWNER)
    await until(lambda: world.state.connections[Channel.TRADING].link is Link.LIVE, "live")
    world.trading.link(Link.DOWN, "connection lost")
    world.trading.is_deaf = True
    world.broker.execute(receipt.order)
    world.trading.is_deaf = False

    world.trading.link(Link.LIVE)
    await until(lambda: world.state.connections[Channel.TRADING].link is Link.LIVE, "live")

    assert world.state.orders[receipt.order].status is OrderStatus.FILLED
    (told,) = world.alerts("difference")
    assert told.endswith("while the trading stream was down.")
    assert world.trading.reconnects == 0


@pytest.mark.parametrize("turns", range(30))
async def test_a_desk_that_stops_between_its_questions_leaves_none_half_asked(tmp_path, turns):
    world = World(tmp_path)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        await world.desk.start()
        for _ in range(turns):
            await asyncio.sleep(0)

        await world.desk.stop()
        gc.collect()

    assert [str(warning.message) for warning in heard] == []


async def test_what_differed_and_what_was_done_is_in_the_state_and_the_audit(world: World):
    world.trading.is_deaf = True
    world.broker.place(sell("10", key="other-program", limit="190.10"))

    await until(lambda: world.state.differing, "the report")

    report = world.state.differing
    (found,) = report.differences
    assert "did not place: sell 10 AAPL" in found.text
    assert found.done == "It is followed and counted like our own."
    assert (found.order, found.subject) == ("other-program", Subject.ORDER)
    await until(lambda: "reconcile.done" in told(world, found.text), "the record")


def told(world: World, text: str) -> list[str]:
    return [record.kind for record in world.journal.records if text in repr(record.body)]


async def test_routine_comparisons_without_a_find_do_not_fill_the_audit(world: World):
    await until(lambda: world.state.reconciliation.number > 3, "some rounds")

    causes = [r.body["cause"] for r in world.journal.records if r.kind == "reconcile.done"]
    assert "routine" not in causes
    assert len(causes) <= 3


async def test_a_comparison_that_is_asked_for_is_made_at_once(world: World):
    slow = replace(QUICK, reconcile_every=3_600.0)
    await world.desk.stop()
    world.desk = world.make_desk(Limits(pace=slow))
    await world.start()
    await until(lambda: world.state.connections[Channel.TRADING].link is Link.LIVE, "live")
    world.trading.is_deaf = True
    world.broker.place(sell("10", key="other-program", limit="190.10"))

    receipt = await world.desk.reconcile(OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.detail.startswith("Reconciled: 1 difference in 1 order, 0 fills")
    assert world.state.reconciliation.cause is Cause.ASKED
    assert "other-program" in world.state.orders


async def test_a_comparison_that_cannot_be_made_is_unknown_and_no_empty_report(world: World):
    known = world.state.reconciliation
    world.broker.trouble = "500"

    receipt = await world.desk.reconcile(OWNER)

    assert (receipt.outcome, receipt.detail) == (Outcome.UNKNOWN, "Not reconciled: 500")
    assert world.state.reconciliation.at >= known.at
    assert world.state.reconciliation.is_clean


async def test_a_mismatch_is_handed_on_but_neither_a_split_nor_what_was_found_at_the_start(
    tmp_path,
):
    before = Remembered(settings={"positions": '{"MSFT": "3"}'})
    world = World(tmp_path, before)
    mismatches = []
    world.desk._rooms.account.reconciler.on_mismatch = mismatches.extend
    await world.start()
    receipt = await world.desk.submit(buy("10", limit="190.10"), OWNER)
    world.broker.execute(receipt.order, price="190")
    await until(lambda: world.state.position_of("AAPL"), "the position")

    world.broker.hold("AAPL", Decimal(10), "95")
    await until(lambda: world.state.holdings["AAPL"].qty == 20, "the split")
    assert mismatches == []

    world.broker.hold("SPY", Decimal(5))
    await until(lambda: mismatches, "the mismatch")
    assert mismatches == ["Position in SPY: we had 0, the broker has 5."]
    await world.desk.stop()


async def test_an_outage_is_probed_with_the_smallest_question_alone(world: World):
    world.broker.trouble = "500"
    await until(lambda: world.state.connections[Channel.REST].link is Link.DOWN, "the trouble")
    # a comparison that was under way may still ask; where there are probes it has ended
    world.broker.asked.clear()
    await until(lambda: world.broker.asked[-3:] == ["clock"] * 3, "the first probes")
    world.broker.asked.clear()
    await until(lambda: world.broker.asked.count("clock") >= 5, "some probes")

    assert "open orders" not in world.broker.asked

    world.broker.trouble = ""
    await until(lambda: "open orders" in world.broker.asked, "the comparison")


async def test_our_fills_tell_cost_realized_result_and_entry(world: World):
    bought = await world.desk.submit(buy("10", limit="190.10"), OWNER)
    world.broker.execute(bought.order, price="190")
    entered = world.state.holdings["AAPL"].opened_at
    sold = await world.desk.submit(sell("4", limit="190.00"), OWNER)
    world.broker.execute(sold.order, price="192.50")

    held = world.state.holdings["AAPL"]

    assert (held.qty, held.avg_cost, held.realized) == (6, 190, 10)
    assert held.opened_at == entered is not None


async def test_a_fill_that_is_told_before_its_order_is_named_gets_the_name_later(world: World):
    known = order("kc-t-1", OrderStatus.FILLED, filled="10", broker_id="b-77")
    again = fill("b-77:10", "kc-t-1")

    world.trading.tell(FillBooked(fill("b-77:10", "b-77")))
    world.trading.tell(OrderUpdated(known))
    world.trading.tell(FillBooked(again))

    assert world.state.fills == {"b-77:10": again}
    assert world.state.holdings["AAPL"].qty == 10
    await until(lambda: "fill.named" in world.journal.kinds, "the record")
    assert again in world.journal.rows


async def test_a_name_carries_the_head_of_the_audit(world: World):
    world.audit_head = "9b1c44d0e2aa77ffffffffff"

    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.order == "kc-t-1-9b1c44d0e2aa"
