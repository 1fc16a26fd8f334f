"""Frames of the stock stream, read fast when they are good and one by one when they are not.

Garbage never deafens: a frame with one bad message loses that message alone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from math import inf

import msgspec

from console.adapters.alpaca.quotes import counted
from console.domain.market import Quote, Trade

_LONGEST_SYMBOL = 40


class Message(msgspec.Struct, rename={"kind": "T", "symbol": "S"}, gc=False):
    """One message: control, quote or trade; what it is not told stays at its default."""

    kind: str = ""
    symbol: str = ""
    msg: str = ""
    code: int = 0
    t: datetime | None = None
    bp: float = -1.0
    bs: float = -1.0
    ap: float = -1.0
    as_: float = msgspec.field(name="as", default=-1.0)
    p: float = -1.0
    s: float = -1.0
    c: object = None
    z: object = None


_Read = Callable[[msgspec.Raw], Message]


class Frames:
    """Decodes the frames of one stream; counts its quotes and trades, and what was bad."""

    def __init__(self) -> None:
        self.bad = 0
        self.good = 0
        self._json = (msgspec.json.Decoder(list[Message]), msgspec.json.Decoder(Message))
        self._json_parts = msgspec.json.Decoder(list[msgspec.Raw])
        self._packed = (msgspec.msgpack.Decoder(list[Message]), msgspec.msgpack.Decoder(Message))
        self._packed_parts = msgspec.msgpack.Decoder(list[msgspec.Raw])

    def messages(self, frame: bytes | str) -> Sequence[Message]:
        """Return the messages of a frame, as far as they can be read."""
        try:
            if isinstance(frame, str):
                return self._json[0].decode(frame)
            return self._packed[0].decode(frame)
        except _UNREADABLE:
            return self._salvaged(frame)

    def _salvaged(self, frame: bytes | str) -> Sequence[Message]:
        """Read the frame message by message."""
        good = list[Message]()
        for read, part in self._parts(frame):
            try:
                good.append(read(part))
            except _UNREADABLE:
                self.bad += 1
        return good

    def _parts(self, frame: bytes | str) -> Sequence[tuple[_Read, msgspec.Raw]]:
        """Return the frame's messages undecoded, each with what decodes it."""
        try:
            if isinstance(frame, str):
                return [(self._json[1].decode, part) for part in self._json_parts.decode(frame)]
            return [(self._packed[1].decode, part) for part in self._packed_parts.decode(frame)]
        except _UNREADABLE:
            self.bad += 1
            return []

    def ticks(self, messages: Sequence[Message], received_at: datetime) -> list[Quote | Trade]:
        """Return the quotes and trades among the messages."""
        ticks = list[Quote | Trade]()
        for said in messages:
            if said.kind not in _TICKS:
                continue
            tick = _quote(said, received_at) if said.kind == "q" else _trade(said, received_at)
            if tick is None:
                self.bad += 1
            else:
                ticks.append(tick)
        self.good += len(ticks)
        return ticks


_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)
_TICKS = frozenset({"q", "t"})


def _quote(said: Message, received_at: datetime) -> Quote | None:
    """Return the quote, or None when its figures are none; NaN fails every comparison."""
    if not (
        0 <= said.bp < inf and 0 <= said.ap < inf and 0 <= said.bs < inf and 0 <= said.as_ < inf
    ):
        return None
    if said.t is None or said.t.tzinfo is None or not _is_named(said):
        return None
    return Quote(
        symbol=said.symbol,
        bid=said.bp,
        bid_size=said.bs,
        ask=said.ap,
        ask_size=said.as_,
        at=said.t,
        received_at=received_at,
    )


def _trade(said: Message, received_at: datetime) -> Trade | None:
    if not (0 < said.p < inf and 0 <= said.s < inf):
        return None
    if said.t is None or said.t.tzinfo is None or not _is_named(said):
        return None
    return Trade(
        symbol=said.symbol,
        price=said.p,
        size=said.s,
        at=said.t,
        received_at=received_at,
        counts=counted(said.c, said.z),
    )


def _is_named(said: Message) -> bool:
    symbol = said.symbol
    return 0 < len(symbol) <= _LONGEST_SYMBOL and symbol.isascii() and symbol.isprintable()
