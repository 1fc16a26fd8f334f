"""What a console asks of the cord before it; without one it pulls by itself."""

import asyncio
from typing import Protocol

LATCH_SECONDS = 1.0
LOOK_SECONDS = 0.02


class CordLine(Protocol):
    """The console's end of the line to the cord."""

    def takes_the_key(self) -> bool:
        """Return whether the cord has seen this halt key; ask once a key."""

    def is_latched(self) -> bool:
        """Return whether the latch is there."""

    def tell_shown(self) -> None:
        """Tell that the screen shows the halt."""


class NoCord:
    """A console that runs alone."""

    def takes_the_key(self) -> bool:
        """Nobody does."""
        return False

    def is_latched(self) -> bool:
        """Nobody latches."""
        return False

    def tell_shown(self) -> None:
        """Nobody asks."""


async def latches(cord: CordLine) -> bool:
    """Return whether the latch the cord has promised is there, after a moment at most."""
    for _ in range(int(LATCH_SECONDS / LOOK_SECONDS)):
        if cord.is_latched():
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return False
