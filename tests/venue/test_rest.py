"""What every answer has: headers, error bodies, patience with odd clients."""

import json
from pathlib import Path

import pytest
import requests

from tests.venue.rig import PATIENCE

HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"{",
    b'"text"',
    b"\xff\xfe",
    b'{"symbol": 5}',
    b'{"symbol": "AAPL", "qty": {}, "side": [], "type": 1, "time_in_force": null}',
    b'{"symbol": "AAPL", "qty": NaN}',
    b"[" * 5_000,
    b'{"client_order_id":' * 5_000,
    b'{"symbol": "AAPL", "qty": 1e400, "side": "buy", "type": "market", "time_in_force": "day"}',
]


def test_every_answer_is_numbered_and_tells_what_may_still_be_asked(shared_venue):
    answer = shared_venue.get("/v2/account")
    refused = requests.get(shared_venue.line["trading_url"] + "/v2/account", timeout=PATIENCE)

    for response in (answer, refused):
        assert response.headers["X-Request-ID"]
        assert int(response.headers["X-RateLimit-Remaining"]) > 0
        assert int(response.headers["X-RateLimit-Limit"]) > 0
        assert int(response.headers["X-RateLimit-Reset"]) > 0
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (refused.status_code, refused.json()) == (401, {"message": "unauthorized."})


def test_a_spent_minute_is_429_in_the_words_of_each_api(start_venue):
    venue = start_venue("--rate-limit", "2")

    first = [venue.get("/v2/clock").status_code for _ in range(2)]
    trading = venue.get("/v2/account")
    data = venue.get("/v2/stocks/quotes/latest", symbols="AAPL")

    assert first == [200, 200]
    assert trading.status_code == data.status_code == 429
    assert trading.json() == {"code": 42910000, "message": "rate limit exceeded"}
    assert data.json() == {"message": "too many requests."}
    assert trading.headers["X-RateLimit-Remaining"] == "0"


def test_a_canceled_order_is_answered_with_nothing(venue):
    order = venue.order(type="limit", limit_price="1.5", qty="1")

    answer = venue.delete(f"/v2/orders/{order['id']}")

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("colon", [":", "%3A"])
def test_the_colon_of_by_client_order_id_may_be_escaped(venue, colon):
    venue.order(type="limit", limit_price="1.5", qty="1", client_order_id="x y/z")

    found = venue.get(f"/v2/orders{colon}by_client_order_id", client_order_id="x y/z")
    missing = venue.get(f"/v2/orders{colon}by_client_order_id", client_order_id="nobody")

    assert found.json()["client_order_id"] == "x y/z"
    assert (missing.status_code, missing.json()["code"]) == (404, 40410000)


@pytest.mark.parametrize("body", HOSTILE, ids=repr)
@pytest.mark.parametrize("path", ["/v2/orders", "/v2/account/configurations"])
def test_no_body_is_bad_enough_for_a_server_error(shared_venue, path, body):
    method = "PATCH" if path.endswith("configurations") else "POST"

    answer = shared_venue.http.request(
        method, shared_venue.line["trading_url"] + path, data=body, timeout=PATIENCE
    )

    assert answer.status_code < 500, answer.text
    assert "message" in answer.json() or answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v2/orders?limit=0",
        "/v2/orders?limit=99999999999999999999",
        "/v2/orders?after=yesterday",
        "/v2/orders?after=99999999999999999999999999",
        "/v2/orders?status=some",
        "/v2/orders?after_order_id=nobody",
        "/v2/orders/5",
        "/v2/orders/00000000-0000-0000-0000-000000000000",
        "/v2/positions/ZZZZ",
        "/v2/account/activities/NONSENSE",
        "/v2/calendar?start=soon",
        "/v2/stocks/bars?symbols=AAPL&timeframe=1Min&start=9999-12-31&end=9999-12-31",
        "/v2/stocks/bars?symbols=AAPL&timeframe=1Min&start=0001-01-01&limit=3",
        "/v2/stocks/bars?symbols=AAPL&timeframe=1Min&page_token=!!",
        "/v2/stocks/bars?symbols=AAPL&timeframe=99Min",
        "/v2/stocks/bars",
        "/v2/stocks/ZZZZ/snapshot",
        "/v2/nothing",
        "/v2/iex",
        "/v2/assets/BTC%2FUSD",
    ],
)
def test_no_query_is_odd_enough_for_a_server_error(shared_venue, path):
    answer = shared_venue.get(path)

    assert answer.status_code < 500
    assert answer.status_code == 200 or "message" in answer.json()


def test_requests_that_are_no_http_fill_no_pipe_that_nobody_reads(venue):
    too_long = "/v2/orders?symbols=" + "AAPL," * 2_000

    for _ in range(150):
        assert venue.get(too_long).status_code == 400

    assert venue.get("/v2/account").status_code == 200
    venue.stop()
    assert venue.errors == ""


def test_a_route_nobody_serves_is_not_found_in_alpacas_words(shared_venue):
    answer = shared_venue.get("/v2/nothing")

    assert (answer.status_code, answer.json()["message"]) == (404, "endpoint not found.")


def test_the_answers_hold_what_the_published_schemas_require(venue):
    schemas = _schemas()
    order = venue.order(qty="10")
    venue.until_order(order, "filled")

    _holds(schemas["Order"], order)
    _holds(schemas["Account"], venue.get("/v2/account").json())
    _holds(schemas["Assets"], venue.get("/v2/assets/AAPL").json())
    _holds(schemas["Position"], venue.get("/v2/positions/AAPL").json())
    _holds(schemas["TradingActivities"], venue.get("/v2/account/activities").json()[0])


def _schemas() -> dict[str, dict]:
    path = Path(__file__).parents[2] / "../shared/openapi/trading-api.json"
    if not path.exists():
        pytest.skip(f"the published schemas are not at {path}")
    return json.loads(path.read_text())["components"]["schemas"]


def _holds(schema: dict, answer: dict) -> None:
    assert set(schema.get("required", [])) <= answer.keys()
    for name, value in answer.items():
        told = schema["properties"].get(name, {}).get("type")
        if told == "string":
            assert isinstance(value, str | None), name
        if told == "boolean":
            assert isinstance(value, bool), name


def test_help_names_every_option_and_a_missing_tape_is_told(start_venue):
    with pytest.raises(RuntimeError, match="there is no tape at nowhere"):
        start_venue("--tape", "nowhere.parquet")
