"""Assets, watchlists, activities, portfolio history, clocks and calendars, as any client asks."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import AssetClass, AssetExchange, AssetStatus
from alpaca.trading.requests import (
    CreateWatchlistRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetPortfolioHistoryRequest,
    UpdateWatchlistRequest,
)

from tests.venue.rig import RunningVenue

THANKSGIVING = {"start": "2025-11-26", "end": "2025-12-01"}


@pytest.fixture
def client(shared_venue):
    line = shared_venue.line
    client = TradingClient(line["key"], line["secret"], url_override=line["trading_url"])
    yield client
    client._session.close()


@pytest.fixture
def watchlist(shared_venue):
    """Return a watchlist that is gone when the test is over."""
    made = shared_venue.post("/v2/watchlists", {"name": str(uuid4()), "symbols": ["AAPL"]}).json()
    yield made
    shared_venue.delete(f"/v2/watchlists/{made['id']}")


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ({"status": "inactive"}, {"TWTR", "SIVB"}),
        ({"asset_class": "crypto"}, {"BTC/USD", "ETH/USD"}),
        ({"exchange": "otc"}, {"FRCB", "TCEHY"}),
        ({"attributes": "ptp_no_exception,ptp_with_exception"}, {"ET", "EPD"}),
        ({"exchange": "ARCA", "status": "active"}, {"SPY", "IWM"}),
    ],
)
def test_assets_are_found_by_what_they_are(shared_venue, query, symbols):
    found = shared_venue.get("/v2/assets", **query).json()

    assert {asset["symbol"] for asset in found} == symbols


def test_every_odd_kind_of_asset_is_listed(client):
    assets = {asset.symbol: asset for asset in client.get_all_assets(GetAssetsRequest())}

    assert {a.status for a in assets.values()} == {AssetStatus.ACTIVE, AssetStatus.INACTIVE}
    assert not assets["FRCB"].tradable
    assert not assets["TCEHY"].shortable
    assert not assets["GME"].easy_to_borrow
    assert not assets["BRK.A"].fractionable
    assert assets["TCEHY"].exchange is AssetExchange.OTC


@pytest.mark.parametrize("named", ["BTC%2FUSD", "BTC/USD", "BTCUSD", "btc%2fusd"])
def test_a_pair_is_one_asset_however_its_slash_is_sent(shared_venue, client, named):
    asset = shared_venue.get(f"/v2/assets/{named}").json()

    assert (asset["symbol"], asset["class"]) == ("BTC/USD", AssetClass.CRYPTO.value)
    assert client.get_asset(asset["id"]).symbol == "BTC/USD"


def test_an_asset_nobody_knows_is_404_in_alpacas_words(shared_venue):
    answer = shared_venue.get("/v2/assets/ZZZZ")

    assert answer.status_code == 404
    assert answer.json() == {"code": 40410000, "message": "asset not found for ZZZZ"}
    assert shared_venue.get("/v2/assets", exchange="MOON").status_code == 422


def test_a_watchlist_lives_from_its_making_to_its_end(client):
    made = client.create_watchlist(CreateWatchlistRequest(name="My list", symbols=["AAPL", "F"]))

    client.add_asset_to_watchlist_by_id(made.id, "msft")
    client.remove_asset_from_watchlist_by_id(made.id, "F")
    found = client.get_watchlist_by_id(made.id)
    client.update_watchlist_by_id(made.id, UpdateWatchlistRequest(name="Other", symbols=["KO"]))
    told = client.get_watchlist_by_id(made.id)
    client.delete_watchlist_by_id(made.id)

    assert [asset.symbol for asset in found.assets] == ["AAPL", "MSFT"]
    assert (told.name, [asset.symbol for asset in told.assets]) == ("Other", ["KO"])
    assert made.id not in {watchlist.id for watchlist in client.get_watchlists()}


@pytest.mark.parametrize("colon", [":", "%3A"])
def test_a_watchlist_answers_to_its_name(shared_venue, watchlist, colon):
    path = f"/v2/watchlists{colon}by_name?name={watchlist['name']}"

    added = shared_venue.post(path, {"symbol": "BTC/USD"})
    renamed = shared_venue.http.put(shared_venue.line["trading_url"] + path, json={"name": "New"})
    removed = shared_venue.delete(f"/v2/watchlists/{watchlist['id']}/BTC%2FUSD")
    old = shared_venue.get(path)

    assert [asset["symbol"] for asset in added.json()["assets"]] == ["AAPL", "BTC/USD"]
    assert renamed.json()["name"] == "New"
    assert [asset["symbol"] for asset in removed.json()["assets"]] == ["AAPL"]
    assert (old.status_code, old.json()["code"]) == (404, 40410000)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": 5},
        {"name": "x" * 65},
        {"name": "n", "symbols": "AAPL"},
        {"name": "n", "symbols": ["ZZZZ"]},
        {"name": "n", "symbols": [5]},
    ],
    ids=repr,
)
def test_a_watchlist_that_cannot_be_is_refused(shared_venue, body):
    answer = shared_venue.post("/v2/watchlists", body)

    assert (answer.status_code, answer.json()["code"]) == (422, 40010001)


def test_a_name_and_a_symbol_are_taken_once(shared_venue, watchlist):
    again = shared_venue.post("/v2/watchlists", {"name": watchlist["name"]})
    twice = shared_venue.post(f"/v2/watchlists/{watchlist['id']}", {"symbol": "AAPL"})
    gone = shared_venue.delete(f"/v2/watchlists/{watchlist['id']}/KO")

    assert again.json()["message"] == "watchlist name must be unique"
    assert (twice.status_code, gone.status_code) == (422, 404)


def test_fills_are_told_a_page_at_a_time_in_both_directions(venue):
    orders = [venue.until_order(venue.order(qty="1"), "filled") for _ in range(3)]
    path = "/v2/account/activities"

    for direction in ("asc", "desc"):
        whole = [item["id"] for item in venue.get(path, direction=direction).json()]
        first = venue.get(path + "/FILL", direction=direction, page_size=2).json()
        rest = venue.get(path, direction=direction, page_token=first[-1]["id"]).json()
        assert [item["id"] for item in first + rest] == whole
        assert whole == sorted(whole, reverse=direction == "desc")
    of_order = venue.get(path, order_id=orders[1]["id"]).json()
    assert {item["order_id"] for item in of_order} == {orders[1]["id"]}


def test_activities_are_chosen_by_type_category_and_time(venue):
    venue.until_order(venue.order(qty="1"), "filled")
    day = venue.get("/v2/clock").json()["timestamp"][:10]
    path = "/v2/account/activities"

    assert venue.get(path, date=day, activity_types="FILL,DIV").json()
    assert venue.get(path, category="trade_activity", after=day).json()
    for nothing in ({"activity_types": "DIV"}, {"category": "non_trade_activity"}, {"until": day}):
        assert venue.get(path, **nothing).json() == []
    for wrong in (
        {"activity_types": "X"},
        {"date": day, "after": day},
        {"category": "trade_activity", "activity_types": "FILL"},
    ):
        assert venue.get(path, **wrong).status_code == 422


def test_the_portfolio_is_worth_at_the_end_what_the_account_says(venue):
    venue.until_order(venue.order(qty="100"), "filled")
    venue.control("price", symbol="AAPL", price=300)
    line = venue.line
    client = TradingClient(line["key"], line["secret"], url_override=line["trading_url"])

    history = client.get_portfolio_history(
        GetPortfolioHistoryRequest(period="1D", timeframe="1Min")
    )
    account = client.get_account()
    client._session.close()

    assert history.base_value == 100_000
    assert history.equity[-1] == pytest.approx(float(account.equity), abs=200)
    assert history.profit_loss[-1] == pytest.approx(history.equity[-1] - 100_000, abs=0.01)
    assert len(history.timestamp) == len(history.equity) == len(history.profit_loss_pct)
    assert all(at % 60 == 0 for at in history.timestamp)


@pytest.mark.parametrize(
    ("query", "timeframe"),
    [
        ({}, "1D"),
        ({"period": "1W"}, "15Min"),
        ({"period": "3D"}, "1Min"),
        ({"period": "1A"}, "1D"),
        ({"start": "2025-01-01"}, "1D"),
        ({"end": "2100-01-01T00:00:00-05:00", "timeframe": "1h"}, "1H"),
    ],
)
def test_the_timeframe_follows_the_period(shared_venue, query, timeframe):
    told = shared_venue.get("/v2/account/portfolio/history", **query).json()

    assert told["timeframe"] == timeframe


@pytest.mark.parametrize(
    "query",
    [
        {"period": "1X"},
        {"period": "2M", "timeframe": "1H"},
        {"timeframe": "2Min"},
        {"start": "2025-01-01", "end": "2025-02-01", "period": "1M"},
        {"start": "2025-02-01", "end": "2025-01-01"},
        {"pnl_reset": "never"},
        {"intraday_reporting": "lunch"},
    ],
)
def test_a_history_that_makes_no_sense_is_422(shared_venue, query):
    assert shared_venue.get("/v2/account/portfolio/history", **query).status_code == 422


def test_the_calendar_knows_holidays_half_days_and_settlement(shared_venue, client):
    days = shared_venue.get("/v2/calendar", **THANKSGIVING).json()
    settling = shared_venue.get(
        "/v2/calendar", start="2025-12-01", end="2025-12-01", date_type="SETTLEMENT"
    ).json()
    columbus = shared_venue.get("/v2/calendar", start="2025-10-10", end="2025-10-10").json()
    modelled = client.get_calendar(GetCalendarRequest(start="2025-11-28", end="2025-11-28"))

    assert [(day["date"][8:], day["close"]) for day in days] == [
        ("26", "16:00"),
        ("28", "13:00"),
        ("01", "16:00"),
    ]
    assert [day["date"] for day in settling] == ["2025-11-28"]
    assert columbus[0]["settlement_date"] == "2025-10-14"
    assert modelled[0].close.hour == 13


def test_a_markets_calendar_is_told_with_its_sessions_in_either_zone(shared_venue):
    told = shared_venue.get("/v3/calendar/XNYS", **THANKSGIVING).json()
    in_utc = shared_venue.get("/v3/calendar/NYSE", **THANKSGIVING, timezone="UTC").json()
    week = shared_venue.get("/v3/calendar/NASDAQ").json()["calendar"]
    unknown = shared_venue.get("/v3/calendar/MOON")

    assert told["market"]["timezone"] == "America/New_York"
    assert told["calendar"][1]["core_end"] == "2025-11-28T13:00:00-05:00"
    assert in_utc["calendar"][1]["core_end"] == "2025-11-28T18:00:00+00:00"
    assert 3 <= len(week) <= 6
    assert unknown.status_code == 400


@pytest.mark.parametrize(
    ("time", "phase", "until"),
    [
        ("2025-11-28T08:00:00Z", "closed", "2025-11-28T04:00:00-05:00"),
        ("2025-11-28T10:00:00Z", "pre", "2025-11-28T09:30:00-05:00"),
        ("2025-11-28T10:00:00-05:00", "core", "2025-11-28T13:00:00-05:00"),
        ("2025-11-28T18:00:00Z", "post", "2025-11-28T20:00:00-05:00"),
        ("2025-11-29T15:00:00Z", "closed", "2025-12-01T04:00:00-05:00"),
    ],
)
def test_the_clock_of_a_market_tells_the_phase_of_any_time(real_venue, time, phase, until):
    (clock,) = real_venue.get("/v3/clock", markets="NYSE", time=time).json()["clocks"]

    assert (clock["phase"], clock["phase_until"]) == (phase, until)
    assert clock["is_market_day"] == (not time.startswith("2025-11-29"))


def test_a_history_in_real_hours_has_no_nights(real_venue):
    start = (datetime.now(UTC) - timedelta(days=3)).isoformat()

    told = real_venue.get("/v2/account/portfolio/history", start=start, timeframe="1H").json()
    always = real_venue.get(
        "/v2/account/portfolio/history", period="1D", intraday_reporting="continuous"
    ).json()

    assert len(told["timestamp"]) <= 7
    assert always["timestamp"]


@pytest.fixture(scope="module")
def real_venue():

    venue = RunningVenue("--seed", "7", "--hours", "real")
    yield venue
    venue.stop()
