"""Which holdings want a look now, and why; judged on cost, time and the session's VWAP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from console.domain.positions import Position
from console.domain.ranges import Within

PERCENT = 100


class Reason(StrEnum):
    """Why a holding wants a look."""

    GAIN = "gain"
    LOSS = "loss"
    HELD_LONG = "held long"
    OFF_VWAP = "off VWAP"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRules:
    """Beyond what a holding wants a look. Specification F6."""

    gain: Annotated[float, Within("percent", 0, 1_000)] = 10.0
    """Gained on its cost."""
    loss: Annotated[float, Within("percent", 0, 1_000)] = 5.0
    """Lost on its cost."""
    held_hours: Annotated[float, Within("hours", 0, 100_000)] = 2.0
    """Held."""
    vwap_gap: Annotated[float, Within("percent", 0, 100)] = 0.5
    """Between its price and the session's VWAP, on either side."""


DEFAULT = AttentionRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One reason, or with no value a reason that cannot be judged, and what is missing."""

    symbol: str
    reason: Reason
    value: float | None
    """In percent; of `HELD_LONG` in seconds."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A position and what is known beside it."""

    position: Position
    price: float | None
    vwap: float | None
    opened_at: datetime | None


def attention(
    holdings: Sequence[Held], now: datetime, rules: AttentionRules = DEFAULT
) -> tuple[Attention, ...]:
    """Return every reason to look, in the order of the holdings.

    A gain or loss is that of the position in percent of its cost, so a short gains when
    the price falls. The gap to VWAP counts on both sides.
    """
    told: list[Attention] = []
    for held in holdings:
        told += [*_on_cost(held, rules), *_on_time(held, now, rules), *_on_vwap(held, rules)]
    return tuple(told)


def _on_cost(held: Held, rules: AttentionRules) -> list[Attention]:
    position, symbol = held.position, held.position.symbol
    cost = float(position.avg_entry_price)
    if held.price is None or not cost > 0:
        missing = "no price" if held.price is None else "no cost"
        return [Attention(symbol=symbol, reason=Reason.LOSS, value=None, note=missing)]
    sign = 1 if position.qty > 0 else -1
    gain = (held.price - cost) * sign * PERCENT / cost
    if gain > rules.gain:
        return [Attention(symbol=symbol, reason=Reason.GAIN, value=gain)]
    if -gain > rules.loss:
        return [Attention(symbol=symbol, reason=Reason.LOSS, value=gain)]
    return []


def _on_time(held: Held, now: datetime, rules: AttentionRules) -> list[Attention]:
    symbol = held.position.symbol
    if held.opened_at is None:
        missing = "entered before our own fills"
        return [Attention(symbol=symbol, reason=Reason.HELD_LONG, value=None, note=missing)]
    age = now - held.opened_at
    if age <= timedelta(hours=rules.held_hours):
        return []
    return [Attention(symbol=symbol, reason=Reason.HELD_LONG, value=age.total_seconds())]


def _on_vwap(held: Held, rules: AttentionRules) -> list[Attention]:
    symbol = held.position.symbol
    if held.vwap is None or held.price is None or not held.vwap > 0:
        missing = "no price" if held.price is None else "no VWAP"
        return [Attention(symbol=symbol, reason=Reason.OFF_VWAP, value=None, note=missing)]
    gap = (held.price - held.vwap) * PERCENT / held.vwap
    if abs(gap) <= rules.vwap_gap:
        return []
    return [Attention(symbol=symbol, reason=Reason.OFF_VWAP, value=gap)]
