"""The faults the venue can be told to have, as the JSON that orders them.

A rule names a place (a route or a stream), a `kind`, and when it strikes: after so many
matches, so many times, with a probability. Everything else belongs to its kind.
"""

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

MOST_SECONDS = 3_600
LARGEST_ANSWER = 64 * 1024 * 1024

Seconds = Annotated[float, msgspec.Meta(ge=0, le=MOST_SECONDS)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Chance = Annotated[float, msgspec.Meta(ge=0, le=1)]
Size = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_ANSWER)]
Status = Annotated[int, msgspec.Meta(ge=200, le=599)]
Words = str | list[str]


class Stream(StrEnum):
    """A stream that can go wrong."""

    DATA = "data"
    TRADING = "trading"


class Moment(StrEnum):
    """Where a stream's conversation stands."""

    CONNECT = "connect"
    AUTH = "auth"
    SUBSCRIBE = "subscribe"
    EVENTS = "events"


class BadFrame(StrEnum):
    """A frame no client should choke on."""

    GARBAGE = "garbage"
    EMPTY = "empty"
    NULL = "null"
    SCALAR = "scalar"
    UNKNOWN = "unknown"
    MISSING = "missing"
    NAN = "nan"
    HUGE_NUMBER = "huge_number"
    WRONG_TYPES = "wrong_types"
    DEEP = "deep"
    TRUNCATED = "truncated"
    LARGE = "large"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """When a fault strikes."""

    id: str | None = None
    after: Count = 0
    """Matches that are left alone first."""
    times: Count | None = None
    """How often it strikes at most; None for as long as it stands."""
    probability: Chance = 1.0


class RouteRule(Rule, frozen=True, kw_only=True):
    """A fault of a request: methods and path patterns (`*` and `?`), all unless named."""

    method: Words = "*"
    path: Words = "*"

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is meant."""
        is_method = any(m in ("*", method) for m in _listed(self.method))
        return is_method and any(fnmatchcase(path, pattern) for pattern in _listed(self.path))


class Latency(RouteRule, frozen=True, kw_only=True, tag="latency"):
    """The answer takes `seconds`, and up to `jitter` more; with `before`, the effect waits too."""

    seconds: Seconds
    jitter: Seconds = 0.0
    before: bool = False


class Effective(RouteRule, frozen=True, kw_only=True):
    """A fault of the answer: with `effect` the request is carried out first."""

    effect: bool = False


class Refuse(Effective, frozen=True, kw_only=True, tag="refuse"):
    """The connection is closed without a byte."""


class Reset(Effective, frozen=True, kw_only=True, tag="reset"):
    """The connection is reset."""


class Hang(Effective, frozen=True, kw_only=True, tag="hang"):
    """No answer ever comes, and the connection stays open."""


class Answer(Effective, frozen=True, kw_only=True, tag="answer"):
    """Another answer than the true one."""

    status: Status
    html: bool = False
    rate_headers: bool = True
    """Whether a 429 says when to come back."""
    retry_after: Count | None = None


class Garbage(RouteRule, frozen=True, kw_only=True, tag="garbage"):
    """Random bytes instead of the true answer's body."""


class Truncate(RouteRule, frozen=True, kw_only=True, tag="truncate"):
    """The body ends after half of it, or after `bytes`."""

    bytes: Size | None = None


class Drip(RouteRule, frozen=True, kw_only=True, tag="drip"):
    """The body comes a byte every `seconds`."""

    seconds: Seconds = 1.0


class Oversize(RouteRule, frozen=True, kw_only=True, tag="oversize"):
    """The true body, followed by blanks up to `bytes`."""

    bytes: Size = 10 * 1024 * 1024


class SlowCancel(Rule, frozen=True, kw_only=True, tag="slow_cancel"):
    """An order stays `pending_cancel` for `seconds`, and may fill meanwhile."""

    seconds: Seconds
    symbol: Words = "*"

    def matches(self, symbol: str) -> bool:
        """Whether an order of `symbol` is meant."""
        return _names(self.symbol, symbol)


class StreamRule(Rule, frozen=True, kw_only=True):
    """A fault of a stream."""

    stream: Stream


class Mute(StreamRule, frozen=True, kw_only=True, tag="mute"):
    """Nothing is said from a moment on; pings are answered."""

    at: Moment = Moment.EVENTS


class TalkError(StreamRule, frozen=True, kw_only=True, tag="error"):
    """An error is told instead of the answer, and the connection ends."""

    code: Count
    at: Moment = Moment.AUTH
    message: str | None = None
    close: bool = True


class Disconnect(StreamRule, frozen=True, kw_only=True, tag="disconnect"):
    """The connection ends: with a close frame and `code`, or without one."""

    at: Moment = Moment.EVENTS
    code: Annotated[int, msgspec.Meta(ge=1000, le=4999)] | None = None


class BadFrames(StreamRule, frozen=True, kw_only=True, tag="bad_frame"):
    """A bad frame before the next good one."""

    frame: BadFrame = BadFrame.GARBAGE


class EventRule(StreamRule, frozen=True, kw_only=True):
    """A fault of single messages: of some symbols and types (`T`, or the order event) only."""

    symbol: Words = "*"
    type: Words = "*"

    def matches(self, symbol: str, kind: str) -> bool:
        """Whether a message is meant."""
        return _names(self.symbol, symbol) and _names(self.type, kind)


class Drop(EventRule, frozen=True, kw_only=True, tag="drop"):
    """The message is never sent."""


class Duplicate(EventRule, frozen=True, kw_only=True, tag="duplicate"):
    """The message is sent twice."""


class Reorder(EventRule, frozen=True, kw_only=True, tag="reorder"):
    """The message comes `seconds` late, and others pass it."""

    seconds: Seconds = 0.5


class Delay(EventRule, frozen=True, kw_only=True, tag="delay"):
    """The message comes `seconds` and up to `jitter` late; delayed ones keep their order."""

    seconds: Seconds
    jitter: Seconds = 0.0


OfAnswers = Refuse | Reset | Hang | Answer | Garbage | Truncate | Drip | Oversize
OfEvents = Drop | Duplicate | Reorder | Delay
AnyRule = Latency | OfAnswers | SlowCancel | Mute | TalkError | Disconnect | BadFrames | OfEvents


class Ordered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `POST /control/faults` asks for; without `add` it replaces what stood."""

    faults: list[AnyRule]
    seed: int = 0
    add: bool = False


def read_rules(body: bytes) -> Ordered:
    """Return the faults that were ordered: one rule, a list, or the whole form.

    Raises:
        ValueError: saying what is wrong and where.
    """
    try:
        asked = msgspec.json.decode(body)
        if isinstance(asked, dict) and "kind" in asked:
            asked = {"faults": [asked], "add": True}
        return msgspec.convert({"faults": asked} if isinstance(asked, list) else asked, Ordered)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no faults can be read from this: {error}") from error


def _listed(words: Words) -> list[str]:
    return [words] if isinstance(words, str) else words


def _names(words: Words, word: str) -> bool:
    return words == "*" or any(w in ("*", word) for w in _listed(words))
