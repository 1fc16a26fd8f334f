"""What faults do to a stream's conversation: silence, errors, endings, bad frames."""

from collections.abc import Iterable
from typing import Protocol

from console.venue.faults.bad_frames import bad_frame
from console.venue.faults.orders import BadFrames, Disconnect, Moment, Mute, Stream, TalkError
from console.venue.faults.standing import Faults
from console.venue.streams.outbox import Outbox


class StreamClosed(Exception):  # noqa: N818 - an end, not a mistake
    """The venue ends this connection."""


class Listener(Protocol):
    """One connection, as faults see it."""

    outbox: Outbox

    def tell_error(self, code: int, message: str | None = None) -> None:
        """Send one of the stream's errors."""

    @property
    def is_msgpack(self) -> bool:
        """Whether its frames are msgpack."""


class StreamFaults:
    """The faults of one stream."""

    def __init__(self, faults: Faults, stream: Stream) -> None:
        self._faults = faults
        self._stream = stream

    @property
    def are_on(self) -> bool:
        """Whether any stands."""
        return bool(self._faults) and self._faults.touch(self._stream)

    def spoil(self, client: Listener, at: Moment) -> bool:
        """Spoil an answer; True when it must not be given.

        Raises:
            StreamClosed: when the connection ends with it.
        """
        if not self.are_on:
            return False
        strike = self._faults.strike
        if struck := strike(self._stream, at, TalkError):
            return self._err(client, struck.rule)
        if struck := strike(self._stream, at, Disconnect):
            self._end(client, struck.rule)
            raise StreamClosed
        if strike(self._stream, at, Mute):
            client.outbox.fall_silent()
            return True
        return False

    def spoil_events(self, clients: Iterable[Listener]) -> None:
        """Spoil what listeners hear before the next events: bad frames, errors, endings."""
        strike, listeners = self._faults.strike, [*clients]
        if not listeners:
            return
        if struck := strike(self._stream, Moment.EVENTS, BadFrames):
            for client in listeners:
                rule = struck.rule
                frame = rule.frame if isinstance(rule, BadFrames) else None
                if frame:
                    _put_bad(client, bad_frame(frame, struck.rng, is_msgpack=client.is_msgpack))
        if struck := strike(self._stream, Moment.EVENTS, TalkError):
            for client in listeners:
                self._err_while_listening(client, struck.rule)
        if struck := strike(self._stream, Moment.EVENTS, Disconnect):
            for client in listeners:
                self._end(client, struck.rule)

    def _err(self, client: Listener, rule: object) -> bool:
        if isinstance(rule, TalkError):
            client.tell_error(rule.code, rule.message)
            if rule.close:
                raise StreamClosed
        return True

    def _err_while_listening(self, client: Listener, rule: object) -> None:
        if isinstance(rule, TalkError):
            client.tell_error(rule.code, rule.message)
            if rule.close:
                client.outbox.end()

    def _end(self, client: Listener, rule: object) -> None:
        if isinstance(rule, Disconnect) and rule.code is not None:
            client.outbox.end(rule.code)
            return
        client.outbox.cut_off()


def _put_bad(client: Listener, frame: bytes) -> None:
    if client.outbox.is_text:
        client.outbox.put(frame.decode("latin-1"))
        return
    client.outbox.put(frame)
