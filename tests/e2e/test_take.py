"""`killcord data take`, each source of it, on a real desk and venue."""

import json

import pytest

from tests.e2e.rig import Rig
from tests.e2e.test_studies import run_all

pytestmark = [pytest.mark.e2e, pytest.mark.long]
TAKES = {
    "bars": "data take bars AAPL SPY --limit 50 --json",
    "orders": "data take orders --json",
    "positions": "data take positions --json",
    "fills": "data take fills --json",
    "audit": "data take audit --json",
    "live": "data take live AAPL SPY --every 0.1 --rows 5 --seconds 8 --json",
    "ticks": "data take live AAPL SPY --every tick --rows 90 --seconds 8 --name ticks --json",
}


def test_everything_the_desk_knows_becomes_a_dataset(rig: Rig):
    rig.start_venue()
    rig.start_desk()
    rig.fill("buy 10 AAPL", "AAPL")
    rig.until(
        lambda: any(float(order["filled_qty"]) for order in rig.json("orders", "--all")),
        "the desk never heard of the fill",
    )

    rows = [f"data rows {name} --json" for name in TAKES]
    told = run_all(rig, [*TAKES.values(), *rows, "data take orders", "data show live --json"])

    assert {told[line][0] for line in [*TAKES.values(), *rows]} == {0}
    seen = {name: json.loads(told[f"data rows {name} --json"][1]) for name in TAKES}
    assert {row["symbol"] for row in seen["bars"]} <= {"AAPL", "SPY"}
    assert seen["orders"][0]["symbol"] == seen["positions"][0]["symbol"] == "AAPL"
    assert 0 < sum(float(fill["qty"]) for fill in seen["fills"]) <= 10
    assert {"seq", "at", "kind", "actor", "via", "body"} == set(seen["audit"][0])
    assert 0 < len(seen["live"]) <= 5
    assert all(row["bid"] is None or row["bid"] <= row["ask"] for row in seen["live"])
    assert all((row["bid"] is None) != (row["last"] is None) for row in seen["ticks"])
    assert 0 < len(seen["ticks"]) <= 90
    assert told["data take orders"][0] == 1
    assert json.loads(told["data show live --json"][1])["operation"] == "live"
