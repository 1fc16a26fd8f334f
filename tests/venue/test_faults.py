"""Misbehaviour on command, as clients of real sockets meet it, and what truly happened."""

import socket
import threading
import time
from urllib.parse import urlsplit

import msgspec
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from console.venue.faults.orders import read_rules
from console.venue.faults.standing import Faults
from tests.venue.rig import PATIENCE, until

WRITE = {"method": "POST", "path": "/v2/orders"}
TICKET = {
    "symbol": "KO",
    "qty": 1,
    "side": "buy",
    "type": "limit",
    "limit_price": 1,
    "time_in_force": "day",
}


@pytest.fixture
def faulty(shared_venue):
    """Return the shared venue; its faults are lifted afterwards."""
    yield shared_venue
    requests.delete(shared_venue.line["control_url"] + "/faults", timeout=PATIENCE)
    shared_venue.delete("/v2/orders")


def fault(venue, kind: str, **more: object) -> dict:
    return venue.control("faults", kind=kind, **more)[-1]


def sent(venue, name: str) -> requests.Response | str:
    """Send an order; return the answer, or how the connection failed."""
    url = venue.line["trading_url"] + "/v2/orders"
    body = TICKET | {"client_order_id": name}
    try:
        return requests.post(url, json=body, headers=venue.headers, timeout=2)
    except requests.RequestException as error:
        return str(error)


def orders_called(venue, name: str) -> int:
    orders = venue.get("/v2/orders", status="all", limit=500).json()
    return sum(order["client_order_id"] == name for order in orders)


def noted(venue, name: str) -> dict:
    seen = (e for e in venue.journal() if e["kind"] == "request")
    return next(e for e in seen if e["client_order_id"] == name)


@pytest.mark.parametrize("kind", ["refuse", "reset", "hang"])
@pytest.mark.parametrize("effect", [False, True])
def test_a_connection_that_ends_badly_leaves_the_truth_in_the_journal(faulty, kind, effect):
    name = f"{kind}-{effect}"
    fault(faulty, kind, **WRITE, effect=effect, id="f")

    answer = sent(faulty, name)
    fault_free = faulty.control("faults", faults=[])

    assert isinstance(answer, str)
    assert fault_free == []
    assert noted(faulty, name)["faults"] == ["f"]
    assert noted(faulty, name)["status"] is None
    assert orders_called(faulty, name) == effect


def test_a_gateway_timeout_after_the_effect(faulty):
    fault(faulty, "answer", **WRITE, status=504, effect=True, times=1)

    late, fine = sent(faulty, "late"), sent(faulty, "fine")

    assert (late.status_code, fine.status_code) == (504, 200)
    assert orders_called(faulty, "late") == 1
    assert (noted(faulty, "late")["status"], noted(faulty, "fine")["faults"]) == (504, [])


@pytest.mark.parametrize("has_headers", [True, False])
def test_too_many_requests_with_and_without_headers(faulty, has_headers):
    fault(faulty, "answer", **WRITE, status=429, rate_headers=has_headers, effect=True)

    answer = sent(faulty, f"often-{has_headers}")

    assert answer.status_code == 429
    assert ("X-RateLimit-Reset" in answer.headers) is has_headers


def test_a_page_of_html_where_json_belongs(faulty):
    fault(faulty, "answer", path="/v2/account", status=500, html=True)

    answer = faulty.get("/v2/account")

    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert answer.text.startswith("<html>")


def test_bodies_that_end_early_swell_or_make_no_sense(faulty):
    fault(faulty, "truncate", path="/v2/account")
    with pytest.raises(requests.RequestException):
        faulty.get("/v2/account")
    faulty.control("faults", faults=[{"kind": "garbage", "path": "/v2/account"}])
    garbage = faulty.get("/v2/account")
    faulty.control("faults", faults=[{"kind": "oversize", "path": "/v2/account", "bytes": 5_000}])
    large = faulty.get("/v2/account")

    with pytest.raises(requests.JSONDecodeError):
        garbage.json()
    assert (garbage.status_code, len(large.content)) == (200, 5_000)
    assert large.json()["currency"] == "USD"


def test_a_body_that_drips_comes_a_byte_at_a_time(faulty):
    fault(faulty, "drip", path="/v2/clock", seconds=60)
    where = urlsplit(faulty.line["trading_url"])
    with socket.create_connection((where.hostname, where.port), timeout=PATIENCE) as connection:
        lines = [f"{k}: {v}" for k, v in (faulty.headers | {"Host": where.hostname}).items()]
        connection.sendall("\r\n".join(["GET /v2/clock HTTP/1.1", *lines, "", ""]).encode())
        received = b""
        while b"\r\n\r\n" not in received or not received.partition(b"\r\n\r\n")[2]:
            received += connection.recv(4_096)

    assert received.startswith(b"HTTP/1.1 200")
    assert received.partition(b"\r\n\r\n")[2] == b"{"


def test_latency_waits_and_nobody_else_does(faulty):
    fault(faulty, "latency", **WRITE, seconds=60, before=True)
    threading.Thread(target=sent, args=(faulty, "waiting"), daemon=True).start()

    until(lambda: [e for e in faulty.journal() if e.get("client_order_id") == "waiting"])

    assert orders_called(faulty, "waiting") == 0
    assert faulty.get("/v2/account").status_code == 200


def test_faults_add_up_and_their_strikes_are_counted(faulty):
    rules = [
        {"kind": "latency", "path": "/v2/clock", "seconds": 0.001, "jitter": 0.001, "id": "slow"},
        {"kind": "answer", "path": "/v2/cl*", "status": 503, "after": 1, "times": 2, "id": "busy"},
    ]
    faulty.control("faults", faults=rules, seed=3)

    statuses = [faulty.get("/v2/clock").status_code for _ in range(5)]
    listed = requests.get(faulty.line["control_url"] + "/faults", timeout=PATIENCE).json()

    assert statuses == [200, 503, 503, 200, 200]
    counts = [(f["id"], f["matched"], f["struck"]) for f in listed]
    assert counts == [("slow", 5, 5), ("busy", 5, 2)]


def test_one_fault_is_lifted_by_its_name(faulty):
    faulty.control("faults", faults=[{"kind": "hang", "id": "a"}, {"kind": "hang", "id": "b"}])
    url = faulty.line["control_url"] + "/faults"

    lifted = requests.delete(url + "/a", timeout=PATIENCE)
    unknown = requests.delete(url + "/a", timeout=PATIENCE)
    left = requests.get(url, timeout=PATIENCE).json()

    assert (lifted.json(), unknown.status_code) == ({"lifted": 1}, 404)
    assert [f["id"] for f in left] == ["b"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"7",
        b'{"kind": "sabotage"}',
        b'{"kind": "latency"}',
        b'{"kind": "latency", "seconds": -1}',
        b'{"kind": "hang", "probability": 2}',
        b'{"kind": "hang", "tmies": 2}',
        b'{"kind": "drop", "stream": "radio"}',
    ],
)
def test_a_fault_that_cannot_be_read_is_refused_with_a_reason(faulty, body):
    answer = requests.post(faulty.line["control_url"] + "/faults", data=body, timeout=PATIENCE)

    assert answer.status_code == 422
    assert answer.json()["message"].startswith("no faults can be read from this: ")


@given(st.integers(), st.floats(0, 1), st.integers(0, 30), st.integers(0, 30))
def test_the_same_seed_strikes_the_same_requests(seed, probability, after, times):
    body = {"kind": "hang", "probability": probability, "after": after, "times": times}

    struck = [_strikes(body, seed) for _ in range(2)]

    assert struck[0] == struck[1]
    assert sum(struck[0]) <= times
    assert not any(struck[0][:after])


def _strikes(rule: dict, seed: int) -> list[bool]:
    faults = Faults()
    faults.order(read_rules(msgspec.json.encode({"faults": [rule], "seed": seed % 2**60})))
    return [bool(faults.of_route("GET", "/v2/account")) for _ in range(60)]


def test_a_handshake_can_be_refused(faulty):
    fault(faulty, "answer", path="/v2/iex", status=429)
    url = faulty.line["data_url"] + "/v2/iex"
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    answer = requests.get(url, headers=upgrade, timeout=PATIENCE)

    assert answer.status_code == 429


def test_a_slow_cancel_stays_pending(faulty):
    fault(faulty, "slow_cancel", seconds=60, symbol="KO", id="slow")
    order = faulty.order(symbol="KO", type="limit", limit_price="1", qty="1")
    faulty.until_order(order, "new")

    faulty.delete(f"/v2/orders/{order['id']}")
    faulty.order(symbol="F", qty="1")
    pending = faulty.get(f"/v2/orders/{order['id']}").json()

    assert pending["status"] == "pending_cancel"


def test_a_slow_cancel_ends_in_time(faulty):
    fault(faulty, "slow_cancel", seconds=0.2)
    order = faulty.order(symbol="KO", type="limit", limit_price="1", qty="1")
    faulty.until_order(order, "new")

    faulty.delete(f"/v2/orders/{order['id']}")

    faulty.until_order(order, "canceled")


def test_a_foreign_order_is_there_and_nobody_sent_it(faulty):
    before = faulty.journal()[-1]["seq"] if faulty.journal() else 0

    order = faulty.control("foreign-order", **TICKET, client_order_id="theirs")

    assert faulty.until_order(order, "new")["client_order_id"] == "theirs"
    mine = [e for e in faulty.journal(after=before) if e["client_order_id"] == "theirs"]
    assert {e["kind"] for e in mine} == {"event"}
    assert time.time_ns() >= mine[0]["at_ns"]
