"""Every event the trading stream documents can be reached: by trading, or on command."""

import json

import aiohttp
import pytest
import requests

from console.venue.trading.interventions import ON_COMMAND, STANDING
from console.venue.trading.orders import EventKind
from tests.venue.rig import PATIENCE, until

DOCUMENTED = {
    "new", "fill", "partial_fill", "canceled", "expired", "done_for_day", "replaced", "rejected",
    "pending_new", "accepted", "held", "stopped", "pending_cancel", "pending_replace",
    "calculated", "suspended", "order_replace_rejected", "order_cancel_rejected", "trade_bust",
    "trade_correct", "restated",
}  # fmt: skip
BID = {"symbol": "KO", "qty": "5", "type": "limit", "limit_price": "1.25", "time_in_force": "gtc"}
OPEN = sorted(kind.value for kind in ON_COMMAND if not kind.value.startswith("trade_"))


@pytest.fixture
async def updates(shared_venue):
    """Listen to the trading stream; each call returns the next event of an order."""
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(shared_venue.line["trading_stream_url"])
        line = shared_venue.line
        await socket.send_json({"action": "auth", "key": line["key"], "secret": line["secret"]})
        await socket.send_json({"action": "listen", "data": {"streams": ["trade_updates"]}})
        for _ in range(2):
            await socket.receive(PATIENCE)

        async def next_of(order):
            while True:
                told = json.loads((await socket.receive(PATIENCE)).data)["data"]
                if told["order"]["id"] == order["id"]:
                    return told

        yield next_of


def command(venue, order, event, **more):
    url = venue.line["control_url"] + "/order-event"
    return requests.post(
        url, json={"order_id": order["id"], "event": event, **more}, timeout=PATIENCE
    )


def working(venue, **more):
    return venue.until_order(venue.order(**BID | more), "new")


def test_there_is_no_documented_event_the_venue_does_not_know():
    assert {kind.value for kind in EventKind} == DOCUMENTED


@pytest.mark.parametrize("event", OPEN)
async def test_an_event_on_command_is_told_with_the_order_as_rest_has_it(
    shared_venue, updates, event
):
    order = shared_venue.order(**BID)
    await updates(order)

    answered = command(shared_venue, order, event)
    told = await updates(order)

    kept = shared_venue.get(f"/v2/orders/{order['id']}").json()
    assert answered.status_code == 200
    assert (told["event"], told["order"]) == (event, kept)
    assert told["order"]["status"] == {
        "rejected": "rejected",
        **{kind.value: status.value for kind, status in STANDING.items()},
    }.get(event, "new")
    shared_venue.delete("/v2/orders")


async def test_a_rejected_order_is_closed_and_holds_no_buying_power(shared_venue, updates):
    before = shared_venue.get("/v2/account").json()["buying_power"]
    order = working(shared_venue)
    await updates(order)

    command(shared_venue, order, "rejected")
    told = await updates(order)
    again = command(shared_venue, order, "suspended")

    assert told["order"]["failed_at"] is not None
    assert shared_venue.get("/v2/account").json()["buying_power"] == before
    assert (again.status_code, again.json()["message"]) == (
        422,
        'order is already in "rejected" state',
    )


@pytest.mark.parametrize("event", ["suspended", "done_for_day", "calculated"])
async def test_an_order_that_is_idle_does_not_trade_until_it_is_new_again(
    shared_venue, updates, event
):
    order = working(shared_venue, qty="1", symbol="F", limit_price="5")
    await updates(order)
    command(shared_venue, order, event)
    assert (await updates(order))["event"] == event

    shared_venue.control("price", symbol="F", price=4)
    idle = shared_venue.get(f"/v2/orders/{order['id']}").json()
    command(shared_venue, order, "new")
    shared_venue.control("price", symbol="F", price=4)

    assert idle["status"] == event
    assert [(await updates(order))["event"] for _ in range(2)] == ["new", "fill"]
    shared_venue.control("price", symbol="F", price=11)


async def test_a_bust_and_a_correction_name_the_fill_and_leave_the_account(shared_venue, updates):
    order = shared_venue.until_order(shared_venue.order(symbol="KO", qty="2"), "filled")
    fill = [await updates(order) for _ in range(2)][1]
    cash = shared_venue.get("/v2/account").json()["cash"]

    command(shared_venue, order, "trade_bust")
    command(shared_venue, order, "trade_correct", price=12.5)
    bust, correction = [await updates(order) for _ in range(2)]

    assert (bust["event"], correction["event"]) == ("trade_bust", "trade_correct")
    assert bust["execution_id"] == correction["execution_id"] == fill["execution_id"]
    assert (bust["price"], bust["qty"]) == (fill["price"], "2")
    assert (correction["price"], correction["qty"]) == ("12.5", "2")
    assert shared_venue.get("/v2/account").json()["cash"] == cash


async def test_the_rejection_of_a_group_member_ends_the_group(shared_venue, updates):
    exits = {"take_profit": {"limit_price": "9000"}, "stop_loss": {"stop_price": "1"}}
    order = working(shared_venue, order_class="bracket", **exits)
    await updates(order)

    command(shared_venue, order, "rejected")

    def members():
        legs = shared_venue.get(f"/v2/orders/{order['id']}", nested="true").json()["legs"]
        return legs if {leg["status"] for leg in legs} == {"canceled"} else None

    assert until(members)
    assert shared_venue.get("/v2/orders").json() == []


@pytest.mark.parametrize(
    ("named", "event", "status"),
    [
        ("00000000-0000-0000-0000-000000000000", "stopped", 404),
        ("x", "stopped", 404),
        (None, "fill", 422),
        (None, "dance", 422),
        (None, None, 422),
        (None, "trade_bust", 422),
    ],
)
def test_what_cannot_be_commanded_is_refused(shared_venue, named, event, status):
    order = working(shared_venue)

    answer = command(shared_venue, {"id": named or order["id"]}, event)

    assert answer.status_code == status, answer.text
    shared_venue.delete("/v2/orders")
