"""What a data client wants to hear, and the frames that hold it.

A tick is encoded once per encoding and joined once per set of subscriptions,
however many clients share them.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from console.venue.markets.market import MarketBar, QuoteTick, Tick, TradeTick
from console.venue.streams.feeds import EVERY_CHANNEL, EVERYTHING, FOLLOWING_TRADES, Asset, Feed
from console.venue.wire.market import Tapes, bar_message, msgpack_time, tick_message
from console.venue.wire.timestamps import rfc3339, rfc3339_seconds

LONGEST_FRAME = 1_000
"""Messages in a frame, which keeps frames far below a client's usual limit of 1 MiB."""

NOBODY: frozenset[str] = frozenset()

Frame = bytes | str
Signature = tuple[tuple[str, frozenset[str]], ...]


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


class Notice(msgspec.Struct, frozen=True):
    """Anything else that is told: a halt, a correction, a headline; `t` is its time."""

    channel: str
    symbols: tuple[str, ...]
    message: Mapping[str, Any]
    at: int
    asset: Asset = Asset.STOCKS

    @property
    def symbol(self) -> str:
        """The first symbol it is about."""
        return self.symbols[0] if self.symbols else EVERYTHING


Told = Tick | BarTold | Notice
_TICKS = (QuoteTick, TradeTick)


class SubscriptionRefused(Exception):  # noqa: N818 - what the client is told, not a mistake of ours
    """A subscription the feed does not take; `code` is the stream's error."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Subscription:
    """The symbols of each channel of a feed."""

    def __init__(self, feed: Feed, *, symbol_limit: int | None = None) -> None:
        self._feed = feed
        self._limit = symbol_limit
        self._symbols: dict[str, frozenset[str]] = dict.fromkeys(feed.channels, frozenset())

    @property
    def signature(self) -> Signature:
        """What two clients share when they hear the same."""
        return tuple(self._symbols.items())

    def symbols(self, channel: str) -> frozenset[str]:
        """Return what is listened to on a channel."""
        return self._symbols.get(channel, NOBODY)

    def add(self, request: Mapping[str, Any]) -> None:
        """Hear more.

        Raises:
            SubscriptionRefused: when the feed has no such thing or it is too much.
        """
        asked = wanted(request, self._feed)
        if self._feed.is_msgpack_only and EVERYTHING in asked.get("quotes", ()):
            raise SubscriptionRefused(413)
        added = {c: symbols | asked.get(c, frozenset()) for c, symbols in self._symbols.items()}
        if self._limit is not None and any(len(s) > self._limit for s in added.values()):
            raise SubscriptionRefused(405)
        self._symbols = added

    def remove(self, request: Mapping[str, Any]) -> None:
        """Hear less.

        Raises:
            SubscriptionRefused: when the feed has no such channel.
        """
        for channel, symbols in wanted(request, self._feed).items():
            self._symbols[channel] -= symbols

    def as_json(self) -> dict[str, Any]:
        """Return the acknowledgement: the whole subscription."""
        told: dict[str, Any] = {"T": "subscription"}
        for channel, symbols in self._symbols.items():
            told[channel] = sorted(symbols)
        if self._feed.follows_trades:
            for channel in FOLLOWING_TRADES:
                told[channel] = told["trades"]
        return told


def wanted(request: Mapping[str, Any], feed: Feed) -> dict[str, frozenset[str]]:
    """Return the symbols a client names, by channel, in capitals.

    Raises:
        SubscriptionRefused: when a channel's value is no list of symbols, or of another feed.
    """
    named: dict[str, frozenset[str]] = {}
    for channel in EVERY_CHANNEL & request.keys():
        symbols = request[channel]
        if symbols is None:
            continue
        if not isinstance(symbols, list) or not all(isinstance(s, str) for s in symbols):
            raise SubscriptionRefused(400)
        if channel in feed.channels:
            named[channel] = frozenset(symbol.strip().upper() for symbol in symbols)
        elif symbols:
            raise SubscriptionRefused(410)
    return named


class Batch:
    """The ticks and bars of one step of the pump, encoded as they are asked for."""

    def __init__(self, told: Sequence[Told], tapes: Tapes) -> None:
        self._told = told
        self._tapes = tapes
        self._pieces: dict[Encoding, list[bytes | None]] = {}

    def frames(self, encoding: Encoding, signature: Signature) -> list[Frame]:
        """Return the frames for every client with this encoding and subscription."""
        heard = dict(signature)
        pieces = [self._piece(encoding, place) for place in self._places(heard)]
        return [
            joined(encoding, pieces[start : start + LONGEST_FRAME])
            for start in range(0, len(pieces), LONGEST_FRAME)
        ]

    def _places(self, heard: Mapping[str, frozenset[str]]) -> Iterable[int]:
        trades, quotes = heard.get("trades", NOBODY), heard.get("quotes", NOBODY)
        all_trades, all_quotes = EVERYTHING in trades, EVERYTHING in quotes
        for place, told in enumerate(self._told):
            kind = type(told)
            if kind is QuoteTick:
                if all_quotes or told.symbol in quotes:
                    yield place
            elif kind is TradeTick:
                if all_trades or told.symbol in trades:
                    yield place
            elif _hears(told, heard):
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
        # most of what is told are ticks: nothing stands before them
        if encoding is Encoding.JSON:
            if isinstance(told, _TICKS):
                return _to_json(tick_message(told, self._tapes.of(told.symbol), rfc3339(told.at)))
            return _to_json(_rare_message(told, is_json=True))
        if isinstance(told, _TICKS):
            at = msgpack_time(told.at)
            return _to_msgpack(tick_message(told, self._tapes.of(told.symbol), at))
        return _to_msgpack(_rare_message(told, is_json=False))


def _rare_message(told: BarTold | Notice, *, is_json: bool) -> msgspec.Struct | Mapping[str, Any]:
    if isinstance(told, BarTold):
        at = rfc3339_seconds(told.bar.at) if is_json else msgpack_time(told.bar.at)
        return bar_message(told.letter, told.symbol, told.bar, at)
    return notice_message(told, is_json=is_json)


def notice_message(told: Notice, *, is_json: bool) -> Mapping[str, Any]:
    """Return a notice as the stream tells it: its times in the encoding's own way."""
    if told.channel == "news":
        at = rfc3339_seconds(told.at) if is_json else msgpack_time(told.at)
        return {**told.message, "created_at": at, "updated_at": at}
    return {**told.message, "t": rfc3339(told.at) if is_json else msgpack_time(told.at)}


def _hears(told: Told, heard: Mapping[str, frozenset[str]]) -> bool:
    if not isinstance(told, BarTold | Notice):
        return False
    channel = "trades" if told.channel in FOLLOWING_TRADES else told.channel
    symbols = heard.get(channel, NOBODY)
    if EVERYTHING in symbols:
        return True
    named = told.symbols if isinstance(told, Notice) else (told.symbol,)
    return not symbols.isdisjoint(named)


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
