"""Orders in assets that differ from an ordinary stock."""

import pytest

SELL = {"side": "sell"}
PART = {"qty": "0.5"}
REFUSED = [
    ("TWTR", {}, 422, "asset TWTR is not active"),
    ("FRCB", {}, 422, "asset FRCB is not tradable"),
    ("BTC/USD", {}, 422, "invalid crypto time_in_force"),
    ("BRK.A", PART, 403, 'asset "BRK.A" is not fractionable'),
    ("GME", SELL, 422, 'asset "GME" cannot be sold short'),
    ("TCEHY", SELL, 422, 'asset "TCEHY" cannot be sold short'),
    ("GME", {}, 422, 'no market price for "GME" yet'),
    ("SPY261218C00500000", {}, 422, "option orders are not offered by this venue"),
    ("ZZZZ", {}, 422, 'asset "ZZZZ" not found'),
]


@pytest.mark.parametrize(("symbol", "ticket", "status", "words"), REFUSED)
def test_an_asset_says_what_it_does_not_allow(shared_venue, symbol, ticket, status, words):
    asked = {"symbol": symbol, "qty": 1, "side": "buy", "type": "market", "time_in_force": "day"}

    refused = shared_venue.post("/v2/orders", asked | ticket)

    assert (refused.status_code, refused.json()["message"]) == (status, words)


def test_a_stock_may_be_named_by_its_asset_id(venue):
    asset = venue.get("/v2/assets/KO").json()

    assert venue.order(symbol=asset["id"], qty=1)["symbol"] == "KO"
