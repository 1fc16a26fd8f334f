"""What may be replaced, what takes its place, and what is told when it comes to nothing."""

from decimal import Decimal

import pytest

from console.domain.orders import OrderStatus, TimeInForce
from console.venue.trading.order_requests import read_changes, read_ticket
from console.venue.trading.rejections import Rejection
from tests.venue.fakes import NOON, buy, open_pit, quote, sell

TICKET = {"symbol": "AAPL", "side": "buy", "type": "limit", "time_in_force": "day", "qty": 1}


def test_shares_already_filled_stay_with_the_old_order_and_the_chain_is_told():
    pit = open_pit()
    old = pit.submit(buy(150, limit_price=100.01))

    new = pit.replace(old, qty=Decimal(120), limit_price=Decimal("99.50"))

    assert (pit[old].status, pit[old].filled_qty) == (OrderStatus.REPLACED, 100)
    assert (pit[old].replaced_by, new.replaces) == (new.id, old.id)
    assert (new.terms.qty, new.filled_qty) == (20, 0)
    assert new.created_at == old.created_at
    assert new.terms.client_order_id != old.terms.client_order_id
    assert pit.told[-2:] == ["replaced", "new"]


@pytest.mark.parametrize("qty", ["100", "60"])
def test_no_less_can_be_asked_for_than_is_filled(qty):
    pit = open_pit()
    old = pit.submit(buy(150, limit_price=100.01))

    with pytest.raises(Rejection, match="qty must be more than what is already filled"):
        pit.replace(old, qty=Decimal(qty))

    assert pit[old].status is OrderStatus.PARTIALLY_FILLED


def test_the_same_terms_again_make_a_new_order_at_the_end_of_the_line():
    pit = open_pit()
    old = pit.submit(buy(60, limit_price=99))
    other = pit.submit(buy(60, limit_price=99))

    new = pit.replace(old, limit_price=Decimal(99))
    pit.tick(quote(98.9, 99))

    assert (pit[other].filled_qty, pit[new].filled_qty) == (60, 40)


def test_a_name_is_used_once_even_by_an_order_that_was_replaced():
    pit = open_pit()
    old = pit.submit(buy(1, limit_price=99, client_order_id="mine"))
    new = pit.replace(old, limit_price=Decimal(98))

    with pytest.raises(Rejection, match="client_order_id must be unique"):
        pit.replace(new, limit_price=Decimal(97), client_order_id="mine")

    assert pit[new].status is OrderStatus.NEW


@pytest.mark.parametrize(
    ("asked", "qty"), [(buy("1.5", limit_price=99), "2"), (buy(2, limit_price=99), "1.5")]
)
def test_the_qty_of_parts_of_a_share_cannot_be_changed(asked, qty):
    pit = open_pit()
    order = pit.submit(asked)

    with pytest.raises(Rejection, match="qty of fractional orders cannot be changed"):
        pit.replace(order, qty=Decimal(qty))

    assert pit.replace(order, limit_price=Decimal(98)).status is OrderStatus.NEW


def test_an_order_in_dollars_cannot_be_replaced():
    pit = open_pit()
    order = pit.submit(buy(None, notional=50, limit_price=99))

    with pytest.raises(Rejection, match="notional orders cannot be replaced"):
        pit.replace(order, limit_price=Decimal(98))


def test_no_order_is_given_a_notional():
    with pytest.raises(Rejection, match="notional cannot be replaced") as refused:
        read_changes({"notional": "750"})

    assert (refused.value.status, refused.value.code) == (422, 40010001)


def test_an_order_not_yet_working_or_done_is_not_replaced():
    pit = open_pit()
    pending = pit.exchange.submit(buy(1, limit_price=99), NOON)

    with pytest.raises(Rejection, match="order isn't sent to exchange yet") as early:
        pit.exchange.replace(pending.id, {}, NOON)
    pit.settle()
    pit.cancel(pending)
    with pytest.raises(Rejection, match="order is not open") as late:
        pit.exchange.replace(pending.id, {}, NOON)

    assert (early.value.code, late.value.code) == (40010001, 42210000)


def test_an_order_whose_replacement_is_pending_is_not_replaced_again(shared_venue):
    order = shared_venue.order(type="limit", limit_price="1.50", qty=1)
    shared_venue.until_order(order, "new")
    shared_venue.control("order-event", order_id=order["id"], event="pending_replace")

    refused = shared_venue.patch(f"/v2/orders/{order['id']}", {"limit_price": "1.60"})

    shared_venue.delete("/v2/orders")
    assert refused.status_code == 422
    assert refused.json() == {
        "code": 40010001,
        "message": "unable to replace order, order isn't sent to exchange yet",
    }


def test_a_replacement_may_last_longer():
    pit = open_pit()
    day = pit.submit(buy(1, limit_price=99))

    lasting = pit.replace(day, time_in_force=TimeInForce.GTC)

    assert lasting.terms.time_in_force is TimeInForce.GTC
    assert lasting.expires_at > day.expires_at + 80 * 24 * 3600 * 10**9


def test_an_order_that_fills_while_its_cancel_is_pending_tells_that_the_cancel_failed():
    pit = open_pit()
    order = pit.submit(buy(150, limit_price=100.01))
    pit.exchange.held_cancels.add(order.id)

    pit.cancel(order)
    pit.tick(quote(99.99, 100.01, size=20))
    halfway = pit[order].status
    pit.tick(quote(99.99, 100.01))
    pit.exchange.held_cancels.clear()
    pit.settle()

    assert halfway is OrderStatus.PENDING_CANCEL
    assert pit[order].status is OrderStatus.FILLED
    assert pit.told[-4:] == ["pending_cancel", "partial_fill", "fill", "order_cancel_rejected"]


INTENTS = [
    ("buy", "buy_to_close", "inferred: buy_to_open, specified: buy_to_close"),
    ("buy", "sell_to_open", "inferred: buy_to_open, specified: sell_to_open"),
    ("sell", "sell_to_close", "inferred: sell_to_open, specified: sell_to_close"),
]


@pytest.mark.parametrize(("side", "intent", "words"), INTENTS)
def test_an_order_does_to_the_position_what_its_client_says_or_nothing(side, intent, words):
    pit = open_pit()
    asked = TICKET | {"limit_price": 100, "side": side, "position_intent": intent}

    with pytest.raises(Rejection, match=words) as refused:
        pit.submit(read_ticket(asked))

    assert refused.value.status == 422


def test_the_right_intent_is_taken_and_a_wrong_word_is_not():
    pit = open_pit()
    pit.submit(buy(10))

    closing = pit.submit(sell(10, limit_price=101))
    asked = TICKET | {"limit_price": 99, "position_intent": "buy_to_open"}

    assert closing.intent.value == "sell_to_close"
    assert pit.submit(read_ticket(asked)).intent.value == "buy_to_open"
    with pytest.raises(Rejection, match="invalid position_intent"):
        read_ticket(asked | {"position_intent": "hold"})


def test_algorithms_are_refused_not_ignored():
    asked = TICKET | {"limit_price": 99, "advanced_instructions": {"algorithm": "TWAP"}}

    with pytest.raises(Rejection, match="advanced_instructions are not available"):
        read_ticket(asked)


def test_exercise_is_refused_over_http(shared_venue):
    path = "/v2/positions/AAPL261218C00250000"

    answers = [shared_venue.post(f"{path}/{verb}", {}) for verb in ("exercise", "do-not-exercise")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "no position in an option contract" in answers[0].json()["message"]
