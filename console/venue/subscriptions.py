"""What a data client wants to hear, and the frames that hold it.

A tick is encoded once per encoding and joined once per set of subscriptions,
however many clients share them.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from console.venue.market import MarketBar, QuoteTick, Tick
from console.venue.timestamps import rfc3339, rfc3339_seconds
from console.venue.wire_market import Tapes, bar_message, msgpack_time, tick_message

CHANNELS = (
    "trades",
    "quotes",
    "bars",
    "updatedBars",
    "dailyBars",
    "statuses",
    "lulds",
    "imbalances",
)
FOLLOWING_TRADES = ("corrections", "cancelErrors")
EVERYTHING = "*"
LONGEST_FRAME = 1_000
"""Messages in a frame, which keeps frames far below a client's usual limit of 1 MiB."""

Frame = bytes | str
Signature = tuple[frozenset[str], ...]


class Encoding(StrEnum):
    """How a client wants its frames."""

    JSON = "json"
    MSGPACK = "msgpack"


_to_json = msgspec.json.Encoder().encode
_to_msgpack = msgspec.msgpack.Encoder().encode


class BarTold(msgspec.Struct, frozen=True):
    """A bar on its way to the stream: `channel` says who hears it."""

    channel: str
    letter: str
    symbol: str
    bar: MarketBar


Told = Tick | BarTold


class Subscription:
    """The symbols of each channel."""

    def __init__(self) -> None:
        self._symbols: dict[str, frozenset[str]] = dict.fromkeys(CHANNELS, frozenset())

    @property
    def signature(self) -> Signature:
        """What two clients share when they hear the same."""
        return tuple(self._symbols.values())

    def add(self, request: Mapping[str, Any]) -> None:
        """Hear more."""
        for channel, symbols in wanted(request).items():
            self._symbols[channel] |= symbols

    def remove(self, request: Mapping[str, Any]) -> None:
        """Hear less."""
        for channel, symbols in wanted(request).items():
            self._symbols[channel] -= symbols

    def as_json(self) -> dict[str, Any]:
        """Return the acknowledgement: the whole subscription."""
        told: dict[str, Any] = {"T": "subscription"}
        for channel, symbols in self._symbols.items():
            told[channel] = sorted(symbols)
        for channel in FOLLOWING_TRADES:
            told[channel] = told["trades"]
        return told


def wanted(request: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the symbols a client names, by channel.

    Raises:
        ValueError: when a channel's value is no list of symbols.
    """
    named: dict[str, frozenset[str]] = {}
    for channel in CHANNELS:
        symbols = request.get(channel)
        if symbols is None:
            continue
        if not isinstance(symbols, list) or not all(isinstance(s, str) for s in symbols):
            raise ValueError(channel)
        named[channel] = frozenset(symbols)
    return named


class Batch:
    """The ticks and bars of one step of the pump, encoded as they are asked for."""

    def __init__(self, told: Sequence[Told], tapes: Tapes) -> None:
        self._told = told
        self._tapes = tapes
        self._pieces: dict[Encoding, list[bytes | None]] = {}

    def frames(self, encoding: Encoding, signature: Signature) -> list[Frame]:
        """Return the frames for every client with this encoding and subscription."""
        heard = dict(zip(CHANNELS, signature, strict=True))
        pieces = [self._piece(encoding, place) for place in self._places(heard)]
        return [
            joined(encoding, pieces[start : start + LONGEST_FRAME])
            for start in range(0, len(pieces), LONGEST_FRAME)
        ]

    def _places(self, heard: Mapping[str, frozenset[str]]) -> Iterable[int]:
        trades, quotes = heard["trades"], heard["quotes"]
        all_trades, all_quotes = EVERYTHING in trades, EVERYTHING in quotes
        for place, told in enumerate(self._told):
            kind = type(told)
            if kind is QuoteTick:
                if all_quotes or told.symbol in quotes:
                    yield place
            elif kind is not BarTold:
                if all_trades or told.symbol in trades:
                    yield place
            elif _hears_bar(told, heard):
                yield place

    def _piece(self, encoding: Encoding, place: int) -> bytes:
        pieces = self._pieces.get(encoding)
        if pieces is None:
            pieces = self._pieces[encoding] = [None] * len(self._told)
        piece = pieces[place]
        if piece is None:
            piece = pieces[place] = self._encoded(encoding, self._told[place])
        return piece

    def _encoded(self, encoding: Encoding, told: Told) -> bytes:
        if encoding is Encoding.JSON:
            return _to_json(self._message(told, is_json=True))
        return _to_msgpack(self._message(told, is_json=False))

    def _message(self, told: Told, *, is_json: bool) -> msgspec.Struct:
        if isinstance(told, BarTold):
            at = rfc3339_seconds(told.bar.at) if is_json else msgpack_time(told.bar.at)
            return bar_message(told.letter, told.symbol, told.bar, at)
        moment = rfc3339(told.at) if is_json else msgpack_time(told.at)
        return tick_message(told, self._tapes.of(told.symbol), moment)


def _hears_bar(told: Told, heard: Mapping[str, frozenset[str]]) -> bool:
    if not isinstance(told, BarTold):
        return False
    symbols = heard[told.channel]
    return told.symbol in symbols or EVERYTHING in symbols


def joined(encoding: Encoding, pieces: Sequence[bytes]) -> Frame:
    """Return encoded messages as one frame holding an array."""
    if encoding is Encoding.JSON:
        return (b"[" + b",".join(pieces) + b"]").decode()
    return array_header(len(pieces)) + b"".join(pieces)


def array_header(length: int) -> bytes:
    """Return how msgpack begins an array."""
    if length < 16:  # noqa: PLR2004 - the format's own bounds
        return bytes([0x90 | length])
    return b"\xdc" + length.to_bytes(2, "big")


def control_frame(encoding: Encoding, message: Mapping[str, Any]) -> Frame:
    """Return a control message: an array of one."""
    if encoding is Encoding.JSON:
        return _to_json([message]).decode()
    return _to_msgpack([message])
