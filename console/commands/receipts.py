"""The receipts of past halts, read from the profile's folder: no desk is needed.

Standard library only.
"""

import json
import os
from pathlib import Path
from typing import Any

from console.commands import exits
from console.folders import StateFolder

NONE_YET = "No halt of the {profile} profile has a receipt yet."


def newest(folder: StateFolder, *, out: Path | None, wants_json: bool) -> int:
    """Print the receipt of the newest confirmed halt, or write it to a file."""
    receipt = _read(folder.receipt)
    if receipt is None:
        print(NONE_YET.format(profile=folder.profile))
        return exits.FAILED
    if out is not None:
        return _write(out, receipt)
    print(json.dumps(receipt, indent=1) if wants_json else words(receipt))
    return exits.DONE


def every(folder: StateFolder, *, wants_json: bool) -> int:
    """Print one line for each confirmed halt, the newest first."""
    found = [_read(path) for path in sorted(folder.receipts.glob("*.json"), reverse=True)]
    receipts = [receipt for receipt in found if receipt is not None]
    if wants_json:
        print(json.dumps(receipts, indent=1))
        return exits.DONE
    if not receipts:
        print(NONE_YET.format(profile=folder.profile))
    for receipt in receipts:
        print(_line(receipt))
    return exits.DONE


def words(receipt: dict[str, Any]) -> str:
    """Return a receipt with every order and position, as a person reads it."""
    lines = [
        f"Halt {receipt.get('halt')} by {receipt.get('by')}: {receipt.get('reason')}",
        f"pulled {receipt.get('pulled_at')}",
        str(receipt.get("text") or ""),
    ]
    lines += [_order(order) for order in receipt.get("order_lines") or ()]
    flatten = receipt.get("flatten") or {}
    lines += [_position(line) for line in flatten.get("lines") or ()]
    return "\n".join(lines)


def _order(order: dict[str, Any]) -> str:
    fate = "kept" if order.get("is_kept") else str(order.get("status"))
    return f"  {_took(order)}  {fate:<16}  {order.get('terms')}  [{order.get('order')}]"


def _position(line: dict[str, Any]) -> str:
    held = f"{line.get('symbol')} {line.get('qty')}"
    return f"  {_took(line)}  {line.get('status'):<16}  {held}  {line.get('detail')}"


def _took(line: dict[str, Any]) -> str:
    elapsed = line.get("elapsed_ms")
    return f"{elapsed:>9,.0f} ms" if isinstance(elapsed, int | float) else f"{'—':>12}"


def _line(receipt: dict[str, Any]) -> str:
    count = len(receipt.get("orders") or ())
    orders = f"{count} order{'s' * (count != 1)}"
    pulled = str(receipt.get("pulled_at"))[:19].replace("T", " ")
    took = f"{(receipt.get('elapsed_ms') or 0) / 1_000:.2f} s"
    return (
        f"{pulled} UTC  {receipt.get('halt')}  confirmed after {took}, {orders}  "
        f"{receipt.get('by')}: {receipt.get('reason')}"
    )


def _write(out: Path, receipt: dict[str, Any]) -> int:
    try:
        handle = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        print(f"The receipt could not be written to {out}: {error.strerror}.")
        return exits.FAILED
    with os.fdopen(handle, "w") as file:
        json.dump(receipt, file, indent=1)
    print(f"The receipt of halt {receipt.get('halt')} is in {out}.")
    return exits.DONE


def _read(path: Path) -> dict[str, Any] | None:
    try:
        receipt = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return receipt if isinstance(receipt, dict) else None
