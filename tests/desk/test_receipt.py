"""The receipt of a halt: every word of it, and the files that it is kept in."""

import json
import stat
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path

from console.desk.latch import Latched
from console.desk.receipt import Finding, keep_receipt, receipt_body, receipt_text
from console.desk.sweep import Proof
from console.domain.flatten import CloseStatus, Closing, Flatten
from console.domain.halt import HaltedOrder
from tests.builders import NOON, at

ORDERS = (
    HaltedOrder(order="a", terms="buy 10 AAPL", status="canceled", elapsed_ms=12.0),
    HaltedOrder(order="b", terms="sell 10 AAPL", status="filled", elapsed_ms=15.0),
    HaltedOrder(order="s", terms="sell 10 AAPL stop", status="new", is_kept=True),
)
CLOSING = Closing(
    symbol="AAPL",
    qty=Decimal(10),
    left_qty=Decimal(4),
    status=CloseStatus.LEFT,
    detail="no price",
    elapsed_ms=3.0,
)
FLATTEN = Flatten(id="f-1", what="every position", by="ann", at=NOON, closings=(CLOSING,))
FOUND = Finding(
    said=Latched(id="h-1", reason="smoke", by="ann", at="2026-11-20T17:00:00+00:00"),
    proof=Proof(first_at=at(1), second_at=at(2.5)),
    orders=ORDERS,
    elapsed_ms=2_500.0,
    covers="It holds for PA1.",
    fence="set",
    flatten=FLATTEN,
)


def test_the_receipt_says_when_it_was_proven_what_was_open_and_what_stands():
    assert receipt_text(FOUND) == (
        "Halt h-1 confirmed 2.50 s after the cord was pulled. "
        "Orders that were open: 1 canceled, 1 filled. "
        "Two snapshots of the broker, at 17:00:01.000000 and 17:00:02.500000 UTC, "
        "showed 0 open orders besides the 1 stop kept by choice and 0 unknown. "
        "Flatten of every position: 0 of 1 positions closed; left: AAPL: no price. "
        "Fence: set. It holds for PA1."
    )


def test_the_body_holds_every_figure_of_the_text():
    body = receipt_body(FOUND)

    assert (body["open_orders"], body["unknown_orders"]) == (0, 0)
    assert body["kept_stops"] == ["s"]
    assert body["orders"] == {"a": "canceled", "b": "filled", "s": "new"}
    assert body["text"] == receipt_text(FOUND)
    assert body["flatten"] == {
        "id": "f-1",
        "what": "every position",
        "by": "ann",
        "lines": [
            {
                "symbol": "AAPL",
                "qty": "10",
                "left_qty": "4",
                "status": "left",
                "detail": "no price",
                "elapsed_ms": 3.0,
            }
        ],
    }
    assert receipt_body(replace(FOUND, flatten=None))["flatten"] is None


def test_a_receipt_is_kept_twice_for_its_owner_only_a_value_on_each_line(tmp_path: Path):
    body = receipt_body(FOUND)

    keep_receipt(tmp_path, body)

    (kept,) = (tmp_path / "receipts").iterdir()
    newest = tmp_path / "HALT.receipt.json"
    assert kept.name == "20261120T1700025000000000-h-1.json"
    assert kept.read_text() == newest.read_text()
    assert json.loads(kept.read_text()) == body
    assert kept.read_text().startswith('{\n "halt": "h-1",\n "reason"')
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IMODE(newest.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_whatever_a_halt_is_called_its_receipt_has_a_plain_short_name(tmp_path: Path):
    keep_receipt(tmp_path, {"halt": "../" + "x" * 60})

    (kept,) = (tmp_path / "receipts").iterdir()
    assert kept.name == f"unproven-{'x' * 40}.json"


def test_the_whole_body_stands_as_readers_of_the_file_know_it():
    body = receipt_body(replace(FOUND, flatten=None))

    assert body == {
        "halt": "h-1",
        "reason": "smoke",
        "by": "ann",
        "pulled_at": "2026-11-20T17:00:00+00:00",
        "snapshots_at": [
            "2026-11-20T17:00:01+00:00",
            "2026-11-20T17:00:02.500000+00:00",
        ],
        "elapsed_ms": 2_500.0,
        "covers": "It holds for PA1.",
        "open_orders": 0,
        "unknown_orders": 0,
        "kept_stops": ["s"],
        "orders": {"a": "canceled", "b": "filled", "s": "new"},
        "order_lines": [asdict(line) for line in ORDERS],
        "fence": "set",
        "flatten": None,
        "text": (
            "Halt h-1 confirmed 2.50 s after the cord was pulled. "
            "Orders that were open: 1 canceled, 1 filled. "
            "Two snapshots of the broker, at 17:00:01.000000 and 17:00:02.500000 UTC, "
            "showed 0 open orders besides the 1 stop kept by choice and 0 unknown. "
            "Fence: set. It holds for PA1."
        ),
    }


def test_a_halt_of_nothing_says_so_and_several_stops_are_counted():
    stop = ORDERS[2]
    nothing = replace(FOUND, orders=(), flatten=None)
    several = replace(FOUND, orders=(stop, replace(stop, order="s2")), flatten=None)

    assert "Orders that were open: none. " in receipt_text(nothing)
    assert "showed 0 open orders and 0 unknown. Fence: set." in receipt_text(nothing)
    assert "showed 0 open orders besides the 2 stops kept by choice" in receipt_text(several)
