"""Misbehaviour on command: what the venue does wrong because a test asked for it."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum


class Stream(StrEnum):
    """A stream that can be muted."""

    DATA = "data"
    TRADING = "trading"


@dataclass(slots=True, kw_only=True)
class Faults:
    """The faults that are on; none at the start."""

    delay_seconds: float = 0.0
    """How long an answer to a trading write takes."""
    is_delay_before: bool = False
    """Whether the order waits too; otherwise it takes effect at once and only the answer waits."""
    muted: set[Stream] = field(default_factory=set)
    """Streams that say nothing; pings are still answered."""

    async def wait_before(self) -> None:
        """Hold a trading write back before it takes effect."""
        if self.is_delay_before and self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)

    async def wait_after(self) -> None:
        """Hold the answer to a trading write back."""
        if not self.is_delay_before and self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
