"""Misbehaviour on command: the faults that stand, and whether each strikes now.

Every rule draws from a generator of its own, seeded by the order's seed and its place in
the list, so a test that asks in the same order sees the same faults.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

import msgspec

from console.venue.faults.orders import (
    AnyRule,
    EventRule,
    Latency,
    Moment,
    Mute,
    Ordered,
    RouteRule,
    Rule,
    SlowCancel,
    Stream,
    StreamRule,
)

__all__ = ["Faults", "Standing", "Stream"]

TRADING_WRITES = ["POST", "PATCH", "PUT", "DELETE"]
TRADING_PATHS = ["/v2/orders*", "/v2/positions*"]
DELAY = "delay"

K = TypeVar("K", bound=Rule)


@dataclass(slots=True, kw_only=True)
class Standing:
    """A rule in force, and how often it has matched and struck."""

    id: str
    rule: AnyRule
    rng: Random
    matched: int = 0
    struck: int = 0

    def strikes(self) -> bool:
        """Count one match and say whether the fault happens to it."""
        rule = self.rule
        self.matched += 1
        if self.matched <= rule.after or self.is_over:
            return False
        if rule.probability < 1 and self.rng.random() >= rule.probability:
            return False
        self.struck += 1
        return True

    @property
    def is_over(self) -> bool:
        """Whether it has struck as often as it may."""
        return self.rule.times is not None and self.struck >= self.rule.times

    def seconds(self, seconds: float, jitter: float) -> float:
        """Return how long a wait with jitter takes this time."""
        return seconds + self.rng.random() * jitter

    def as_json(self) -> dict[str, Any]:
        """Return the rule and its counts."""
        rule: dict[str, Any] = msgspec.to_builtins(self.rule)
        return rule | {"id": self.id, "matched": self.matched, "struck": self.struck}


@dataclass(slots=True)
class Faults:
    """The faults that are on; none at the start."""

    _standing: list[Standing] = field(default_factory=list)
    _numbers: int = 0

    def order(self, asked: Ordered) -> None:
        """Put rules in force: in the place of the old ones, or beside them."""
        if not asked.add:
            self._standing = []
        self._stand(asked.faults, asked.seed)

    def _stand(self, rules: Iterable[AnyRule], seed: int) -> None:
        standing = [*self._standing]
        for rule in rules:
            self._numbers += 1
            id_ = rule.id or f"fault-{self._numbers}"
            standing = [s for s in standing if s.id != id_]
            rng = Random(f"{seed}:{len(standing)}")  # noqa: S311 - a seeded test, no secret
            standing.append(Standing(id=id_, rule=rule, rng=rng))
        self._standing = standing

    def lift(self, id_: str | None = None) -> int:
        """End one fault, or all of them; return how many that were."""
        kept = [s for s in self._standing if id_ is not None and s.id != id_]
        lifted = len(self._standing) - len(kept)
        self._standing = kept
        return lifted

    def as_json(self) -> list[dict[str, Any]]:
        """Return every fault with its counts."""
        return [standing.as_json() for standing in self._standing]

    def __bool__(self) -> bool:
        return bool(self._standing)

    def of_route(self, method: str, path: str) -> list[Standing]:
        """Return the faults that strike a request: each match is counted."""
        return [
            s
            for s in self._standing
            if isinstance(s.rule, RouteRule) and s.rule.matches(method, path) and s.strikes()
        ]

    def of_events(self, stream: Stream) -> Sequence[Standing]:
        """Return the faults of single messages; the caller counts matches by `strikes`."""
        return [s for s in self._of(stream, EventRule) if not s.is_over]

    def strike(self, stream: Stream, at: Moment, kind: type[StreamRule]) -> Standing | None:
        """Return the fault of a kind that strikes a stream at a moment, if one does."""
        for standing in self._of(stream, kind):
            if getattr(standing.rule, "at", at) is at and standing.strikes():
                return standing
        return None

    def touch(self, stream: Stream) -> bool:
        """Whether a stream has any fault at all."""
        return any(
            isinstance(s.rule, StreamRule) and s.rule.stream is stream for s in self._standing
        )

    def cancel_seconds(self, symbol: str) -> float:
        """Return how long a cancel of `symbol` stays pending."""
        for standing in self._standing:
            rule = standing.rule
            if isinstance(rule, SlowCancel) and rule.matches(symbol) and standing.strikes():
                return rule.seconds
        return 0.0

    def delay_writes(self, seconds: float, *, is_before: bool) -> None:
        """Make the answers to trading writes wait; 0 seconds end it."""
        self.lift(DELAY)
        if seconds:
            rule = Latency(
                id=DELAY,
                method=TRADING_WRITES,
                path=TRADING_PATHS,
                seconds=seconds,
                before=is_before,
            )
            self._stand([rule], seed=0)

    def mute(self, stream: Stream, *, is_muted: bool) -> None:
        """Silence a stream, or let it speak again."""
        self.lift(f"mute-{stream}")
        if is_muted:
            self._stand([Mute(id=f"mute-{stream}", stream=stream)], seed=0)

    @property
    def muted(self) -> set[Stream]:
        """The streams that tell no events."""
        return {
            s.rule.stream
            for s in self._standing
            if isinstance(s.rule, Mute) and s.rule.at is Moment.EVENTS and not s.is_over
        }

    def _of(self, stream: Stream, kind: type[Rule]) -> Iterator[Standing]:
        for standing in self._standing:
            rule = standing.rule
            if isinstance(rule, kind) and isinstance(rule, StreamRule) and rule.stream is stream:
                yield standing
