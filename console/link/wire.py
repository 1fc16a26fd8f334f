"""How messages and events become bytes, and bytes messages and events again."""

from typing import Any

import msgspec

from console.domain import events
from console.link.messages import FromConsole, FromDesk, Message

_encoder = msgspec.msgpack.Encoder()
_from_console: msgspec.msgpack.Decoder[FromConsole] = msgspec.msgpack.Decoder(FromConsole)
_from_desk: msgspec.msgpack.Decoder[FromDesk] = msgspec.msgpack.Decoder(FromDesk)

_KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        events.MarketMoved,
        events.OrderUpdated,
        events.FillBooked,
        events.HoldingUpdated,
        events.Reconciled,
        events.PositionsReported,
        events.AccountReported,
        events.ClockReported,
        events.ConnectionChanged,
        events.AlertUpdated,
        events.CrossingUpdated,
        events.WatchlistChanged,
        events.ReadingsTaken,
        events.HaltChanged,
        events.RestraintsChanged,
        events.FlattenChanged,
    )
}
_decoders = {
    name: msgspec.msgpack.Decoder(tuple[str, kind])  # type: ignore[valid-type] # a type at run time
    for name, kind in _KINDS.items()
}
_name_of = msgspec.msgpack.Decoder(tuple[str, msgspec.Raw])


def pack(event: events.Event) -> msgspec.Raw:
    """Return the event as it goes on the wire, to be encoded once for every console."""
    return msgspec.Raw(_encoder.encode((type(event).__name__, event)))


def unpack(raw: msgspec.Raw) -> events.Event:
    """Return the event of a packed one.

    Raises:
        msgspec.DecodeError: when it is none of ours.
    """
    name, _ = _name_of.decode(raw)
    decoder = _decoders.get(name)
    if decoder is None:
        raise msgspec.ValidationError(f"no event is called {name!r}")
    event: events.Event = decoder.decode(raw)[1]
    return event


def encode(message: Message) -> bytes:
    """Return the bytes of a message."""
    return _encoder.encode(message)


def decode_from_console(data: bytes) -> FromConsole:
    """Read what a console sent. msgspec.DecodeError when it is not in the language."""
    return _from_console.decode(data)


def decode_from_desk(data: bytes) -> FromDesk:
    """Read what the desk sent. msgspec.DecodeError when it is not in the language."""
    return _from_desk.decode(data)
