"""Who is let in, and by which of Alpaca's ways of saying who one is."""

from base64 import b64encode

import pytest
import requests

from tests.venue.rig import PATIENCE

BARS = "/v1beta3/crypto/us/latest/bars"


def ask(venue, path, headers, **query):
    url = venue.line["trading_url"] + path
    return requests.get(url, params=query, headers=headers, timeout=PATIENCE)


def basic(pair):
    return {"Authorization": "Basic " + b64encode(pair.encode()).decode()}


def test_basic_authorization_is_as_good_as_the_headers(shared_venue):
    line = shared_venue.line
    own = ask(shared_venue, "/v2/account", shared_venue.headers).json()

    answer = ask(shared_venue, "/v2/account", basic(f"{line['key']}:{line['secret']}"))

    assert (answer.status_code, answer.json()["id"]) == (200, own["id"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("PK:no"),
        {"Authorization": "Basic %%%"},
        {"Authorization": "Basic"},
        {"Authorization": "Bearer x"},
        {"APCA-API-KEY-ID": "PK"},
    ],
    ids=str,
)
def test_whoever_is_not_known_is_not_let_in(shared_venue, headers):
    answer = ask(shared_venue, "/v2/account", headers)

    assert (answer.status_code, answer.json()) == (401, {"message": "unauthorized."})


def test_the_history_of_coins_is_public_but_wrong_keys_are_wrong(shared_venue):
    without = ask(shared_venue, BARS, {}, symbols="BTC/USD")
    wrong = ask(shared_venue, BARS, {"APCA-API-KEY-ID": "PK", "APCA-API-SECRET-KEY": "no"})

    assert without.status_code == 200
    assert without.json()["bars"]["BTC/USD"]["c"] > 0
    assert wrong.status_code == 401


def test_corporate_actions_are_found_where_older_clients_look(shared_venue):
    paths = ("/v1/corporate-actions", "/v1beta1/corporate-actions")

    old, new = (shared_venue.get(path, start="2020-01-01").json() for path in paths)

    assert old == new
    assert old["corporate_actions"]
