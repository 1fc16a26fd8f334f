"""The routes' protocol, point by point, as a client written from the documents meets it."""

import re
from decimal import Decimal

import pytest

from tests.venue.rig import PATIENCE

NOBODY = "00000000-0000-0000-0000-000000000000"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
BID = {"symbol": "KO", "qty": "1", "side": "buy", "type": "limit", "time_in_force": "day"}
FAR = BID | {"limit_price": "1.50"}
MONEY = [
    "accrued_fees",
    "buying_power",
    "cash",
    "equity",
    "initial_margin",
    "intraday_adjustments",
    "last_equity",
    "last_maintenance_margin",
    "long_market_value",
    "maintenance_margin",
    "multiplier",
    "non_marginable_buying_power",
    "options_buying_power",
    "pending_reg_taf_fees",
    "pending_transfer_in",
    "pending_transfer_out",
    "portfolio_value",
    "regt_buying_power",
    "short_market_value",
    "sma",
]
FLAGS = [
    "account_blocked",
    "shorting_enabled",
    "trade_suspended_by_user",
    "trading_blocked",
    "transfers_blocked",
]
GONE = ("pattern_day_trader", "daytrade_count", "daytrading_buying_power", "pdt_check")
TIMES = ["created_at", "updated_at", "submitted_at", "expires_at"]
UNSET = [
    "filled_at",
    "expired_at",
    "canceled_at",
    "failed_at",
    "replaced_at",
    "replaced_by",
    "replaces",
    "notional",
    "legs",
    "filled_avg_price",
    "stop_price",
    "trail_percent",
    "trail_price",
    "hwm",
]


@pytest.fixture
def working(shared_venue):
    """Place an order far from the market, gone when the test is over."""
    yield lambda **more: shared_venue.until_order(shared_venue.order(**FAR | more), "new")
    shared_venue.delete("/v2/orders")


def refused(answer):
    """Return a refusal's status, code and words."""
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    return answer.status_code, body.get("code"), body["message"]


def test_the_accounts_money_is_told_in_decimal_strings_and_nothing_of_day_trading(shared_venue):
    account = shared_venue.get("/v2/account").json()

    assert {name: str(Decimal(account[name])) for name in MONEY}
    assert all(isinstance(account[name], str) for name in MONEY)
    assert all(isinstance(account[name], bool) for name in FLAGS)
    assert [account[name] for name in ("status", "crypto_status", "currency")] == [
        "ACTIVE",
        "ACTIVE",
        "USD",
    ]
    assert not set(GONE) & set(account)


def test_every_answer_names_itself_and_tells_what_is_left_of_the_minute(shared_venue):
    answers = [shared_venue.get(path) for path in ("/v2/account", "/v2/nothing", "/v2/clock")]

    ids = {answer.headers["X-Request-ID"] for answer in answers}
    assert len(ids) == len(answers)
    for answer in answers:
        assert int(answer.headers["X-RateLimit-Remaining"]) > 0
        assert int(answer.headers["X-RateLimit-Limit"]) > 0
        assert int(answer.headers["X-RateLimit-Reset"]) > 1_500_000_000


def test_a_working_order_has_every_field_in_its_type(working):
    order = working()

    assert all(MOMENT.fullmatch(order[name]) for name in TIMES)
    assert {name: order[name] for name in UNSET} == dict.fromkeys(UNSET)
    assert (order["qty"], order["filled_qty"], order["limit_price"]) == ("1", "0", "1.5")
    assert (order["order_class"], order["type"], order["order_type"]) == ("", "limit", "limit")
    assert (order["extended_hours"], order["position_intent"]) == (False, "buy_to_open")


def test_a_cancel_is_answered_with_nothing_and_a_second_one_is_refused(shared_venue, working):
    order = working()

    answer = shared_venue.delete(f"/v2/orders/{order['id']}")
    shared_venue.until_order(order, "canceled")
    again = shared_venue.delete(f"/v2/orders/{order['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert refused(again) == (422, 42210000, 'order is already in "canceled" state')


def test_a_replacement_is_a_new_order_chained_to_the_old_one(shared_venue, working):
    old = working()

    new = shared_venue.patch(f"/v2/orders/{old['id']}", {"qty": 2, "stop_price": None}).json()
    kept = shared_venue.get(f"/v2/orders/{old['id']}").json()

    assert (new["replaces"], new["qty"], new["created_at"]) == (old["id"], "2", old["created_at"])
    assert new["client_order_id"] != old["client_order_id"]
    assert (kept["status"], kept["replaced_by"]) == ("replaced", new["id"])
    assert MOMENT.fullmatch(kept["replaced_at"])


def test_all_orders_are_canceled_with_a_status_each(shared_venue, working):
    ids = {working()["id"], working()["id"]}

    answer = shared_venue.delete("/v2/orders")

    assert answer.status_code == 207
    assert {each["id"]: each["status"] for each in answer.json()} == dict.fromkeys(ids, 200)


@pytest.mark.parametrize("colon", [":", "%3A"])
def test_an_order_is_found_by_the_name_its_client_gave(shared_venue, working, colon):
    order = working(client_order_id=f"named-{len(colon)}")

    path = f"/v2/orders{colon}by_client_order_id"
    found = shared_venue.get(path, client_order_id=order["client_order_id"])

    assert found.json()["id"] == order["id"]
    assert refused(shared_venue.get(path, client_order_id="no"))[:2] == (404, 40410000)


def test_orders_are_listed_newest_first_bounded_and_by_symbol_in_any_case(shared_venue, working):
    ids = [working(symbol=symbol)["id"] for symbol in ("KO", "F", "KO")]
    ask = shared_venue.get

    def listed(**query):
        return [order["id"] for order in ask("/v2/orders", **query).json()]

    assert listed() == ids[::-1]
    assert listed(direction="asc", limit="2") == ids[:2]
    assert listed(symbols="ko, msft") == [ids[2], ids[0]]
    assert listed(side="sell") == []
    assert listed(nested="True", asset_class="us_equity") == ids[::-1]
    assert listed(before_order_id=ids[2]) == [ids[1], ids[0]]
    assert listed(after_order_id=ids[0]) == [ids[2], ids[1]]


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("get", "/v2/orders/nonsense", 422, "order_id is missing"),
        ("get", f"/v2/orders/{NOBODY}", 404, f"order not found for {NOBODY}"),
        ("delete", f"/v2/orders/{NOBODY}", 404, f"order not found for {NOBODY}"),
        ("get", "/v2/positions/MSFT", 404, "position does not exist"),
        ("get", "/v2/positions/NOSUCH", 404, "symbol not found: NOSUCH"),
        ("delete", "/v2/positions/MSFT", 404, "position does not exist"),
        ("get", "/v2/assets/NOSUCH", 404, "asset not found for NOSUCH"),
        ("get", f"/v2/watchlists/{NOBODY}", 404, f"watchlist not found: {NOBODY}"),
        ("get", "/v2/account/activities/NOSUCH", 422, "invalid activity type: NOSUCH"),
        ("get", "/v2/nothing", 404, "endpoint not found."),
    ],
)
def test_what_is_not_there_is_told_in_alpacas_words(shared_venue, method, path, status, words):
    answer = getattr(shared_venue, method)(path)

    code = 40410000 if status == 404 else 40010001
    assert refused(answer) == (status, code, words)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v2/orders", {"limit": 501}),
        ("/v2/orders", {"status": "asleep"}),
        ("/v2/orders", {"after": "yesterday"}),
        ("/v2/account/activities", {"page_size": 101}),
        ("/v2/account/activities", {"date": "2026-01-05", "after": "2026-01-01"}),
        ("/v2/account/activities", {"category": "trade_activity", "activity_types": "FILL"}),
        ("/v2/account/portfolio/history", {"period": "soon"}),
        ("/v2/account/portfolio/history", {"timeframe": "2Min"}),
        ("/v2/account/portfolio/history", {"period": "3M", "timeframe": "1Min"}),
        ("/v2/assets", {"asset_class": "shells"}),
        ("/v2/calendar", {"start": "then"}),
    ],
)
def test_what_cannot_be_asked_of_the_account_is_refused(shared_venue, path, query):
    assert refused(shared_venue.get(path, **query))[:2] == (422, 40010001)


@pytest.mark.parametrize(
    "query",
    [
        {"timeframe": "1Day"},
        {"symbols": "AAPL"},
        {"symbols": "A$PL", "timeframe": "1Day"},
        {"symbols": "AAPL", "timeframe": "60Min"},
        {"symbols": "AAPL", "timeframe": "5Month"},
        {"symbols": "AAPL", "timeframe": "1Day", "limit": "10001"},
        {"symbols": "AAPL", "timeframe": "1Day", "limit": "0"},
        {"symbols": "AAPL", "timeframe": "1Day", "page_token": "zz"},
        {"symbols": "AAPL", "timeframe": "1Day", "feed": "rumour"},
        {"symbols": "AAPL", "timeframe": "1Day", "sort": "up"},
        {"symbols": "AAPL", "timeframe": "1Day", "adjustment": "some"},
        {"symbols": "AAPL", "timeframe": "1Day", "asof": "then"},
        {"symbols": "AAPL", "timeframe": "1Day", "start": "2026-02-02", "end": "2026-02-01"},
    ],
)
def test_what_cannot_be_asked_of_the_data_is_refused_by_a_message_alone(shared_venue, query):
    answer = shared_venue.get("/v2/stocks/bars", **query)

    assert answer.status_code == 400
    assert set(answer.json()) == {"message"}


def test_pages_hold_a_symbol_after_the_other_and_the_last_has_no_token(shared_venue):
    query = {"symbols": "ko,AAPL,NOSUCH", "timeframe": "1Day", "start": "2026-03-02", "limit": 7}
    query["end"] = "2026-03-06"
    pages, token = [], None
    while not pages or token:
        more = {"page_token": token} if token else {}
        pages.append(shared_venue.get("/v2/stocks/bars", **query, **more).json())
        token = pages[-1]["next_page_token"]

    seen = [
        (symbol, bar["t"])
        for page in pages
        for symbol in page["bars"]
        for bar in page["bars"][symbol]
    ]
    assert [list(page["bars"]) for page in pages] == [["AAPL", "KO"], ["KO"]]
    assert seen == sorted(set(seen))
    assert len(seen) == 10
    assert {page["currency"] for page in pages} == {"USD"}


def test_a_symbol_nobody_knows_is_missing_among_many_and_not_found_alone(shared_venue):
    many = shared_venue.get("/v2/stocks/snapshots", symbols="AAPL,NOSUCH")
    alone = shared_venue.get("/v2/stocks/NOSUCH/snapshot")

    assert list(many.json()) == ["AAPL"]
    assert alone.status_code == 404


def test_a_body_larger_than_any_order_is_refused_as_that_and_the_connection_lives(shared_venue):
    large = shared_venue.post("/v2/orders", FAR | {"note": "x" * 2**21})
    after = shared_venue.get("/v2/orders")

    assert refused(large) == (413, 41310000, "request body is too large")
    assert (after.status_code, after.json()) == (200, [])


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00bad",
        b"symbol=KO&qty=1",
        b"[]",
        b"null",
        b'{"symbol": "KO", "qty": NaN}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_object_is_refused_as_that(shared_venue, body):
    url = shared_venue.line["trading_url"] + "/v2/orders"

    answer = shared_venue.http.post(url, data=body, timeout=PATIENCE)

    assert refused(answer) == (400, 40010000, "request body format is invalid")


@pytest.mark.parametrize(
    "odd",
    [
        {"side": "BUY"},
        {"symbol": " ko "},
        {"qty": 1, "limit_price": 1.5},
        {"extended_hours": "True"},
        {"order_class": None, "stop_loss": None, "client_order_id": ""},
        {"order_class": "simple", "legs": [], "unheard_of": {"a": [1]}},
    ],
)
def test_orders_are_taken_however_clients_spell_them(working, odd):
    order = working(**odd)

    assert (order["symbol"], order["side"], order["qty"]) == ("KO", "buy", "1")
    assert order["limit_price"] == "1.5"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"side": ["buy"]}, "invalid side"),
        ({"type": {}}, "invalid order type"),
        ({"time_in_force": 5}, "invalid time_in_force"),
        ({"qty": {"a": 1}}, "invalid qty"),
        ({"qty": True}, "invalid qty"),
        ({"qty": "0"}, "qty must be > 0"),
        ({"qty": None}, "qty or notional is required"),
        ({"notional": "5"}, "only one of qty or notional is accepted"),
        ({"limit_price": None}, "limit orders require a limit price"),
        ({"client_order_id": "x" * 129}, "client_order_id must be no more than 128 characters"),
        ({"client_order_id": 5}, "invalid client_order_id"),
        ({"symbol": 5}, "symbol is required"),
        ({"order_class": "odd"}, "invalid order_class"),
    ],
)
def test_an_order_of_the_wrong_shape_is_refused_in_words(shared_venue, wrong, words):
    answer = shared_venue.post("/v2/orders", FAR | wrong)

    assert refused(answer) == (422, 40010001, words)


def test_positions_are_valued_in_strings_and_closed_with_an_order_each(venue):
    venue.until_order(venue.order(symbol="KO", qty="3"), "filled")

    position = venue.get("/v2/positions/ko").json()
    closing = venue.delete("/v2/positions", cancel_orders="true")
    (closed,) = closing.json()

    value = Decimal(position["qty"]) * Decimal(position["current_price"])
    assert Decimal(position["market_value"]) == value
    gain = value - Decimal(position["cost_basis"])
    assert Decimal(position["unrealized_pl"]) == gain
    assert (position["side"], position["qty_available"]) == ("long", "3")
    assert (closing.status_code, closed["symbol"], closed["status"]) == (207, "KO", 200)
    assert (closed["body"]["side"], closed["body"]["qty"]) == ("sell", "3")
    venue.until_order(closed["body"], "filled")
    assert venue.delete("/v2/positions").json() == []


def test_fills_are_paged_by_the_last_ones_id(venue):
    for _ in range(3):
        venue.until_order(venue.order(symbol="KO", qty="1"), "filled")

    first = venue.get("/v2/account/activities", page_size=2).json()
    rest = venue.get("/v2/account/activities", page_size=2, page_token=first[-1]["id"]).json()

    assert (len(first), len(rest)) == (2, 1)
    assert [fill["activity_type"] for fill in first + rest] == ["FILL"] * 3
    assert all(re.fullmatch(r"\d{17}::[0-9a-f-]{36}", fill["id"]) for fill in first + rest)


def test_times_of_the_market_carry_new_yorks_offset(shared_venue):
    clock = shared_venue.get("/v2/clock").json()
    (day,) = shared_venue.get("/v2/calendar", start="2026-11-27", end="2026-11-27").json()

    for name in ("timestamp", "next_open", "next_close"):
        assert re.search(r"-0[45]:00$", clock[name])
    assert (day["open"], day["close"]) == ("09:30", "13:00")
    assert (day["session_open"], day["session_close"]) == ("0400", "2000")
