"""A recorded session on the real screens: prices are the tape's, and so are the fills."""

import json
import re
from datetime import datetime
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.e2e.rig import ROOT, Rig

pytestmark = pytest.mark.e2e
TAPE = Path(ROOT).parent / "shared" / "data" / "tape-20131007.parquet"
QUARTER = 15 * 60 * 1_000_000_000


@pytest.fixture(scope="module")
def tape():
    if not TAPE.is_file():
        pytest.skip("the recorded tape is not beside this checkout (../shared/data)")
    return pq.read_table(TAPE).to_pandas()


@pytest.mark.parametrize("speed", ["1", "60"])
def test_every_quote_and_print_shown_is_on_the_tape(rig: Rig, tape, speed):
    rig.start_venue("--tape", str(TAPE), "--speed", speed)
    rig.start_desk()
    console = rig.console()
    console.wait_for(lambda screen: re.search(r"IBM\s.*\d+\.\d\d", screen) is not None)

    for symbol in ("AIG", "BAC", "IBM", "SPY"):
        shown = rig.json("quote", symbol)

        rows = tape[(tape.symbol == symbol) & (tape.kind == "q")]
        same = rows[(rows.bid == shown["bid"]) & (rows.ask == shown["ask"])]
        assert _microseconds(shown["at"]) in {ts // 1000 for ts in same.ts}


@pytest.fixture(scope="module")
def ending(tape, tmp_path_factory):
    """The tape's last quarter of an hour: how it ends does not hang on how long it was."""
    table = pq.read_table(TAPE)
    path = tmp_path_factory.mktemp("tape") / "ending.parquet"
    pq.write_table(table.filter(pc.field("ts") > tape.ts.max() - QUARTER), path)
    return path


def test_the_last_prices_are_the_tapes_when_it_has_run_out(rig: Rig, tape, ending):
    rig.start_venue("--tape", str(ending), "--speed", "300")
    rig.start_desk()
    trades = tape[tape.kind == "t"]
    last = {s: trades[trades.symbol == s].iloc[-1].price for s in ("AIG", "BAC", "IBM", "SPY")}

    rig.until(lambda: _venue_time(rig) > tape.ts.max() / 1e9, "the tape never ran out", 300)
    for symbol, price in last.items():
        rig.until(
            lambda symbol=symbol, price=price: rig.json("quote", symbol)["last"] == price,
            f"the last print of {symbol} on the tape never came",
        )

    console = rig.console()

    console.wait_for(lambda screen: all(_shows(screen, *pair) for pair in last.items()))


def test_an_order_rests_and_fills_at_a_price_of_the_tape(rig: Rig, tape):
    rig.start_venue("--tape", str(TAPE))
    rig.start_desk()
    symbol, limit = _a_bid_that_will_be_met(rig, tape)

    done = rig.order(f"buy 100 {symbol} @ {limit:.2f} gtc", "--json")
    assert done.returncode == 0, done.stdout
    assert rig.json("positions") == []
    # Only now the market hurries: however slow this machine is, the order has rested first.
    rig.control("/speed", {"speed": 600})
    rig.until(lambda: rig.json("positions") != [], "the resting order never filled", 180)

    [order] = rig.json("orders", "--all")
    fills = [e for e in rig.journal() if e["kind"] == "event" and e["price"] is not None]
    asks = set(tape[(tape.symbol == symbol) & (tape.kind == "q")].ask)
    prints = set(tape[(tape.symbol == symbol) & (tape.kind == "t")].price)
    assert fills
    for fill in fills:
        assert float(fill["price"]) in asks | prints
        assert float(fill["price"]) <= limit
    assert json.loads(done.stdout)["order"] == order["client_order_id"]


def _a_bid_that_will_be_met(rig: Rig, tape) -> tuple[str, float]:
    """Look ahead, as only a test may: the lowest price that will be offered, next to the bid."""
    begin, end = (int((_venue_time(rig) + 60 * minutes) * 1e9) for minutes in (10, 60))
    later = tape[(tape.kind == "q") & (tape.ts > begin) & (tape.ts < end)].groupby("symbol").ask
    bids = {symbol: rig.json("quote", symbol)["bid"] for symbol in ("AIG", "BAC", "IBM", "SPY")}
    falls = {symbol: 1 - later.min()[symbol] / bid for symbol, bid in bids.items()}
    symbol = max(falls, key=falls.__getitem__)
    assert falls[symbol] > 0
    return symbol, later.min()[symbol]


def _venue_time(rig: Rig) -> float:
    told = rig.json_of_venue("GET", "/v2/clock")["timestamp"]
    return datetime.fromisoformat(told).timestamp()


def _shows(screen: str, symbol: str, price: float) -> bool:
    rows = [line for line in screen.splitlines() if re.search(rf"│.?.? *{symbol}\b", line)]
    return any(f"{price:.2f}" in row for row in rows)


def _microseconds(at: str) -> int:
    """Microseconds since the epoch of an ISO time; what a datetime keeps of the tape's."""
    moment = datetime.fromisoformat(at)
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
