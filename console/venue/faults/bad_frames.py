"""Frames that no stream should send and no client should choke on."""

from random import Random
from typing import Any

import msgspec

from console.venue.faults.orders import BadFrame

GARBAGE_BYTES = 64
DEPTH = 2_000
LARGE = 900_000
"""Close to a client's usual limit of 1 MiB, and below it."""
NESTED = {True: b"\x91", False: b"["}
NIL = {True: b"\xc0", False: b"null"}
NOT_A_NUMBER = b'[{"T":"q","S":"AAPL","bp":NaN,"ap":Infinity,"bs":-Infinity}]'

_SAID: dict[BadFrame, Any] = {
    BadFrame.NULL: None,
    BadFrame.SCALAR: 42,
    BadFrame.EMPTY: [],
    BadFrame.UNKNOWN: [{"T": "zz", "S": "AAPL", "stream": "zz"}, {"stream": "zz", "data": {}}],
    BadFrame.MISSING: [{"T": "q"}, {"T": "t", "S": "AAPL"}, {}],
    BadFrame.HUGE_NUMBER: [{"T": "t", "S": "AAPL", "p": 1e308, "s": 2**63 - 1, "i": 1, "t": ""}],
    BadFrame.WRONG_TYPES: [{"T": "q", "S": 5, "bp": "x", "ap": [], "t": {}}, {"T": None}, 7],
}


def bad_frame(frame: BadFrame, rng: Random, *, is_msgpack: bool) -> bytes:
    """Return one bad frame in a stream's encoding."""
    if frame is BadFrame.GARBAGE:
        return rng.randbytes(GARBAGE_BYTES)
    if frame is BadFrame.DEEP:
        end = b"" if is_msgpack else b"]" * DEPTH
        return NESTED[is_msgpack] * DEPTH + NIL[is_msgpack] + end
    if frame is BadFrame.NAN and not is_msgpack:
        return NOT_A_NUMBER
    said = _said(frame)
    encoded = msgspec.msgpack.encode(said) if is_msgpack else msgspec.json.encode(said)
    return encoded[: len(encoded) // 2] if frame is BadFrame.TRUNCATED else encoded


def _said(frame: BadFrame) -> Any:
    if frame is BadFrame.NAN:
        return [{"T": "q", "S": "AAPL", "bp": float("nan"), "ap": float("inf")}]
    if frame is BadFrame.LARGE:
        return [{"T": "zz", "S": "AAPL", "x": "x" * LARGE}]
    return _SAID.get(frame, [{"T": "q", "S": "AAPL", "bp": 1.0, "ap": 2.0}])
