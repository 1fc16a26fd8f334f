"""From which figure on each trigger pulls, and what it pulls."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from console.domain.ranges import Within


class Effect(StrEnum):
    """What a trigger does when it trips; both hold until somebody re-arms."""

    HALT = "halt"
    REDUCE = "reduce"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerLimits:
    """From which figure on a trigger pulls: at it, not only beyond it. Promise H10."""

    daily_loss: Annotated[Decimal, Within("fraction", 0.001, 1)] = Decimal("0.02")
    """Loss since the close before, as a fraction of the equity then. Specification C1."""
    daily_loss_effect: Effect = Effect.REDUCE
    """Reduce: what is held must be got rid of, and stops that protect it must stay."""
    order_rate: Annotated[int, Within("orders", 2, 100_000)] = 240
    """Orders asked for within a minute, refused ones too: nobody's hands are that quick."""
    order_rate_effect: Effect = Effect.HALT
    """Halt: what runs wild may run wild both ways."""
    rejects: Annotated[int, Within("orders", 1, 10_000)] = 10
    """Orders that the broker rejected within a minute."""
    rejects_effect: Effect = Effect.HALT
    """Halt: broker and desk do not agree on what may be done."""
    duplicates: Annotated[int, Within("orders", 1, 10_000)] = 5
    """Orders within a minute that the gate refused because the same one had just been sent."""
    duplicates_effect: Effect = Effect.HALT
    """Halt: something repeats itself."""
    mismatches: Annotated[int, Within("holdings", 1, 1_000)] = 1
    """Holdings that one comparison finds to be others than our own fills explain."""
    mismatches_effect: Effect = Effect.HALT
    """Halt: no sum that counts on the holding is right."""
    stale_data: Annotated[float, Within("s", 5, 3_600)] = 60.0
    """Seconds without any market data in an open session. The stream was opened anew before."""
    stale_data_effect: Effect = Effect.REDUCE
    """Reduce: entries are blind, while exits and the orders at the broker are still good."""
    audit_silent: Annotated[float, Within("s", 0, 60)] = 1.0
    """Seconds for which nothing could be recorded."""
    audit_silent_effect: Effect = Effect.HALT
    """Halt: no order may leave without its record, and somebody has to see to the disk."""
    clock_jump: Annotated[float, Within("s", 1, 86_400)] = 10.0
    """Seconds by which the time of day jumped, either way, against the clock that cannot."""
    clock_jump_effect: Effect = Effect.REDUCE
    """Reduce: a machine that slept has missed things, yet its orders at the broker are good."""
    clock_apart: Annotated[float, Within("s", 1, 86_400)] = 10.0
    """Seconds between our time and the broker's, where its time is the world's."""
    clock_apart_effect: Effect = Effect.REDUCE
    """Reduce: ages and sessions are wrong."""
