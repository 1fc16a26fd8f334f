"""The receipt of a halt: what was proven and when, in words and in a file.

The newest lies beside the latch; every one is kept in a folder of its own, so that
it can be read after the re-arm, and without a desk.
"""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from console.desk.latch import Latched
from console.desk.sweep import Proof
from console.domain.flatten import Flatten
from console.domain.halt import HaltedOrder
from console.folders import RECEIPT_NAME, RECEIPTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """All that a receipt tells."""

    said: Latched
    proof: Proof
    orders: Sequence[HaltedOrder]
    elapsed_ms: float
    covers: str
    fence: str
    flatten: Flatten | None


def receipt_text(found: Finding) -> str:
    """Return the receipt as the trader reads it."""
    swept = [order for order in found.orders if not order.is_kept]
    fates = Counter(order.status.replace("_", " ") for order in swept)
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
    kept = len(found.orders) - len(swept)
    besides = f" besides the {stops(kept)} kept by choice" if kept else ""
    looks = f"{found.proof.first_at:%H:%M:%S.%f} and {found.proof.second_at:%H:%M:%S.%f} UTC"
    took = f"{found.elapsed_ms / 1_000:.2f} s after the cord was pulled"
    parts = [
        f"Halt {found.said.id} confirmed {took}.",
        f"Orders that were open: {told or 'none'}.",
        f"Two snapshots of the broker, at {looks}, showed 0 open orders{besides} and 0 unknown.",
    ]
    if found.flatten is not None:
        parts.append(f"Flatten of {found.flatten.what}: {found.flatten}.")
    return " ".join([*parts, f"Fence: {found.fence}.", found.covers])


def receipt_body(found: Finding) -> dict[str, object]:
    """Return the receipt as plain values, for the audit and the file."""
    flatten = found.flatten
    return {
        "halt": found.said.id,
        "reason": found.said.reason,
        "by": found.said.by,
        "pulled_at": found.said.at,
        "snapshots_at": [found.proof.first_at.isoformat(), found.proof.second_at.isoformat()],
        "elapsed_ms": found.elapsed_ms,
        "covers": found.covers,
        "open_orders": 0,
        "unknown_orders": 0,
        "kept_stops": [order.order for order in found.orders if order.is_kept],
        "orders": {order.order: order.status for order in found.orders},
        "order_lines": [asdict(order) for order in found.orders],
        "fence": found.fence,
        "flatten": None if flatten is None else _flatten_body(flatten),
        "text": receipt_text(found),
    }


def keep_receipt(folder: Path, body: Mapping[str, object]) -> None:
    """Write the receipt beside the latch and into the folder of all. OSError when it cannot be."""
    text = json.dumps(body, indent=1).encode()
    _write(folder / RECEIPT_NAME, text)
    every = folder / RECEIPTS
    every.mkdir(mode=0o700, exist_ok=True)
    proven = "".join(letter for letter in str(_last(body)) if letter.isalnum())
    halt = "".join(letter for letter in str(body.get("halt")) if letter.isalnum() or letter == "-")
    _write(every / f"{proven}-{halt[:40]}.json", text)


def stops(count: int) -> str:
    """Return how many stops, in words."""
    return "1 stop" if count == 1 else f"{count} stops"


def _flatten_body(flatten: Flatten) -> dict[str, object]:
    lines = [
        {
            "symbol": line.symbol,
            "qty": str(line.qty),
            "left_qty": str(line.left_qty),
            "status": line.status.value,
            "detail": line.detail,
            "elapsed_ms": line.elapsed_ms,
        }
        for line in flatten.closings
    ]
    return {"id": flatten.id, "what": flatten.what, "by": flatten.by, "lines": lines}


def _last(body: Mapping[str, object]) -> object:
    moments = body.get("snapshots_at")
    return moments[-1] if isinstance(moments, list) and moments else "unproven"


def _write(path: Path, text: bytes) -> None:
    """Write a file durably, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    handle = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    draft.replace(path)
