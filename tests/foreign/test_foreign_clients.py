"""Clients that we did not write, unmodified, hold a whole session against a venue process.

Each runs in an environment of its own (`make foreign` makes them) and prints what it did
and heard; what the venue saw is in its journal.
"""

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.venue.rig import PROJECT, RunningVenue

ENVIRONMENTS = PROJECT / ".foreign"
DRIVERS = Path(__file__).parent
PATIENCE = 400.0
CLIENTS = ("python", "node")
TYPES = {
    "market": ("market", "day"),
    "limit": ("limit", "gtc"),
    "stop": ("stop", "day"),
    "stop_limit": ("stop_limit", "day"),
    "trailing_percent": ("trailing_stop", "day"),
    "trailing_price": ("trailing_stop", "gtc"),
    "opg": ("limit", "opg"),
    "cls": ("market", "cls"),
    "ioc": ("limit", "ioc"),
    "fok": ("limit", "fok"),
}
REFUSALS = {
    "buying_power": (403, "insufficient buying power"),
    "symbol": (422, 'asset "NOSUCH" not found'),
    "sub_penny": (422, "sub-penny"),
    "twice": (422, "client_order_id must be unique"),
    "mleg": (422, "mleg"),
    "qty": (422, "qty or notional is required"),
    "unknown_order": (404, "order not found for"),
}
MARKET = ("trades", "quotes", "bars", "daily_bars", "updated_bars")
NOTICES = ("statuses", "lulds", "corrections", "cancel_errors", "news")
COINS = ("crypto_trades", "crypto_quotes", "crypto_orderbooks", "crypto_bars")


def command(client):
    """Return how a client's session is run; skip where its environment is not made."""
    if not (ENVIRONMENTS / client / "ready").exists():
        pytest.skip(f"the foreign {client} client is not installed: run `make foreign`")
    if client == "python":
        return [ENVIRONMENTS / "python/bin/python", DRIVERS / "python/session.py"]
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: install nodejs and npm, then run `make foreign`")
    return [node, DRIVERS / "node/session.js"]


def surroundings(line):
    """Return where the venue is, in the variables of the clients."""
    names = {
        "APCA_API_KEY_ID": "key",
        "APCA_API_SECRET_KEY": "secret",
        "APCA_API_BASE_URL": "trading_url",
        "APCA_API_DATA_URL": "data_url",
        "APCA_API_STREAM_URL": "stream_url",
        "VENUE_CONTROL_URL": "control_url",
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    modules = {"NODE_PATH": str(ENVIRONMENTS / "node/node_modules")}
    return kept | modules | {name: line[key] for name, key in names.items()}


class Session:
    """What one client printed, by step, and what the venue journaled meanwhile."""

    def __init__(self, held):
        run, self.journal = held["run"], held["journal"]
        assert run["code"] == 0, run["stdout"][-2_000:] + run["stderr"][-4_000:]
        said = [json.loads(line) for line in run["stdout"].splitlines()]
        self.steps = {each["step"]: each for each in said}
        self.requests = [each for each in self.journal if "method" in each]
        self.events = [each for each in self.journal if "event" in each]

    def __getitem__(self, step):
        return self.steps[step]


def hold(client):
    """Let a client hold its session against a venue of its own."""
    words = command(client)
    venue = RunningVenue("--seed", "7")
    try:
        run = subprocess.run(
            words,
            env=surroundings(venue.line),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        journal = venue.journal()
    finally:
        venue.stop()
    told = {"code": run.returncode, "stdout": run.stdout, "stderr": run.stderr}
    return {"run": told, "journal": journal}


def held_once(client, folder):
    """Return a client's session: the first worker that asks holds it, the others wait and read."""
    record = folder / f"{client}-session.json"
    with (folder / f"{client}-session.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not record.exists():
            written = record.with_suffix(".part")
            written.write_text(json.dumps(hold(client)))
            written.rename(record)
    return json.loads(record.read_text())


@pytest.fixture(scope="module", params=CLIENTS)
def session(request, tmp_path_factory):
    own = tmp_path_factory.getbasetemp()
    is_shared = "PYTEST_XDIST_WORKER" in os.environ
    return Session(held_once(request.param, own.parent if is_shared else own))


def test_it_gets_through_and_the_venue_answers_it_without_an_error_of_its_own(session):
    statuses = [request["status"] for request in session.requests]

    assert "end" in session.steps
    assert len(statuses) > 50
    assert max(statuses) < 500
    assert 401 not in statuses


def test_it_reads_account_clock_calendar_and_assets(session):
    assert session["account"]["status"] == "ACTIVE"
    assert session["clock"].get("is_open", session["clock"].get("isOpen")) is True
    assert [day for day, _ in session["calendar"]["days"]] == [
        "2025-11-24",
        "2025-11-25",
        "2025-11-26",
        "2025-11-28",
    ]
    assert session["calendar"]["days"][-1][1].startswith("13:00")
    assert {"AAPL", "MSFT", "SPY", "TSLA"} <= set(session["assets"]["symbols"])
    assert session["asset"]["tradable"] is True
    assert session["asset.unknown"]["error"]["status"] == 404


def test_it_keeps_a_watchlist_and_suspends_trading(session):
    watchlist, configurations = session["watchlist"], session["configurations"]

    assert (watchlist["added"], watchlist["kept"], watchlist["left"]) == (
        ["AAPL", "MSFT"],
        ["MSFT"],
        [],
    )
    assert (configurations["suspended"], configurations["now"]) == (True, False)
    assert configurations["error"]["status"] == 403
    assert "new orders are rejected by user request" in configurations["error"]["message"]


@pytest.mark.parametrize("step", TYPES)
def test_it_places_every_type_and_time_in_force(session, step):
    order = session[step]
    posted = [json.loads(r["body"]) for r in session.requests if r["path"] == "/v2/orders"
              and r["method"] == "POST"]  # fmt: skip

    kind, tif = TYPES[step]
    assert order.get("type", order.get("order_type")) == kind
    assert any((p["type"], p["time_in_force"]) == (kind, tif) for p in posted)
    assert order["status"] in ("pending_new", "accepted")


def test_it_is_filled_by_shares_and_by_dollars(session):
    whole, parts = session["market.filled"], session["notional.filled"]

    assert (whole["status"], whole["filled_qty"]) == ("filled", "10")
    assert (parts["status"], parts["notional"], parts.get("qty")) == ("filled", "500.55", None)
    assert "." in parts["filled_qty"]


def test_it_replaces_and_cancels(session):
    changed = session["replace"]

    assert changed["replaces"] == changed["old"]
    assert (changed["qty"], changed["limit_price"]) == ("8", "1.3")
    assert session["by_client_order_id"]["id"] == changed["id"]
    assert session["cancel"]["status"] == "canceled"
    assert session["cancel.again"]["error"]["status"] == 422
    assert 'already in "canceled" state' in session["cancel.again"]["error"]["message"]


def test_it_trades_in_classes_and_lists_them_nested_and_flat(session):
    bracket, listed = session["bracket.filled"], session["nested"]

    assert {leg["status"] for leg in bracket["legs"]} == {"new", "held"}
    assert listed["nested"] == [bracket["id"]]
    assert set(listed["flat"]) == {bracket["id"], *(leg["id"] for leg in bracket["legs"])}
    for step, legs in (("bracket", 2), ("oco", 1), ("oto", 1)):
        assert session[step]["order_class"] == step
        assert len(session[step]["legs"]) == legs
    assert {"filled", "replaced", "canceled"} <= set(session["list"]["statuses"])


@pytest.mark.parametrize("step", REFUSALS)
def test_it_understands_why_it_is_refused(session, step):
    error = session[f"refused.{step}"]["error"]

    status, words = REFUSALS[step]
    assert error["status"] == status
    assert words in error["message"]


def test_it_closes_by_quantity_by_percentage_and_all(session):
    assert session["positions"]["held"]["TSLA"] == ["short", "-5"]
    assert session["position"]["qty"] == "10"
    assert (session["close"]["by_qty"], session["close"]["left"]) == ("4", "3")
    assert {status for _, status in session["close_all"]["told"]} == {200}
    assert "position does not exist" in session["position.none"]["error"]["message"]


def test_its_fills_are_those_of_the_journal(session):
    of_journal = [e for e in session.events if e["event"] in ("fill", "partial_fill")]
    fills = session["activities"]["fills"]

    assert sorted(qty for _, _, qty in fills) == sorted(e["qty"] for e in of_journal)
    assert ["TSLA", "sell_short", "5"] in fills


def test_it_reads_history_of_stocks_and_coins(session):
    bars, latest, coins = session["bars"], session["latest"], session["crypto"]

    assert bars["days"] > 15
    assert bars["min"] == 30
    assert 1 <= session["quotes"]["count"] <= 5
    assert 1 <= session["trades"]["count"] <= 5
    assert latest["bid"] < latest["ask"]
    assert latest["quotes"] == session["snapshot"]["symbols"] == ["AAPL", "KO"]
    assert len(session["news.rest"]["headlines"]) == 3
    assert (coins["bars"], coins["trades"], coins["quotes"]) == (4, 3, 3)
    assert session["history"]["points"] > 0


def test_the_data_streams_tell_it_everything(session):
    for kind in (*MARKET, *NOTICES, *COINS):
        assert f"stream.{kind}" in session.steps
    for kind in ("trades", "quotes", "statuses", "lulds", "corrections", "cancel_errors"):
        assert session[f"stream.{kind}"]["symbol"] == "AAPL"
    assert session["stream.news"]["headline"] == "Heard"


def test_the_trading_stream_tells_it_every_event_of_the_journal_in_order(session):
    heard = session["stream.events"]["events"]
    happened = [
        [e["event"], e["client_order_id"]] for e in session.events if e["event"] != "pending_new"
    ]

    begins = happened.index(heard[0])
    assert heard == happened[begins : begins + len(heard)]
    kinds = {kind for kind, _ in heard}
    assert kinds >= {"new", "fill", "pending_cancel", "canceled", "replaced", "held", "accepted"}


def test_the_npm_client_reads_options_and_hears_their_quotes(session):
    if "options" not in session.steps:
        pytest.skip("the older Python SDK knows no options")

    options, quote = session["options"], session["stream.option_quotes"]

    assert (options["chain"], options["contract"]) == (20, True)
    assert 0 <= options["delta"] <= 1
    assert quote["bidPrice"] < quote["askPrice"]
    assert session["contracts"]["count"] == 40
