import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from console.adapters.alpaca.answers import NotSent, RefusedByAlpaca
from console.adapters.alpaca.broker import AlpacaBroker
from console.domain.orders import OrderStatus, ReplaceRequest
from console.ports import BrokerUnavailable, KeysRefused, OrderRejected, Unconfirmed
from tests import builders
from tests.adapters.fakes import ORDER, access, answer, ours

REQUEST = builders.request(key="kc-1", limit="190.10")
UNIQUE = {"code": 40010001, "message": "client_order_id must be unique"}
RATE = {"code": 42910000, "message": "rate limit exceeded"}


async def reset(_, writer):
    writer.transport.abort()


async def mute(_, __):
    await asyncio.sleep(3600)


async def trickle(_, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless_headers(_, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


LOST_ANSWERS = {
    "500": answer(500, {"code": 50010000, "message": "internal server error occurred"}),
    "504": answer(504, "<html>"),
    "408": answer(408, {"message": "timeout"}),
    "429 of a proxy": answer(429, "slow down"),
    "403 of a proxy": answer(403, "<html>"),
    "garbage": answer(200, "{]"),
    "an empty body": answer(200),
    "another order": answer(200, ORDER | {"client_order_id": "kc-9"}),
    "a list": answer(200, [ORDER]),
    "a redirect": answer(307, headers="Location: http://127.0.0.1:9/\r\n"),
    "a truncated answer": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
    "a reset": reset,
    "silence": mute,
    "one byte now and then": trickle,
    "endless headers": endless_headers,
}
ENDLESS = (mute, trickle, endless_headers, LOST_ANSWERS["a truncated answer"])


def deadline_for(lost) -> float:
    """What never ends is cut off; what ends by itself has time, however slow this machine is."""
    return 2.0 if lost in ENDLESS else 60.0


@pytest.mark.parametrize("lost", LOST_ANSWERS.values(), ids=LOST_ANSWERS)
async def test_a_lost_answer_is_unconfirmed_and_the_order_sent_once(alpaca, lost):
    alpaca.script = [lost]
    broker = AlpacaBroker(access(alpaca.port), is_ours=ours, deadline=deadline_for(lost))

    with pytest.raises(Unconfirmed):
        await broker.submit(REQUEST)

    await broker.close()
    assert alpaca.written("POST") == 1


@pytest.mark.parametrize("lost", LOST_ANSWERS.values(), ids=LOST_ANSWERS)
async def test_a_failed_question_is_never_an_empty_answer(alpaca, lost):
    alpaca.script = [lost]
    broker = AlpacaBroker(access(alpaca.port), is_ours=ours, deadline=deadline_for(lost))

    for question in (broker.find("kc-1"), broker.account()):
        with pytest.raises(BrokerUnavailable):
            await question

    await broker.close()


@pytest.mark.parametrize("answered", [answer(200), answer(200, {}), answer(200, [1]), reset])
async def test_no_list_is_not_flat(alpaca, broker, answered):
    alpaca.script = [answered]

    for question in (broker.positions(), broker.open_orders(), broker.assets()):
        with pytest.raises(BrokerUnavailable):
            await question


async def test_a_refused_redirect_of_a_cancel_is_not_a_cancel(alpaca, broker):
    alpaca.script = [answer(302, headers="Location: /elsewhere\r\n")]

    with pytest.raises(Unconfirmed):
        await broker.cancel("some-order")

    assert len(alpaca.requests) == 1


async def test_numbers_travel_as_exact_text(alpaca, broker):
    alpaca.script = [answer(200, ORDER)]

    placed = await broker.submit(REQUEST)

    body = json.loads(alpaca.requests[0][1])
    assert (body["qty"], body["limit_price"]) == ("10", "190.10")
    assert placed.request.limit_price == Decimal("190.1")
    assert placed.status is OrderStatus.NEW


async def test_an_order_that_is_already_there_is_looked_up(alpaca, broker):
    alpaca.script = [answer(422, UNIQUE), answer(200, ORDER)]

    placed = await broker.submit(REQUEST)

    assert placed.broker_id == ORDER["id"]
    assert alpaca.requests[1][0].startswith(
        "GET /v2/orders:by_client_order_id?client_order_id=kc-1"
    )


async def test_an_order_that_is_there_but_not_shown_is_unconfirmed(alpaca, broker):
    absent = answer(404, {"code": 40410000, "message": "order not found for kc-1"})
    alpaca.script = [answer(422, UNIQUE), absent]

    with pytest.raises(Unconfirmed):
        await broker.submit(REQUEST)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, {"code": 40310000, "message": "insufficient buying power"}),
        (422, {"code": 42210000, "message": 'asset "X" not found'}),
        (429, RATE),
    ],
)
async def test_alpacas_own_refusal_is_told_in_its_words(alpaca, broker, status, said):
    alpaca.script = [answer(status, said)]

    with pytest.raises(RefusedByAlpaca, match=said["message"]) as refused:
        await broker.submit(REQUEST)

    assert (refused.value.status, refused.value.code) == (status, said["code"])
    assert len(alpaca.requests) == 1


async def test_words_of_a_refusal_cannot_act_on_a_terminal(alpaca, broker):
    alpaca.script = [answer(422, {"message": "no\x1b]0;x\x07\u202e\u200bway\r\n"})]

    with pytest.raises(OrderRejected) as refused:
        await broker.submit(REQUEST)

    assert str(refused.value) == "no]0;xway"


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_keys_are_told_as_that_without_telling_them(alpaca, broker, status):
    words = "unauthorized." if status == 401 else "forbidden."
    alpaca.script = [answer(status, {"message": words})]

    for asked in (broker.account(), broker.submit(REQUEST), broker.cancel("x")):
        with pytest.raises(KeysRefused) as refused:
            await asked
        assert "canary" not in repr(refused.value)


async def test_only_alpacas_word_makes_an_order_absent(alpaca, broker):
    alpaca.script = [answer(404, {"code": 40410000, "message": "order not found for kc-1"})]
    assert await broker.find("kc-1") is None

    for other in ("<html>", {"code": 40410000, "message": "endpoint not found."}):
        alpaca.script = [answer(404, other)]
        with pytest.raises(BrokerUnavailable):
            await broker.find("kc-1")


async def test_what_never_left_is_told_as_not_sent():
    broker = AlpacaBroker(access(http=1), is_ours=ours)

    with pytest.raises(NotSent):
        await broker.submit(REQUEST)
    with pytest.raises(BrokerUnavailable):
        await broker.positions()

    await broker.close()


async def test_a_cancel_does_not_wait_behind_questions_that_hang(alpaca, broker):
    async def hang_on_questions(head, writer):
        if head.startswith("DELETE"):
            writer.write(answer(204))
            return
        await asyncio.sleep(3600)

    alpaca.script = [hang_on_questions]
    questions = [asyncio.ensure_future(broker.positions()) for _ in range(12)]
    await asyncio.sleep(0)

    await broker.cancel("some-order")

    assert not any(question.done() for question in questions)
    for question in questions:
        question.cancel()
    await asyncio.gather(*questions, return_exceptions=True)


async def test_what_waited_past_its_deadline_is_never_sent(alpaca):
    alpaca.script = [mute]
    broker = AlpacaBroker(access(alpaca.port), is_ours=ours, deadline=2.0)
    sent = [asyncio.ensure_future(broker.submit(REQUEST)) for _ in range(8)]

    said = await asyncio.gather(*sent, return_exceptions=True)

    await broker.close()
    # Four have a thread at once; on a slow machine one more may get its turn just in time.
    never = sum(isinstance(each, NotSent) for each in said)
    assert sum(type(each) is Unconfirmed for each in said) == alpaca.written("POST") == 8 - never
    assert 0 < never <= 4


async def test_a_replacement_mentions_only_what_changes(alpaca, broker):
    alpaca.script = [answer(200, ORDER | {"client_order_id": "kc-2", "replaces": ORDER["id"]})]

    request = ReplaceRequest(order="kc-1", client_order_id="kc-2", limit_price=Decimal("191.50"))
    replaced = await broker.replace(ORDER["id"], request)

    line, body = alpaca.requests[0]
    assert line.startswith(f"PATCH /v2/orders/{ORDER['id']} ")
    assert json.loads(body) == {"client_order_id": "kc-2", "limit_price": "191.50"}
    assert replaced.replaces == ORDER["id"]


async def test_a_command_carries_its_keys_and_its_kind_and_no_cookie(alpaca, broker):
    heads = []

    async def with_cookie(head, writer):
        heads.append(head.lower().split("\r\n"))
        writer.write(answer(200, ORDER, headers="Set-Cookie: lane=7; Path=/\r\n"))

    alpaca.script = [with_cookie]
    for _ in range(2):
        await broker.submit(REQUEST)

    for head, (_, body) in zip(heads, alpaca.requests, strict=True):
        assert {"apca-api-key-id: pktest", "apca-api-secret-key: canary-secret"} <= set(head)
        assert f"content-length: {len(body)}" in head
        assert "content-type: application/json" in head
        assert not any(line.startswith("cookie") for line in head)


@pytest.mark.parametrize(
    ("trail", "wire"),
    [({"trail_price": Decimal("1.50")}, "1.50"), ({"trail_percent": Decimal(3)}, "3")],
)
async def test_a_new_trail_is_a_number_and_the_order_knows_of_what(alpaca, broker, trail, wire):
    alpaca.script = [answer(200, ORDER | {"client_order_id": "kc-2", "replaces": ORDER["id"]})]

    request = ReplaceRequest(order="kc-1", client_order_id="kc-2", **trail)
    await broker.replace(ORDER["id"], request)

    assert json.loads(alpaca.requests[0][1]) == {"client_order_id": "kc-2", "trail": wire}


async def test_one_cancel_of_many_that_fails_is_told(alpaca, broker):
    done = {"id": "a", "status": 200}
    gone = {"id": "b", "status": 422, "body": {"message": 'order is already in "filled" state'}}
    failed = {"id": "c", "status": 403, "body": {"message": "no"}}

    alpaca.script = [answer(207, [done, gone])]
    await broker.cancel_all()

    alpaca.script = [answer(207, [done, failed])]
    with pytest.raises(OrderRejected, match="1 orders were not canceled: no"):
        await broker.cancel_all()


async def test_open_orders_are_read_to_the_last_page_with_their_legs(alpaca, broker):
    def numbered(n, **more):
        at = datetime(2026, 10, 8, 14, 30, n // 300, tzinfo=UTC).isoformat()
        return ORDER | {"id": f"id-{n}", "client_order_id": f"kc-{n}", "submitted_at": at} | more

    book = [numbered(n) for n in range(1_100)]
    book[7]["legs"] = [numbered(2_000, status="held"), numbered(2_001, status="canceled")]

    async def page(head, writer):
        until = head.split("until=")[1].split(" ")[0].split("&")[0] if "until=" in head else "9"
        until = until.replace("%3A", ":")
        newest = sorted(book, key=lambda order: order["submitted_at"], reverse=True)
        writer.write(answer(200, [o for o in newest if o["submitted_at"] < until][:500]))

    alpaca.script = [page]
    found = await broker.open_orders()

    assert {order.broker_id for order in found} == {f"id-{n}" for n in [*range(1_100), 2_000]}
    assert len(found) == 1_101


async def test_answers_that_trickle_do_not_use_up_the_threads(alpaca):
    alpaca.script = [trickle, trickle, endless_headers, mute, answer(200, ORDER)]
    broker = AlpacaBroker(access(alpaca.port), is_ours=ours, deadline=3.0)
    stuck = [asyncio.ensure_future(broker.submit(REQUEST)) for _ in range(4)]
    await asyncio.gather(*stuck, return_exceptions=True)

    placed = await broker.submit(REQUEST)

    await broker.close()
    assert placed.broker_id == ORDER["id"]
    assert alpaca.written("POST") == 5


async def test_an_order_is_withheld_when_the_cord_falls_before_its_bytes_leave(alpaca, broker):
    broker.may_send = lambda _order: False

    with pytest.raises(NotSent):
        await broker.submit(REQUEST)

    assert alpaca.requests == []


async def test_an_order_is_withheld_when_the_cord_falls_while_it_connects(alpaca, broker):
    alpaca.script = [answer(200, ORDER)]
    looks = iter([True, False, True, True])
    broker.may_send = lambda _order: next(looks)

    with pytest.raises(NotSent):
        await broker.submit(REQUEST)
    assert alpaca.requests == []

    await broker.submit(REQUEST)
    assert alpaca.written("POST") == 1


async def test_a_cancel_passes_whatever_the_cord_says(alpaca, broker):
    alpaca.script = [answer(204)]
    broker.may_send = lambda _order: False

    await broker.cancel("b-1")

    assert alpaca.written("DELETE") == 1


async def test_open_orders_are_asked_for_with_their_parents_and_without(alpaca, broker):
    held = ORDER | {"id": "leg", "client_order_id": "leg", "status": "held"}
    loose = ORDER | {"id": "loose", "client_order_id": "loose", "status": "new"}
    parent = ORDER | {"legs": [held]}
    alpaca.script = [answer(200, [parent]), answer(200, [ORDER, loose])]

    found = await broker.open_orders()

    assert {order.key for order in found} == {"kc-1", "leg", "loose"}
    assert sorted(
        line.partition("nested=")[2].split("&")[0].split()[0] for line, _ in alpaca.requests
    ) == ["false", "true"]


async def test_a_leg_that_was_replaced_is_told_though_its_parent_does_not_tell_it(alpaca, broker):
    new = ORDER | {"id": "new", "client_order_id": "kc-2", "replaces": "old"}
    old = ORDER | {"id": "old", "client_order_id": "leg", "status": "replaced"}
    parent = ORDER | {"legs": [new]}
    alpaca.script = [answer(200, [parent]), answer(200, [ORDER, new, old])]

    found = await broker.orders_since(builders.NOON)

    assert {order.key: order.status for order in found}["leg"] is OrderStatus.REPLACED
    assert {order.key for order in found} == {"kc-1", "kc-2", "leg"}


async def test_half_a_list_of_open_orders_is_none(alpaca, broker):
    alpaca.script = [answer(200, [ORDER]), answer(500, {"message": "internal"})]

    with pytest.raises(BrokerUnavailable):
        await broker.open_orders()
