"""Which of two tellings of one thing stands, the same way whichever came first.

Orders have rules of their own: `console.domain.tellings`.
"""

from datetime import datetime
from typing import TypeVar

from console.domain.alerts import Alert, Crossing
from console.domain.fills import Fill
from console.domain.ledger import Holding
from console.domain.market import Day

V = TypeVar("V")


def larger(known: V, told: V) -> V:
    """Decide between two tellings that claim to be the same, the same way every time."""
    if told is known:
        return known
    return told if repr(told) > repr(known) else known


def named(known: Fill, told: Fill) -> Fill:
    """Decide between two tellings of an execution: who knows the order's own name is right."""
    if known.is_nameless != told.is_nameless:
        return told if known.is_nameless else known
    return larger(known, told)


def revised(known: Holding, told: Holding) -> Holding:
    """Decide between two reckonings of a holding: the one of the higher revision stands."""
    if known.revision == told.revision:
        return larger(known, told)
    return told if told.revision > known.revision else known


def later(known: V, told: V) -> V:
    """Decide between two tellings with times: the later stands."""
    known_at, told_at = _time_of(known), _time_of(told)
    if known_at == told_at:
        return larger(known, told)
    return told if told_at > known_at else known


def _time_of(value: object) -> datetime:
    at: datetime = getattr(value, "received_at", None) or getattr(value, "at")  # noqa: B009
    return at


def fuller(known: Day, told: Day) -> Day:
    """Decide between two tellings of a day: the one that knows more of it stands."""
    return told if _fullness(told) > _fullness(known) else known


def _fullness(day: Day) -> tuple[object, ...]:
    bar = day.bar
    if bar is None:
        return (False, day.previous_close is not None, repr(day))
    return (True, bar.at, bar.volume, day.previous_close is not None, repr(day))


def acknowledged(known: Alert, told: Alert) -> Alert:
    """Decide between two tellings of an alert: once seen, it stays seen."""
    if known.is_acknowledged != told.is_acknowledged:
        return told if told.is_acknowledged else known
    return larger(known, told)


def disarmed(known: Crossing, told: Crossing) -> Crossing:
    """Decide between two tellings of a crossing: once crossed, it stays disarmed."""
    if known.is_armed != told.is_armed:
        return told if known.is_armed else known
    return larger(known, told)
