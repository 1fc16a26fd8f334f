"""The receipt of a halt: what was proven and when, in words and in a file."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from console.desk.latch import Latched
from console.desk.sweep import Proof
from console.domain.orders import Order

FILE_NAME = "HALT.receipt.json"


def receipt_text(said: Latched, proof: Proof, orders: Iterable[Order], elapsed_ms: float) -> str:
    """Return the receipt as the trader reads it."""
    fates = Counter(order.status.value.replace("_", " ") for order in orders)
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
    return (
        f"Halt {said.id} confirmed {elapsed_ms / 1_000:.2f} s after the cord was pulled. "
        f"Orders that were open: {told or 'none'}. "
        f"Two snapshots of the broker, at {proof.first_at:%H:%M:%S.%f} and "
        f"{proof.second_at:%H:%M:%S.%f} UTC, showed 0 open orders and 0 unknown."
    )


def receipt_body(
    said: Latched, proof: Proof, orders: Iterable[Order], elapsed_ms: float
) -> dict[str, object]:
    """Return the receipt as plain values, for the audit and the file."""
    return {
        "halt": said.id,
        "reason": said.reason,
        "by": said.by,
        "pulled_at": said.at,
        "snapshots_at": [proof.first_at.isoformat(), proof.second_at.isoformat()],
        "elapsed_ms": elapsed_ms,
        "open_orders": 0,
        "unknown_orders": 0,
        "orders": {order.key: order.status.value for order in orders},
    }


def keep_receipt(folder: Path, body: Mapping[str, object]) -> None:
    """Write the receipt beside the latch, whole or not at all. OSError when it cannot be."""
    draft = folder / f"{FILE_NAME}.new"
    handle = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        os.write(handle, json.dumps(body, indent=1).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.replace(folder / FILE_NAME)
