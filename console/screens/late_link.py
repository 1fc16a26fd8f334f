"""A link that is made only once the screen is painted, so that nothing heavy delays it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from console.domain.state import TradingState
from console.screens.desk_link import Commands, DeskLink, Greeting

STARTING = "starting the desk"


class NoDesk(Exception):  # noqa: N818 - reads as what it is
    """There is no desk to ask yet; nothing was sent."""


class LateLink:
    """A DeskLink from the first moment on; before `run` it is one without a desk."""

    def __init__(self, connect: Callable[[], DeskLink], on_change: Callable[[], None]) -> None:
        self.on_change = on_change
        self._connect = connect
        self._link: DeskLink | None = None
        self._empty = TradingState()
        self._failure = ""

    @property
    def state(self) -> TradingState:
        """The newest state; empty, and the same object, before there is a desk."""
        return self._empty if self._link is None else self._link.state

    @property
    def welcome(self) -> Greeting | None:
        """What the desk said of itself."""
        return None if self._link is None else self._link.welcome

    @property
    def trouble(self) -> str:
        """Why there is no desk."""
        if self._link is not None:
            return self._link.trouble
        return self._failure or STARTING

    @property
    def is_attached(self) -> bool:
        """Whether a desk is there and its whole state is known."""
        return self._link is not None and self._link.is_attached

    @property
    def desk(self) -> Commands:
        """The way to ask things. NoDesk before the link is made."""
        if self._link is None:
            raise NoDesk(f"there is no desk yet ({self.trouble}): nothing was sent")
        return self._link.desk

    def now(self) -> datetime | None:
        """Return the desk's time."""
        return None if self._link is None else self._link.now()

    async def show(self, symbols: Sequence[str], focus: str | None = None) -> None:
        """Say which symbols are on the screen."""
        if self._link is not None:
            await self._link.show(symbols, focus)

    async def run(self) -> None:
        """Make the link in a thread, for it imports and starts much, then stay attached."""
        try:
            self._link = await asyncio.to_thread(self._connect)
        except (OSError, RuntimeError, ValueError) as error:
            self._failure = f"the desk cannot be started: {error}"
            self.on_change()
            return
        self._link.on_change = self.on_change
        self.on_change()
        await self._link.run()
