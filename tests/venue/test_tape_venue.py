"""The recorded tape as a venue: its hours, its prices, and orders that trade on it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from console.venue.wire.timestamps import parse
from tests.venue.rig import TAPE, until

recorded = pytest.mark.skipif(not TAPE.exists(), reason=f"the recorded tape is not at {TAPE}")


@recorded
def test_the_venues_clock_is_the_tapes(start_venue):
    venue = start_venue("--tape", str(TAPE), "--hours", "real")

    clock = venue.get("/v2/clock").json()
    assets = venue.get("/v2/assets").json()

    assert clock["timestamp"].startswith("2013-10-07T09:30:")
    assert (clock["is_open"], clock["next_close"]) == (True, "2013-10-07T16:00:00-04:00")
    assert clock["next_open"] == "2013-10-08T09:30:00-04:00"
    stocks = {asset["symbol"] for asset in assets if asset["class"] == "us_equity"}
    assert stocks == {"AIG", "BAC", "IBM", "SPY"}


@recorded
def test_an_order_rests_fills_and_is_booked_at_the_tapes_prices(start_venue):
    venue = start_venue("--tape", str(TAPE), "--speed", "60")
    quote = until(lambda: venue.get("/v2/stocks/quotes/latest", symbols="SPY").json()["quotes"])[
        "SPY"
    ]

    resting = venue.order(symbol="SPY", type="limit", limit_price=quote["bp"] - 5, qty="10")
    order = venue.order(symbol="SPY", qty="100")
    filled = venue.until_order(order, "filled")

    fills = venue.get("/v2/account/activities").json()
    day = venue.get("/v2/stocks/SPY/snapshot").json()["dailyBar"]
    assert venue.until_order(resting, "new")["filled_qty"] == "0"
    assert sum(int(fill["qty"]) for fill in fills) == 100
    assert all(abs(float(fill["price"]) - quote["ap"]) < 0.5 for fill in fills)
    assert filled["filled_at"].startswith("2013-10-07T")
    assert 160 < day["l"] <= day["h"] < 175


def last_seconds_of_a_session(folder: Path) -> Path:
    """Write a tape of one quote, three seconds before the close of 2013-10-07."""
    row = {
        "ts": parse("2013-10-07T19:59:57Z"),
        "symbol": "SPY",
        "kind": "q",
        "price": None,
        "size": 0,
        "exchange": "NBBO",
        "bid": 167.40,
        "bid_size": 300,
        "ask": 167.41,
        "ask_size": 200,
    }
    path = folder / "tape.parquet"
    pq.write_table(
        pa.Table.from_pylist([row, row | {"kind": "t", "price": 167.40, "size": 1}]), path
    )
    return path


def test_day_orders_expire_when_the_session_of_the_tape_closes(start_venue, tmp_path):
    tape = last_seconds_of_a_session(tmp_path)
    venue = start_venue("--tape", str(tape), "--speed", "0.5", "--hours", "real")
    resting = {"symbol": "SPY", "type": "limit", "limit_price": "1.5", "qty": "1"}
    day, gtc = venue.order(**resting), venue.order(**resting, time_in_force="gtc")

    venue.until_order(day, "expired")
    late = venue.order(symbol="SPY", qty="1")

    assert venue.get("/v2/clock").json()["is_open"] is False
    assert venue.get(f"/v2/orders/{gtc['id']}").json()["status"] == "new"
    assert (late["status"], late["filled_qty"]) == ("accepted", "0")
