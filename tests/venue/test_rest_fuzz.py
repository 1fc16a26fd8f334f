"""Whatever is asked, of whatever route, in whatever words: never a server error."""

import json
import re
from functools import cache
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.venue.rig import PATIENCE
from tests.venue.schemas import FOLDER, routes

MORE = [
    ("post", "/control/news"),
    ("post", "/control/corporate-action"),
    ("post", "/control/price"),
    ("get", "/v2/{unserved}"),
]
NAMES = [
    "symbols", "symbol", "timeframe", "start", "end", "limit", "page_token", "sort", "feed",
    "asof", "adjustment", "currency", "status", "asset_class", "exchange", "attributes", "period",
    "date_type", "pnl_reset", "intraday_reporting", "activity_types", "category", "date", "after",
    "until", "direction", "page_size", "order_id", "name", "markets", "time", "timezone", "by",
    "top", "types", "ids", "ca_types", "since", "type", "strike_price_gte", "strike_price_lte",
    "expiration_date", "expiration_date_gte", "expiration_date_lte", "root_symbol", "nested",
    "updated_since", "include_content", "tape", "show_deliverables", "underlying_symbols",
    "cancel_orders", "qty", "percentage", "client_order_id", "side", "before_order_id",
]  # fmt: skip
FIELDS = [
    "name", "symbols", "symbol", "headline", "summary", "content", "hostile", "type", "ex_date",
    "rate", "new_rate", "old_rate", "price", "qty", "side", "time_in_force", "suspend_trade",
    "max_margin_multiplier", "limit_price", "notional", "order_class", "legs", "take_profit",
]  # fmt: skip
KNOWN = [
    "AAPL", "aapl, MSFT", "BTC/USD", "BTC%2FUSD", "SPY261218C00500000", "1Min", "23Hour", "3Month",
    "all", "raw", "2026-01-05", "2026-01-05T10:00:00-05:00", "1767600000000000000", "0001-01-01",
    "9999-12-31", "-1", "0", "1", "1000000000000000000000000", "1e309", "nan", "True", "null", "-",
    "1D", "999A", "1M", "desc", "SETTLEMENT", "FILL", "NYSE", "crypto", "us", "trade",
    "QUFQTHwxfDA=", "QUFQTHw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5fDA=", "LXwwfC01", "BTC/USD",
    "QlRDL1VTRHw5MjIzMzcyMDM2ODU0Nzc1ODA3fDA=", "QlRDL1VTRHwtOTIyMzM3MjAzNjg1NDc3NTgwN3w5",
    "\u0000", "\u202e",
]  # fmt: skip

words = st.one_of(st.sampled_from(KNOWN), st.text(max_size=12), st.integers().map(str))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)
bodies = st.one_of(
    st.binary(max_size=20),
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=6).map(
        lambda body: json.dumps(body).encode()
    ),
)
queries = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), words), words), max_size=6)


@cache
def served() -> list[tuple[str, str]]:
    return MORE + (routes() if FOLDER.exists() else [])


@pytest.mark.parametrize("token", [token for token in KNOWN if len(token) > 9 and "M" in token])
@pytest.mark.parametrize("kind", ["bars", "quotes", "trades"])
@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_a_page_token_made_by_hand_is_a_page_or_refused(shared_venue, token, kind, sort):
    for path, symbols in (("/v1beta3/crypto/us/", "BTC/USD"), ("/v2/stocks/", "AAPL")):
        answer = shared_venue.get(
            path + kind, symbols=symbols, timeframe="1Min", page_token=token, sort=sort
        )
        assert answer.status_code in (200, 400), answer.text


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), query=queries, body=bodies)
def test_no_request_is_odd_enough_for_a_server_error(shared_venue, data, query, body):
    method, route = data.draw(st.sampled_from(served()))
    path = re.sub(r"\{\w+\}", lambda _: quote(data.draw(words), safe=""), route)
    asked = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)

    answer = shared_venue.http.request(
        method.upper(),
        f"{shared_venue.line['trading_url']}{path}?{asked}",
        data=body if method in ("post", "put", "patch") else None,
        timeout=PATIENCE,
    )

    assert answer.status_code < 500, (method, path, asked, body, answer.text)
    if answer.status_code not in (200, 204, 207):
        assert "message" in answer.json()
