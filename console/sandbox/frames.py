"""The words between the desk's side and a sandboxed worker: JSON, and bytes behind it.

A frame is the length of its head in four bytes, the head as JSON, then as many bytes as the
head's `blobs` say. Nothing in it is ever unpickled or evaluated. Standard library only: the
worker reads it before anything else is there.
"""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

LENGTH = struct.Struct(">I")
LONGEST_HEAD = 2 * 1024**2
"""Enough for the longest code; read, a head of JSON can take thirty times as much."""
Read = Callable[[int], bytes]
"""Returns up to so many bytes, and none at the end."""


class BadFrame(ValueError):  # noqa: N818 - reads as what it is
    """What came is no frame, or is longer than it may be."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing said."""

    head: dict[str, Any]
    blobs: list[bytes] = field(default_factory=list)


def packed(head: dict[str, Any], blobs: Sequence[bytes | memoryview] = ()) -> list[bytes]:
    """Return a frame as the pieces to write."""
    sizes = [memoryview(blob).nbytes for blob in blobs]
    told = json.dumps({**head, "blobs": sizes}, separators=(",", ":")).encode()
    return [LENGTH.pack(len(told)), told, *(bytes(blob) for blob in blobs)]


def read_frame(read: Read, *, most: int) -> Frame | None:
    """Return the next frame of at most so many bytes; None when there is none any more.

    Raises:
        BadFrame: for anything else.
    """
    length = _exactly(read, LENGTH.size)
    if length is None:
        return None
    size = LENGTH.unpack(length)[0]
    if size > min(most, LONGEST_HEAD):
        raise BadFrame(f"a head of {size:,} bytes is too long")
    told = _exactly(read, size)
    head = _head(told or b"")
    sizes = _sizes(head.pop("blobs", None), most - size)
    blobs = [_exactly(read, size) for size in sizes]
    if None in blobs:
        raise BadFrame("it broke off")
    return Frame(head, [blob for blob in blobs if blob is not None])


def _head(told: bytes) -> dict[str, Any]:
    try:
        head = json.loads(told)
    except (ValueError, RecursionError):
        raise BadFrame("its head is no JSON") from None
    if not isinstance(head, dict):
        raise BadFrame("its head is no object")
    return head


def _sizes(told: object, most: int) -> list[int]:
    if not isinstance(told, list) or not all(type(size) is int and size >= 0 for size in told):
        raise BadFrame("it does not say how long its parts are")
    if sum(told) > most:
        raise BadFrame(f"{sum(told):,} bytes are too many")
    return told


def _exactly(read: Read, count: int) -> bytes | None:
    """Return so many bytes; None when there are none at all."""
    parts: list[bytes] = []
    left = count
    while left:
        part = read(min(left, 1024**2))
        if not part:
            if parts:
                raise BadFrame("it broke off")
            return None
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
