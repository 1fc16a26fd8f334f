"""The venue's knobs and its journal: the ground truth of other tests."""

import threading
import time

import aiohttp
import requests

from tests.venue.rig import PATIENCE, until


def test_the_journal_tells_requests_and_order_events_in_order(venue):
    order = venue.order(qty="10", client_order_id="mine")
    venue.until_order(order, "filled")

    journal = venue.journal()

    numbers = [entry["seq"] for entry in journal]
    mine = [e for e in journal if e["client_order_id"] == "mine"]
    submitted = mine[0]
    assert numbers == list(range(1, len(numbers) + 1))
    assert (submitted["kind"], submitted["method"], submitted["path"]) == (
        "request",
        "POST",
        "/v2/orders",
    )
    assert submitted["status"] == 200
    assert '"qty": "10"' in submitted["body"]
    assert [e["event"] for e in mine[1:]][:2] == ["pending_new", "new"]
    assert mine[-1]["event"] == "fill"
    assert submitted["at_ns"] <= mine[1]["at_ns"] <= time.time_ns()
    assert venue.journal(after=numbers[-1]) == []


def test_refused_requests_are_in_the_journal_too(venue):
    requests.get(venue.line["trading_url"] + "/v2/account", timeout=PATIENCE)

    assert [(e["path"], e["status"]) for e in venue.journal()] == [("/v2/account", 401)]


def test_a_moved_price_is_where_orders_trade(venue):
    told = venue.control("price", symbol="KO", price=123.45)
    order = venue.order(symbol="KO", qty="1", type="limit", limit_price="125")

    filled = venue.until_order(order, "filled")

    # The market moves on at once, and its spread is one cent or several.
    assert told["bid"] < 123.45 < told["ask"]
    assert abs(float(filled["filled_avg_price"]) - 123.45) < 1


def test_the_clock_can_be_hurried_while_it_runs(venue):
    told = venue.control("speed", speed=1000)
    url = venue.line["control_url"] + "/speed"
    refused = requests.post(url, json={"speed": -1}, timeout=PATIENCE)

    assert told == {"speed": 1000.0}
    assert refused.status_code == 422
    assert "speed" in refused.json()["message"]


def test_a_price_for_nothing_listed_is_refused(venue):
    url = venue.line["control_url"] + "/price"

    unknown = requests.post(url, json={"symbol": "ZZZZ", "price": 5}, timeout=PATIENCE)
    absurd = requests.post(url, json={"symbol": "KO", "price": "cheap"}, timeout=PATIENCE)

    assert (unknown.status_code, absurd.status_code) == (404, 422)


def test_a_delayed_answer_leaves_the_order_effective_and_everything_else_quick(venue):
    venue.control("delay", seconds=60)
    _in_background(venue)

    until(lambda: _has(venue))
    submitted = [e for e in venue.journal() if e.get("path") == "/v2/orders"]

    assert submitted[0]["status"] is None
    assert until(lambda: venue.get("/v2/orders").json() or None)[0]["client_order_id"] == "slow"


def test_a_delay_before_holds_the_order_back(venue):
    venue.control("delay", seconds=60, before=True)
    _in_background(venue)

    until(lambda: _has(venue))

    assert venue.get("/v2/orders").json() == []
    assert [e for e in venue.journal() if e["kind"] == "event"] == []


def _in_background(venue) -> None:
    """Send an order whose answer nobody waits for; the venue's end ends the thread."""

    def send() -> None:
        body = {
            "symbol": "KO",
            "qty": 1,
            "side": "buy",
            "type": "limit",
            "limit_price": 1,
            "time_in_force": "day",
            "client_order_id": "slow",
        }
        url = venue.line["trading_url"] + "/v2/orders"
        try:
            with requests.Session() as session:
                session.post(url, json=body, headers=venue.headers, timeout=PATIENCE * 2)
        except requests.RequestException:
            return

    threading.Thread(target=send, daemon=True).start()


def _has(venue) -> bool:
    return any(e["kind"] == "request" and e["client_order_id"] == "slow" for e in venue.journal())


async def test_a_muted_stream_says_nothing_but_answers_pings(venue):
    venue.control("mute", stream="data", muted=True)
    async with aiohttp.ClientSession(headers=venue.headers) as session:
        socket = await session.ws_connect(
            venue.line["stream_url"] + "/v2/iex", heartbeat=0.1, autoping=True
        )
        await socket.send_json({"action": "subscribe", "quotes": ["*"]})
        muted = [(await socket.receive(PATIENCE)).json()[0]["T"] for _ in range(3)]
        venue.control("price", symbol="KO", price=50)
        venue.control("mute", stream="data", muted=False)
        venue.control("price", symbol="KO", price=60)
        first = (await socket.receive(PATIENCE)).json()
        await socket.close()

    assert muted == ["success", "success", "subscription"]
    assert 50.01 not in [m.get("ap") for m in first]
