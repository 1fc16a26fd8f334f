"""The kill cord as the order path sees it: a flag in memory and the latch file behind it.

The flag falls first, so a desk is halted even when its disk is not; the file
holds over a restart, and any process may create it.
"""

from pathlib import Path

from console.desk import latch
from console.desk.latch import Latched


class Cord:
    """Whether trading is halted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: Latched | None = None
        """What the puller said; None while trading is active."""

    @property
    def is_pulled(self) -> bool:
        """Whether nothing may be sent. Looks at the file: call it right before a send."""
        return self.said is not None or latch.is_pulled(self.path)

    def objection(self) -> str:
        """Return why nothing may be sent, as a sentence; empty when it may."""
        if not self.is_pulled:
            return ""
        said = self.said or latch.read(self.path)
        why = "" if said is None else f" by {said.by}: {said.reason}"
        return f"Trading is halted{why}. Re-arm before you trade."
