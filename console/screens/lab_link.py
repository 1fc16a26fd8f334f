"""What the screens need of the lab: questions to a process beside the console, and its answers.

Datasets and back-tests are reckoned in processes of their own, so that no key ever waits for
a file or a number. An answer is plain: texts as they are shown, and a few counts.
"""

from collections.abc import Callable
from typing import Any, Protocol

CANCELED = "Canceled; nothing was kept."
"""What a hand says that was told to give up."""
Far = Callable[[float, str], None]
"""Told how far the work is, from 0 to 1, and where it is in words."""


class LabTrouble(Exception):  # noqa: N818 - the message is for people
    """What was asked cannot be done; the message says why, and what to do."""


class Lab(Protocol):
    """The processes of the lab, each called a hand; a hand does one thing after the other."""

    async def ask(self, hand: str, what: str, *, told: Far | None = None, **words: Any) -> Any:
        """Ask one thing.

        Raises:
            LabTrouble: when it cannot be done, or was canceled.
        """

    def cancel(self, hand: str) -> None:
        """Have a hand give up what it does; what was begun is undone."""

    async def close(self) -> None:
        """End every process."""


class NoLab:
    """Stands where a console was started without a lab."""

    async def ask(self, hand: str, what: str, *, told: Far | None = None, **words: Any) -> Any:
        """Say that there is none."""
        del hand, what, told, words
        raise LabTrouble("This console has no lab: start it with killcord.")

    def cancel(self, hand: str) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""
